// Cuts C into tasks (a chunk of row panels by a chunk of column panels) and each task's k into blocks. Small operands
// are read in place. For large ones a task keeps its rows of A packed in L2 and one panel of B in L1/L2, each packed
// just before its first use. Where each thread gets many rows, it keeps them and packs all of B for itself: what
// another core has just written reaches this one at 10 GB/s, and packing again is faster (two threads, beside packing
// it once for both: 512^3 1.13 times as fast, 1024^3 1.05, 2048^3 1.07 to 1.26, 784x1024x300 1.15). A small B of
// strided rows is packed by each thread as well (B^T, two threads: 32x784x64 2.2 times as fast, 64x784x45 1.6 times).
// Else a B that is large or has strided rows, and that several tasks need, is packed beforehand, once for all.

template <class T>
constexpr int64_t k_block_limit = sizeof(T) == sizeof(double) ? 320 : 400;
constexpr int64_t a_chunk_bytes = 640 << 10;       // half of an L2 and a little more
constexpr int64_t own_a_chunk_bytes = 1600 << 10;  // where the only B beside it is the task's group_columns
constexpr int64_t shallow = 64;                    // k up to which packing is always less than what it saves
constexpr int64_t rows_worth_own_b = 190;          // of a thread that packs all of B
constexpr int64_t tasks_across = 4;                // if the work is enough: a slow core's last ones go to others
constexpr int64_t work_of_task = 4'000'000;        // multiply-adds, for more than one task across
constexpr int64_t b_packed_bytes = 16 << 20;
// More panels of A than these are worth packing B for (128x784x300 on one thread in place 155 GFLOP/s, packed 143; with
// 20 instead of 12 panels as the limit, 256x1024x1024 has 117 instead of 143).
constexpr int64_t panels_in_place = rows_ahead > 0 ? 12 : 6;
// Numbers of A up to which it is read in place, beside a B in place (float64 with this and blocks of 320, instead of
// 64 K numbers and blocks of 400: 128x784x300 1.19 times as fast on one thread, 1.29 on two, 128x1024x1024 1.12 and
// 1.25, 256x1024x1024 1.3 and 1.36; with AVX2 on one thread 1.16, 1.17, 1.16).
constexpr int64_t a_in_place = 128 << 10;
// Columns up to which rows of A are not worth packing, since that turns them around: B is packed instead (one thread,
// AVX2: 1024x300x100 and 1024x300x64 in float64 1.4 times as fast, 2048x100x100 1.3). Not measured with AVX-512.
constexpr int64_t few_columns = vec_registers >= 32 ? 0 : 128;
constexpr int64_t b_worth_packing = 512 << 10;  // bytes (1024x784x300: 136 GFLOP/s on one thread, in place 129)

// Whether each thread gets so many rows that it does well to pack all of B for itself: a B that is large, or the panels
// of a shallow product, or whatever has to be packed anyway (two threads: 512x64x512 1.2 times as fast, 1024x32x1024
// 1.35, on one thread 1.2 and 1.4; TN 784x128x300 1.09). A step's update stays with the core that has the columns.
template <class T>
bool worth_own_rows(const Gemm<T>& g, int threads) {
  if (g.m < (threads > 1 ? threads : 2) * rows_worth_own_b) return false;
  if (g.k * g.n * static_cast<int64_t>(sizeof(T)) >= b_worth_packing) return true;
  if (g.n < group_columns<T> || (g.beta != T(0) && threads > 1)) return false;
  return g.k <= shallow || g.a_col != 1 || g.b_col != 1;
}

// Each thread has rows of its own, for one block of k after the other; tasks are some columns of them.
template <class T>
void multiply_own_rows(Plan<T>& plan, bool parallel, int threads) {
  const Gemm<T>& g = *plan.g;
  const int64_t most_rows = own_a_chunk_bytes / static_cast<int64_t>(sizeof(T)) / plan.k_block;
  plan.panels_per_task = ceil_div(plan.panels.count, ceil_div(g.m, most_rows * threads) * threads);
  plan.row_tasks = ceil_div(plan.panels.count, plan.panels_per_task);
  const int64_t strips = ceil_div(g.n, panel_columns<T>);
  const int64_t groups = ceil_div(g.n, group_columns<T>);
  const int64_t wanted = ceil_div(g.m * g.n * plan.k_block, threads * work_of_task);
  const int64_t finer = wanted < tasks_across ? wanted : tasks_across;
  const Wake wake = wanted < tasks_across ? Wake::if_it_pays : Wake::at_once;
  const int64_t across = threads > 1 && groups < finer ? finer : groups;
  plan.columns_per_task = ceil_div(strips, across) * panel_columns<T>;
  plan.columns_tasks = ceil_div(g.n, plan.columns_per_task);
  plan.last_column = g.n;
  plan.keep_a = plan.keep_b = true;
  plan.own_rows = next_product();
  while (plan.first_k < g.k) {
    plan.last_k = plan.first_k + plan.k_block < g.k ? plan.first_k + plan.k_block : g.k;
    run_tasks(parallel, plan.row_tasks * plan.columns_tasks, multiply_task<T>, &plan, wake);
    plan.first_k = plan.last_k;
  }
}

template <class T>
void choose_tasks(Plan<T>& plan, int threads) {
  constexpr int64_t width = panel_columns<T>;
  const Gemm<T>& g = *plan.g;
  const int64_t columns = plan.last_column - plan.first_column;
  plan.columns_per_task = ceil_div(columns, width) * width;
  int64_t rows = a_chunk_bytes / static_cast<int64_t>(sizeof(T)) / (plan.k_block ? plan.k_block : 1);
  if (rows < tile_rows) rows = tile_rows;
  const int64_t chunks = ceil_div(g.m, rows);
  // By columns while A is small, or small beside B or C: then a weight's columns are read (forward) and updated (dW) by
  // the same core (784-300-100-10, batch 128, two threads: a step takes 1074 us instead of 1326).
  const int64_t a_bytes = g.m * g.k * static_cast<int64_t>(sizeof(T));
  const int64_t deepest = g.m > g.k ? g.m : g.k;
  plan.by_columns = a_bytes <= a_chunk_bytes / 4 || (a_bytes <= a_chunk_bytes && 2 * g.m * g.k <= deepest * g.n);
  // But by rows if otherwise two cores wrote to one cache line in each row of C, and each row is little work (two
  // threads: 784x32x300 1.2 times as fast, 300x32x100 1.6 times). What is added to C, a step's update, stays with its
  // core.
  if (g.beta == T(0) && !plan.transposed && g.c_row % line_values<T> != 0 && g.k <= 256) plan.by_columns = false;
  plan.panels_per_task = ceil_div(plan.panels.count, chunks);
  while (threads > 1 &&
         ceil_div(plan.panels.count, plan.panels_per_task) * ceil_div(columns, plan.columns_per_task) < 4 * threads) {
    const bool tall = !plan.by_columns && plan.panels_per_task * tile_rows > plan.columns_per_task;
    if (!tall && plan.columns_per_task > width) {
      plan.columns_per_task = ceil_div(plan.columns_per_task / width, 2) * width;
    } else if (plan.panels_per_task > 1) {
      plan.panels_per_task = ceil_div(plan.panels_per_task, 2);
    } else {
      break;
    }
  }
  plan.row_tasks = ceil_div(plan.panels.count, plan.panels_per_task);
  plan.columns_tasks = ceil_div(columns, plan.columns_per_task);
}

// C, all of it; `target` holds C and its epilogue, g the product, transposed or not.
template <class T>
void multiply_blocked(const Gemm<T>& g, const Gemm<T>& target, bool transposed) {
  constexpr int64_t width = panel_columns<T>;
  Plan<T> plan{};
  plan.g = &g;
  plan.panels = Panels(g.m);
  const bool parallel = worth_the_pool<T>(g.m, g.n, g.k);
  const int64_t blocks = ceil_div(g.k, k_block_limit<T>);
  constexpr int64_t lanes = Vec<T>::lanes;  // whole blocks are transposed while A is packed
  plan.k_block = blocks > 1 ? ceil_div(ceil_div(g.k, blocks), lanes) * lanes : g.k;
  plan.last_k = g.k;
  plan.transposed = transposed;
  plan.finish = transposed || !is_plain(target) ? &target : nullptr;
  plan.chain = g.c;
  plan.chain_row = g.c_row;
  if (blocks > 1 && (g.beta != T(0) || transposed)) {
    plan.chain = static_cast<T*>(gemm_scratch(Scratch::chain, g.m * g.n * sizeof(T)));
    plan.chain_row = g.n;
  }
  const bool strided_b = g.b_col != 1;
  const int threads = parallel ? thread_count() : 1;
  const int64_t b_bytes = g.k * g.n * static_cast<int64_t>(sizeof(T));
  if (g.k > 0 && worth_own_rows(g, threads)) {
    multiply_own_rows(plan, parallel, threads);
    return;
  }
  const bool pack_whole = strided_b || (g.m >= 384 && b_bytes >= b_worth_packing);
  plan.narrow = narrow_columns_of(g);
  const int64_t n = g.n - plan.narrow;
  int64_t columns = n;
  if (pack_whole) {
    const int64_t fit = b_packed_bytes / static_cast<int64_t>(sizeof(T)) / (g.k ? g.k : 1) / width * width;
    if (columns > fit) columns = fit < 8 * width ? 8 * width : fit;
  }
  for (plan.first_column = 0; plan.first_column < n; plan.first_column += columns) {
    plan.last_column = plan.first_column + columns < n ? plan.first_column + columns : n;
    choose_tasks(plan, threads);
    const bool large_a = plan.panels.count > 1 && plan.columns_per_task > 4 * width && g.m * g.k > a_in_place;
    const bool pack_b_instead =
        large_a && g.a_col == 1 && b_bytes < b_worth_packing && plan.columns_per_task <= few_columns;
    plan.keep_a = large_a && !pack_b_instead;
    plan.padded_columns = ceil_div(plan.last_column - plan.first_column, width) * width;
    const bool several = plan.row_tasks > 1;
    const bool own =
        several && (strided_b || pack_b_instead) && b_bytes < b_worth_packing && g.m >= threads * tile_rows;
    plan.own_columns = own ? next_product() : 0;
    plan.keep_b =
        !own && (strided_b || pack_b_instead || (plan.panels_per_task > panels_in_place && b_bytes >= b_worth_packing));
    const bool low = parallel && plan.panels_per_task * tile_rows < narrow_height<T>;
    plan.narrow_tasks = plan.narrow > 0 && low && plan.last_column == n ? ceil_div(g.m, narrow_height<T>) : 0;
    if (pack_whole && several && !own) {
      plan.b_packed = static_cast<T*>(gemm_scratch(Scratch::b, plan.padded_columns * g.k * sizeof(T)));
      // Long runs of the rows of B: a few panels in each task.
      const int64_t panels = plan.padded_columns / width;
      plan.panels_per_pack = strided_b ? 1 : ceil_div(panels, parallel ? 4 * threads : 1);
      run_tasks(parallel, ceil_div(panels, plan.panels_per_pack), pack_b_task<T>, &plan);
    }
    run_tasks(parallel, plan.narrow_tasks + plan.row_tasks * plan.columns_tasks, multiply_task<T>, &plan);
  }
}

// B stored [n,k] under few rows: the product is made transposed, so that B is read in place and only A is transposed.
template <class T>
bool better_transposed(const Gemm<T>& g) {
  return g.b_row == 1 && g.b_col != 1 && g.m >= Vec<T>::lanes / 2 && g.k >= 32 && 2 * g.m * (g.n + g.k) < g.n * g.k;
}

template <class T>
void multiply(const Gemm<T>& g) {
  if (g.m <= 0 || g.n <= 0) return;
  if (multiply_few_rows(g) || multiply_few_columns(g) || multiply_outer(g) || multiply_small(g) || multiply_thin(g))
    return;
  if (!better_transposed(g)) {
    multiply_blocked(g, g, false);
    return;
  }
  Gemm<T> swapped = g;
  swapped.m = g.n;
  swapped.n = g.m;
  swapped.a = g.b;
  swapped.a_row = g.b_col;
  swapped.a_col = g.b_row;
  swapped.b = g.a;
  swapped.b_row = g.a_col;
  swapped.b_col = g.a_row;
  multiply_blocked(swapped, g, true);
}

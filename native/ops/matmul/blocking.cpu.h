// Cuts C into tasks (a chunk of row panels by a chunk of column panels) and each task's k into blocks. Small operands
// are read in place. For large ones a task keeps its rows of A packed in L2 and one panel of B in L1/L2, each packed
// just before its first use. Where each thread gets many rows, it keeps them and packs all of B for itself: what
// another core has just written reaches this one at 10 GB/s, and packing again is faster (two threads, beside packing
// it once for both: 512^3 1.13 times as fast, 1024^3 1.05, 2048^3 1.07 to 1.26, 784x1024x300 1.15). A small B of
// strided rows is packed by each thread as well (B^T, two threads: 32x784x64 2.2 times as fast, 64x784x45 1.6 times).
// Else a B that is large or has strided rows, and that several tasks need, is packed beforehand, once for all.

template <class T>
constexpr int64_t k_block_limit = sizeof(T) == sizeof(double) ? 320 : 400;
template <class T>
constexpr int64_t group_columns = 8 * panel_columns<T>;  // of B packed at a time
constexpr int64_t a_chunk_bytes = 640 << 10;             // half of an L2 and a little more
constexpr int64_t own_a_chunk_bytes = 1600 << 10;        // where the only B beside it is the task's group_columns
constexpr int64_t shallow = 64;                          // k up to which packing is always less than what it saves
constexpr int64_t rows_worth_own_b = 190;                // of a thread that packs all of B
constexpr int64_t tasks_across = 4;                      // if the work is enough: a slow core's last ones go to others
constexpr int64_t work_of_task = 4'000'000;              // multiply-adds, for more than one task across
constexpr int64_t b_packed_bytes = 16 << 20;
// More panels of A than these are worth packing B for (128x784x300 on one thread in place 155 GFLOP/s, packed 143; with
// 20 instead of 12 panels as the limit, 256x1024x1024 has 117 instead of 143).
constexpr int64_t panels_in_place = rows_ahead > 0 ? 12 : 6;
// Numbers of A up to which it is read in place, beside a B in place (float64 with this and blocks of 320, instead of
// 64 K numbers and blocks of 400: 128x784x300 1.19 times as fast on one thread, 1.29 on two, 128x1024x1024 1.12 and
// 1.25, 256x1024x1024 1.3 and 1.36; with AVX2 on one thread 1.16, 1.17, 1.16).
constexpr int64_t a_in_place = 128 << 10;
constexpr int64_t b_worth_packing = 512 << 10;  // bytes (1024x784x300: 136 GFLOP/s on one thread, in place 129)

template <class T>
constexpr int64_t line_values = 64 / sizeof(T);

template <class T>
struct Plan {
  const Gemm<T>* g;
  Panels panels;
  bool keep_a, keep_b;  // each task packs what it reads
  T* b_packed;          // all of k, columns first_column.., or null
  int64_t padded_columns;
  int64_t k_block;
  int64_t first_k, last_k;  // of the tasks now
  uint64_t own_rows;        // not 0: threads keep their packed rows of A from task to task, under this number
  uint64_t own_columns;     // not 0: and these columns of B, all of k
  int64_t first_column, last_column;
  int narrow;            // columns behind all others, multiplied by themselves
  int64_t narrow_tasks;  // the first tasks, of narrow_height rows of them each; if none, tasks of rows have theirs
  int64_t panels_per_task, columns_per_task, row_tasks, columns_tasks, panels_per_pack;
  bool by_columns;  // tasks that follow each other have the same columns, not the same rows
  T* chain;         // where chains rest between blocks of k
  int64_t chain_row;
  const Gemm<T>* finish;
  bool transposed;
};

// Which rows of A this thread has packed.
struct OwnRows {
  uint64_t number;
  int64_t row_task, first_k;
  bool operator==(const OwnRows&) const = default;
};
thread_local OwnRows own_rows{};
thread_local uint64_t own_columns = 0;  // and whose columns of B

// Columns first..last - 1, every block of k.
template <class T>
void pack_columns(const Plan<T>& plan, int64_t first, int64_t last, T* packed) {
  const Gemm<T>& g = *plan.g;
  for (int64_t start = 0; start < g.k; start += plan.k_block) {
    const int64_t k = g.k - start < plan.k_block ? g.k - start : plan.k_block;
    pack_b(g.b + start * g.b_row + first * g.b_col, g.b_row, g.b_col, last - first, k,
           packed + start * plan.padded_columns + (first - plan.first_column) * k);
  }
}

// Some panels of B.
template <class T>
void pack_b_task(void* context, int64_t index) {
  const Plan<T>& plan = *static_cast<Plan<T>*>(context);
  const int64_t columns = plan.panels_per_pack * panel_columns<T>, first = plan.first_column + index * columns;
  pack_columns(plan, first, first + columns < plan.last_column ? first + columns : plan.last_column, plan.b_packed);
}

// This thread's copy of the plan's columns of B.
template <class T>
const T* columns_of_this_thread(const Plan<T>& plan) {
  T* packed = static_cast<T*>(gemm_scratch(Scratch::panel, plan.padded_columns * plan.g->k * sizeof(T)));
  if (own_columns != plan.own_columns) pack_columns(plan, plan.first_column, plan.last_column, packed);
  return packed;
}

template <class T>
void multiply_task(void* context, int64_t index) {
  const Plan<T>& plan = *static_cast<Plan<T>*>(context);
  const Gemm<T>& g = *plan.g;
  TileCall<T> call{};
  call.chain_row = plan.chain_row;
  call.transposed = plan.transposed;
  if (index < plan.narrow_tasks) {
    call.k = g.k;
    call.finish = plan.finish;
    call.chain = plan.chain;
    const int64_t first = index * narrow_height<T>, last = first + narrow_height<T>;
    multiply_narrow(call, g, plan.narrow, 0, first, last < g.m ? last : g.m);
    return;
  }
  index -= plan.narrow_tasks;
  constexpr int lanes = Vec<T>::lanes;
  constexpr int64_t width = panel_columns<T>;
  const int64_t row_task = plan.by_columns ? index % plan.row_tasks : index / plan.columns_tasks;
  const int64_t columns_task = plan.by_columns ? index / plan.row_tasks : index % plan.columns_tasks;
  const int64_t first_panel = row_task * plan.panels_per_task;
  const int64_t last_panel =
      first_panel + plan.panels_per_task < plan.panels.count ? first_panel + plan.panels_per_task : plan.panels.count;
  const int64_t first_column = plan.first_column + columns_task * plan.columns_per_task;
  const int64_t last_column =
      first_column + plan.columns_per_task < plan.last_column ? first_column + plan.columns_per_task : plan.last_column;
  const int64_t first_row = plan.panels.start(first_panel);
  T* a_kept = nullptr;
  T* b_kept = nullptr;
  const OwnRows wanted{plan.own_rows, row_task, plan.first_k};
  const bool pack_a = plan.keep_a && !(plan.own_rows && own_rows == wanted);
  own_rows = wanted;
  const T* b_packed = plan.own_columns ? columns_of_this_thread(plan) : plan.b_packed;
  own_columns = plan.own_columns;
  if (plan.keep_a) {
    const int64_t rows = plan.panels.start(last_panel) - first_row;
    a_kept = static_cast<T*>(gemm_scratch(Scratch::a, (rows * plan.k_block + lanes) * sizeof(T)));
  }
  if (plan.keep_b) b_kept = static_cast<T*>(gemm_scratch(Scratch::panel, group_columns<T> * plan.k_block * sizeof(T)));
  int64_t start = plan.first_k;
  do {
    const int64_t k = g.k - start < plan.k_block ? g.k - start : plan.k_block;
    if (pack_a && g.a_row == 1) {
      pack_a_panels(g.a + first_row + start * g.a_col, g.a_col, plan.panels, first_panel, last_panel, k, a_kept);
    }
    call.k = k;
    call.resume = start > 0;
    call.finish = start + k == g.k ? plan.finish : nullptr;
    for (int64_t group = first_column; group < last_column; group += group_columns<T>) {
      const int64_t group_end = group + group_columns<T> < last_column ? group + group_columns<T> : last_column;
      const T* b = g.b + start * g.b_row + group * g.b_col;
      if (b_packed) {
        b = b_packed + start * plan.padded_columns + (group - plan.first_column) * k;
      } else if (plan.keep_b) {
        pack_b(b, g.b_row, g.b_col, group_end - group, k, b_kept);
        b = b_kept;
      }
      const bool packed_b = b_packed || plan.keep_b;
      // Packed columns are all read for one panel of A, which stays in L1: it is the smaller one, and the others come
      // in long runs (one thread: 512^3 147 GFLOP/s instead of 139, 1024^3 140 instead of 132). Columns in place are
      // far apart: there the strip of B stays, and the panels of A pass.
      const int64_t strips = ceil_div(group_end - group, width), panels = last_panel - first_panel;
      for (int64_t outer = 0; outer < (packed_b ? panels : strips); ++outer) {
        for (int64_t inner = 0; inner < (packed_b ? strips : panels); ++inner) {
          const int64_t j = group + (packed_b ? inner : outer) * width;
          const int64_t panel = first_panel + (packed_b ? outer : inner);
          const int64_t columns = group_end - j < width ? group_end - j : width;
          const int vectors = static_cast<int>((columns + lanes - 1) / lanes);
          call.columns = static_cast<int>(columns - (vectors - 1) * lanes);
          call.column = j;
          call.b = packed_b ? b + (j - group) * k : b + (j - group);
          call.b_row = packed_b ? width : g.b_row;
          const int64_t row = plan.panels.start(panel);
          const int rows = static_cast<int>(plan.panels.start(panel + 1) - row);
          call.row = row;
          call.chain = plan.chain + row * plan.chain_row + j;
          call.a = g.a + row * g.a_row + start * g.a_col;
          call.a_row = g.a_row;
          call.a_col = g.a_col;
          if (plan.keep_a) {
            T* kept = a_kept + (row - first_row) * k;
            if (pack_a && j == first_column && g.a_row != 1) pack_a_panel(call.a, g.a_row, g.a_col, rows, k, kept);
            call.a = kept;
            call.a_row = 1;
            call.a_col = rows;
          }
          const bool last = inner + 1 == (packed_b ? strips : panels);
          const T* next_chain = packed_b ? call.chain + width : call.chain + rows * plan.chain_row;
          if (plan.keep_a) {
            call.next_chain = last ? nullptr : next_chain;
            // Two rows of the next panel; more strips than 7 fetch all of it before it is packed.
            const int64_t next_row = row + rows + 2 * inner;
            call.next_a = {};
            if (pack_a && panel + 1 < last_panel && packed_b && group == first_column && g.a_col == 1) {
              const int64_t next_rows = plan.panels.start(panel + 2) - next_row;
              if (next_rows > 0)
                call.next_a = {g.a + next_row * g.a_row + start, next_rows > 1 ? g.a_row : 0,
                               ceil_div(k, line_values<T>)};
            }
          } else if (!last) {
            for (int64_t i = 0; i < tile_rows; ++i) {
              __builtin_prefetch(next_chain + i * plan.chain_row, 1, 3);
              __builtin_prefetch(next_chain + i * plan.chain_row + width / 2, 1, 3);
            }
          }
          tiles<T>.at[vectors - 1][rows][call.columns != lanes][plan.keep_a](call);
        }
      }
    }
    if (plan.narrow > 0 && !plan.narrow_tasks && last_column + plan.narrow == g.n) {
      call.chain = plan.chain;
      multiply_narrow(call, g, plan.narrow, start, first_row, plan.panels.start(last_panel));
    }
    start += k;
  } while (start < plan.last_k);
}

// Whether each thread gets so many rows that it does well to pack all of B for itself: a B that is large, or the panels
// of a shallow product, or whatever has to be packed anyway (two threads: 512x64x512 1.2 times as fast, 1024x32x1024
// 1.35, on one thread 1.2 and 1.4; TN 784x128x300 1.09). A step's update stays with the core that has the columns.
template <class T>
bool worth_own_rows(const Gemm<T>& g, int threads) {
  if (g.m < (threads > 1 ? threads : 2) * rows_worth_own_b) return false;
  if (g.k * g.n * static_cast<int64_t>(sizeof(T)) >= b_worth_packing) return true;
  if (g.n < group_columns<T> || g.beta != T(0)) return false;
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
    plan.keep_a = plan.panels.count > 1 && plan.columns_per_task > 4 * width && g.m * g.k > a_in_place;
    plan.padded_columns = ceil_div(plan.last_column - plan.first_column, width) * width;
    const bool several = plan.row_tasks > 1;
    const bool own = several && strided_b && b_bytes < b_worth_packing && g.m >= threads * tile_rows;
    plan.own_columns = own ? next_product() : 0;
    plan.keep_b = !own && (strided_b || (plan.panels_per_task > panels_in_place && b_bytes >= b_worth_packing));
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

// Products that need neither packing nor the pool, and few rows (batch 1) or columns, without the planning of the
// others: 4x4x4 in 25 ns instead of 35, 1x784x300 at the speed of the cache that holds B (2x the general tile).

// A fork/join costs next to nothing while workers spin; while they sleep, parallel_for wakes them once calls that
// follow each other have lost enough by it, so that one call alone wakes nobody, but many in a row do (two threads,
// from sleep: 128^3 188 GFLOP/s instead of 140, 80^3 110 instead of 85, 256x256x8 twice as fast, 1x784x300 in 6.5 us
// instead of 10). One to four rows are bound by reading B. 64^3, 16,384 FMAs of vectors, gains nothing.
constexpr double vectors_worth_the_pool = 19e3, reading_worth_the_pool = 6e3;
template <class T>
bool worth_the_pool(int64_t m, int64_t n, int64_t k) {
  if (thread_count() < 2) return false;
  const double vectors =
      static_cast<double>(m) * static_cast<double>(ceil_div(n, Vec<T>::lanes)) * static_cast<double>(k);
  return vectors > (m <= 4 ? reading_worth_the_pool : vectors_worth_the_pool);
}

inline void run_tasks(bool parallel, int64_t count, void (*task)(void*, int64_t), void* context,
                      Wake wake = Wake::if_it_pays) {
  if (parallel && count > 1) {
    parallel_for(count, task, context, wake);
  } else {
    for (int64_t i = 0; i < count; ++i) task(context, i);
  }
}

template <class T>
struct FewRows {
  const Gemm<T>* g;
  int64_t vectors, blocks;
};

template <class T>
void few_rows_task(void* context, int64_t block) {
  constexpr int lanes = Vec<T>::lanes;
  const FewRows<T>& few = *static_cast<FewRows<T>*>(context);
  const Gemm<T>& g = *few.g;
  const int64_t first = few.vectors * block / few.blocks, end = few.vectors * (block + 1) / few.blocks;
  TileCall<T> call{};
  call.k = g.k;
  call.a = g.a;
  call.a_row = g.a_row;
  call.a_col = g.a_col;
  call.b_row = g.b_row;
  call.chain_row = g.c_row;
  call.finish = is_plain(g) ? nullptr : &g;
  call.column = first * lanes;
  call.b = g.b + call.column;
  call.chain = g.c + call.column;
  call.columns = static_cast<int>((end * lanes < g.n ? end * lanes : g.n) - (end - 1) * lanes);
  wide_tile_of<T>(g.m, end - first)(call);
}

template <class T>
bool multiply_few_rows(const Gemm<T>& g) {
  if (g.m > wide_rows || g.b_col != 1) return false;
  FewRows<T> few{&g, ceil_div(g.n, Vec<T>::lanes), 0};
  few.blocks = ceil_div(few.vectors, most_vectors(g.m));
  const bool parallel = !g.alone && worth_the_pool<T>(g.m, g.n, g.k);
  if (parallel) {
    // As many for each thread, in long runs: 1x784x300 on two threads in two blocks takes 0.9 of the time of five.
    const int64_t even = ceil_div(few.blocks, thread_count()) * thread_count(), fewest = ceil_div(few.vectors, 4);
    few.blocks = even < fewest ? even : fewest > few.blocks ? fewest : few.blocks;
  }
  run_tasks(parallel, few.blocks, few_rows_task<T>, &few);
  return true;
}

template <class T>
struct FewColumns {
  const Gemm<T>* g;
  int64_t count;
};

template <class T>
void few_columns_task(void* context, int64_t index) {
  const auto& few = *static_cast<FewColumns<T>*>(context);
  const Gemm<T>& g = *few.g;
  TileCall<T> call{};
  call.k = g.k;
  call.chain = g.c;
  call.chain_row = g.c_row;
  call.finish = is_plain(g) ? nullptr : &g;
  const int64_t vectors = ceil_div(g.m, Vec<T>::lanes), last = vectors * (index + 1) / few.count * Vec<T>::lanes;
  multiply_narrow(call, g, static_cast<int>(g.n), 0, vectors * index / few.count * Vec<T>::lanes,
                  last < g.m ? last : g.m);
}

template <class T>
bool multiply_few_columns(const Gemm<T>& g) {
  constexpr int lanes = Vec<T>::lanes;
  const int most = g.m < 2 * lanes ? narrow_columns / 2 : g.a_row == 1 ? narrow_columns_of_turned : narrow_columns;
  if (g.n > most || g.m < lanes || (g.a_row != 1 && g.a_col != 1)) return false;
  const bool parallel = worth_the_pool<T>(1, g.m * g.n, g.k);  // bound by reading A, as few rows are by reading B
  const int64_t pairs = ceil_div(g.m, 2 * lanes), most_tasks = 4 * thread_count();
  FewColumns<T> few{&g, !parallel ? 1 : pairs < most_tasks ? pairs : most_tasks};
  run_tasks(parallel, few.count, few_columns_task<T>, &few);
  return true;
}

// A strided B is copied to the stack, two vectors of columns at a time.
constexpr int64_t stack_values = 2048;

template <class T>
bool multiply_small(const Gemm<T>& g) {
  constexpr int lanes = Vec<T>::lanes;
  constexpr int64_t width = panel_columns<T>;
  if (g.m * g.n * g.k > 65536) return false;
  const bool in_place = g.b_col == 1;
  if (!in_place && g.k * width > stack_values) return false;
  alignas(64) T b_packed[stack_values];
  const Panels panels(g.m);
  TileCall<T> call{};
  call.k = g.k;
  call.a_row = g.a_row;
  call.a_col = g.a_col;
  call.chain_row = g.c_row;
  call.finish = is_plain(g) ? nullptr : &g;
  const int narrow = narrow_columns_of(g);
  const int64_t n = g.n - narrow;
  for (int64_t j = 0; j < n; j += width) {
    const int64_t columns = n - j < width ? n - j : width;
    const int vectors = columns > lanes ? vectors_wide : 1;
    call.columns = static_cast<int>(columns - (vectors - 1) * lanes);
    call.column = j;
    call.b = g.b + j * g.b_col;
    call.b_row = g.b_row;
    if (!in_place) {
      pack_b(call.b, g.b_row, g.b_col, columns, g.k, b_packed);
      call.b = b_packed;
      call.b_row = width;
    }
    for (int64_t panel = 0; panel < panels.count; ++panel) {
      const int64_t row = panels.start(panel), rows = panels.start(panel + 1) - row;
      call.row = row;
      call.a = g.a + row * g.a_row;
      call.chain = g.c + row * g.c_row + j;
      tiles<T>.at[vectors - 1][rows][call.columns != lanes][g.a_row == 1](call);
    }
  }
  if (narrow > 0) {
    call.chain = g.c;
    multiply_narrow(call, g, narrow, 0, 0, g.m);
  }
  return true;
}

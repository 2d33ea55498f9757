// B stored [n,k] under fewer rows of A than are worth making the product transposed for (blocking.cpu.h): B is turned
// around on the stack, a block that stays in L1 at a time, and multiplied from there (one thread, AVX-512: 1x100x300 in
// 3.7 us instead of 5.7, 7x300x784 1.3 and 1x1024x1024 1.9 times as fast).

// As many as a tile has, or a wide one.
template <class T>
constexpr int64_t most_thin_rows = tile_rows < wide_rows           ? wide_rows
                                   : tile_rows < Vec<T>::lanes / 2 ? tile_rows
                                                                   : Vec<T>::lanes / 2 - 1;
constexpr int64_t thin_depth = 64;  // of k at a time
constexpr int thin_vectors = 4;     // of columns at a time, at most

template <class T>
struct Thin {
  const Gemm<T>* g;
  int vectors;  // of columns in a strip
  int64_t strips, count;
};

template <class T>
void thin_task(void* context, int64_t index) {
  constexpr int lanes = Vec<T>::lanes;
  const auto& thin = *static_cast<Thin<T>*>(context);
  const Gemm<T>& g = *thin.g;
  const int64_t width = thin.vectors * lanes;
  alignas(64) T block[thin_depth * thin_vectors * lanes], chains[most_thin_rows<T> * thin_vectors * lanes];
  TileCall<T> call{};
  call.a_row = g.a_row;
  call.a_col = g.a_col;
  call.b = block;
  call.b_row = width;
  const int64_t last = thin.strips * (index + 1) / thin.count;
  for (int64_t strip = thin.strips * index / thin.count; strip < last; ++strip) {
    const int64_t j = strip * width, columns = g.n - j < width ? g.n - j : width;
    const int vectors = static_cast<int>(ceil_div(columns, lanes));
    call.columns = static_cast<int>(columns - (vectors - 1) * lanes);
    call.column = j;
    call.chain = g.beta == T(0) ? g.c + j : chains;
    call.chain_row = g.beta == T(0) ? g.c_row : width;
    int64_t start = 0;
    do {
      call.k = g.k - start < thin_depth ? g.k - start : thin_depth;
      for (int64_t i = 0; i < columns; i += lanes) {
        const int rows = columns - i < lanes ? static_cast<int>(columns - i) : lanes;
        for (int64_t p = 0; p < call.k; p += lanes) {
          const int count = call.k - p < lanes ? static_cast<int>(call.k - p) : lanes;
          transpose_block(g.b + (j + i) * g.b_col + start + p, g.b_col, rows, count, block + p * width + i, width);
        }
      }
      call.a = g.a + start * g.a_col;
      call.resume = start > 0;
      start += call.k;
      call.finish = start == g.k && !is_plain(g) ? &g : nullptr;
      (g.m <= wide_rows ? wide_tile_of<T>(g.m, vectors) : tiles<T>.at[vectors - 1][g.m][true][false])(call);
    } while (start < g.k);
  }
}

template <class T>
bool multiply_thin(const Gemm<T>& g) {
  if (g.m > most_thin_rows<T> || g.b_row != 1) return false;
  const int most = g.m <= wide_rows ? most_vectors(g.m) : vectors_wide;
  Thin<T> thin{&g, most < thin_vectors ? most : thin_vectors, 0, 0};
  thin.strips = ceil_div(g.n, thin.vectors * Vec<T>::lanes);
  const bool parallel = !g.alone && worth_the_pool<T>(g.m, g.n, g.k);
  thin.count = parallel && thin.strips > 4 * thread_count() ? 4 * thread_count() : thin.strips;
  run_tasks(parallel, thin.count, thin_task<T>, &thin);
  return true;
}

// k of one to three, as in the weight gradient of a batch of one row: every element of C is touched once and bounds the
// rest, so C is passed over in long runs of a row instead of tiles.

template <class T, int K>
void outer_task(void* context, int64_t block) {
  constexpr int lanes = Vec<T>::lanes;
  const auto& blocks = *static_cast<ColumnBlocks<T>*>(context);
  const Gemm<T>& g = *blocks.g;
  const int64_t first = blocks.start(block), end = blocks.start(block + 1);
  const bool plain = is_plain(g), accumulation = is_accumulation(g);
  const Vec<T> alpha(g.alpha);
  for (int64_t i = 0; i < g.m; ++i) {
    T* const c = g.c + i * g.c_row;
    Vec<T> a[K];
    for (int p = 0; p < K; ++p) a[p] = Vec<T>(g.a[i * g.a_row + p * g.a_col]);
    const auto chain = [&](int64_t j, int n) __attribute__((always_inline)) {
      Vec<T> sum(T(0));
      for (int p = 0; p < K; ++p) sum = fma(a[p], load_n<T>(g.b + p * g.b_row + j, n), sum);
      return sum;
    };
    int64_t j = first;
    if (accumulation) {
      for (; j + lanes <= end; j += lanes) store(c + j, fma(alpha, chain(j, lanes), load<T>(c + j)));
    } else if (plain) {
      for (; j + lanes <= end; j += lanes) store(c + j, chain(j, lanes));
    }
    for (; j < end; j += lanes) {
      const int n = end - j < lanes ? static_cast<int>(end - j) : lanes;
      store_n(c + j, finish_vector(g, chain(j, n), i, j, n), n);
    }
  }
}

template <class T>
bool multiply_outer(const Gemm<T>& g) {
  if (g.k < 1 || g.k > 3 || g.b_col != 1 || g.m <= 3 || g.n < 4 * Vec<T>::lanes) return false;
  const bool parallel = worth_the_pool(g.m, g.n, g.k);
  ColumnBlocks<T> blocks(g, 1 << 30, parallel);
  run_tasks(parallel, blocks.count,
            g.k == 1   ? outer_task<T, 1>
            : g.k == 2 ? outer_task<T, 2>
                       : outer_task<T, 3>,
            &blocks);
  return true;
}

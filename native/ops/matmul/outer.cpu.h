// k of one to three, as in the weight gradient of a batch of one row: every element of C is touched once and bounds the
// rest, so C is passed over row by row instead of tile by tile (a training step of 784-300-100-10 on one row: 60 us
// instead of 74).

template <class T>
struct Outer {
  const Gemm<T>* g;
  int64_t count;  // tasks, each of some rows
};

template <class T, int K>
void outer_task(void* context, int64_t index) {
  constexpr int lanes = Vec<T>::lanes;
  const auto& outer = *static_cast<Outer<T>*>(context);
  const Gemm<T>& g = *outer.g;
  const bool plain = is_plain(g), accumulation = is_accumulation(g);
  const Vec<T> alpha(g.alpha);
  const int64_t last = g.m * (index + 1) / outer.count;
  for (int64_t i = g.m * index / outer.count; i < last; ++i) {
    T* const c = g.c + i * g.c_row;
    Vec<T> a[K];
    for (int p = 0; p < K; ++p) a[p] = Vec<T>(g.a[i * g.a_row + p * g.a_col]);
    const auto chain = [&](int64_t j, int n) __attribute__((always_inline)) {
      Vec<T> sum(T(0));
      for (int p = 0; p < K; ++p) sum = fma(a[p], load_n<T>(g.b + p * g.b_row + j, n), sum);
      return sum;
    };
    if (accumulation) {
      // Whole lines are stored as such, the ends of a row once more at the end: no store is split between two lines and
      // none has a mask (on one thread, with C in L2: 784x1x300 takes 0.86 to 0.94 of the time, 300x1x100 0.6).
      const auto sum = [&](int64_t column) __attribute__((always_inline)) {
        return fma(alpha, chain(column, lanes), load<T>(c + column));
      };
      const Vec<T> head = sum(0), tail = sum(g.n - lanes);
      int64_t j = -(reinterpret_cast<intptr_t>(c) / static_cast<intptr_t>(sizeof(T))) & (lanes - 1);
      for (; j + lanes <= g.n; j += lanes) store(c + j, sum(j));
      store(c, head);
      store(c + g.n - lanes, tail);
      continue;
    }
    int64_t j = 0;
    if (plain) {
      for (; j + lanes <= g.n; j += lanes) store(c + j, chain(j, lanes));
    }
    for (; j < g.n; j += lanes) {
      const int n = g.n - j < lanes ? static_cast<int>(g.n - j) : lanes;
      store_n(c + j, finish_vector(g, chain(j, n), i, j, n), n);
    }
  }
}

template <class T>
bool multiply_outer(const Gemm<T>& g) {
  if (g.k < 1 || g.k > 3 || g.b_col != 1 || g.n < 4 * Vec<T>::lanes) return false;
  const bool parallel = worth_the_pool<T>(g.m, g.n, g.k);
  Outer<T> outer{&g, parallel ? 4 * thread_count() : 1};
  const auto task = g.k == 1 ? outer_task<T, 1> : g.k == 2 ? outer_task<T, 2> : outer_task<T, 3>;
  run_tasks(parallel, outer.count, task, &outer);
  return true;
}

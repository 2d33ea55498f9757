// What becomes of a finished chain on its way into C: scale, add, activate, gate. The element-wise part is two switches
// over vectors, so a new activation is one line in each and no new kernel.

template <class T>
Vec<T> activate(Vec<T> x, Activation activation) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return select(x <= Vec<T>(T(0)), Vec<T>(T(0)), x);  // keeps NaN, never gives -0
  }
  return x;
}

template <class T>
Vec<T> finish_vector(const Gemm<T>& g, Vec<T> chain, int64_t row, int64_t column, int n) {
  Vec<T> v = Vec<T>(g.alpha) * chain;
  if (g.beta != T(0)) {
    v = fma(Vec<T>(g.alpha), chain, Vec<T>(g.beta) * load_n<T>(g.c + row * g.c_row + column, n));
  }
  if (g.bias) v = v + load_n<T>(g.bias + column, n);
  v = activate(v, g.activation);
  if (g.gate) v = select(load_n<T>(g.gate + row * g.gate_row + column, n) > Vec<T>(T(0)), v, Vec<T>(T(0)));
  return v;
}

// chains[0..n) are the finished sums of C[row, column..column+n)
template <class T>
void finish_row(const Gemm<T>& g, const T* chains, int64_t row, int64_t column, int64_t n) {
  constexpr int lanes = Vec<T>::lanes;
  for (int64_t j = 0; j < n; j += lanes) {
    const int count = n - j < lanes ? static_cast<int>(n - j) : lanes;
    store_n(g.c + row * g.c_row + column + j, finish_vector(g, load_n<T>(chains + j, count), row, column + j, count),
            count);
  }
}

// True when the chains are C itself.
template <class T>
bool is_plain(const Gemm<T>& g) {
  return g.alpha == T(1) && g.beta == T(0) && !g.bias && g.activation == Activation::none && !g.gate;
}

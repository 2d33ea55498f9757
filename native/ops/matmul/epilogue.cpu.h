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

// A finished tile of C from (row, column) on: chains[i * width + j] for i < rows, j < columns.
template <class T>
__attribute__((noinline)) void finish_tile(const Gemm<T>& g, const T* chains, int64_t width, int rows, int64_t columns,
                                           int64_t row, int64_t column) {
  constexpr int lanes = Vec<T>::lanes;
  for (int i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; j += lanes) {
      const int n = columns - j < lanes ? static_cast<int>(columns - j) : lanes;
      const Vec<T> chain = load<T>(chains + i * width + j);
      store_n(g.c + (row + i) * g.c_row + column + j, finish_vector(g, chain, row + i, column + j, n), n);
    }
  }
}

// The same when the tile holds the transpose of C: chains[i * width + j] belongs to C[row + j, column + i].
template <class T>
__attribute__((noinline)) void finish_tile_transposed(const Gemm<T>& g, const T* chains, int64_t width, int rows,
                                                      int64_t columns, int64_t column, int64_t row) {
  constexpr int lanes = Vec<T>::lanes;
  alignas(64) T block[lanes * lanes];
  for (int i = 0; i < rows; i += lanes) {
    const int n = rows - i < lanes ? rows - i : lanes;
    for (int64_t j = 0; j < columns; j += lanes) {
      const int count = columns - j < lanes ? static_cast<int>(columns - j) : lanes;
      transpose_block(chains + i * width + j, width, n, count, block, lanes);
      for (int p = 0; p < count; ++p) {
        const Vec<T> chain = load<T>(block + p * lanes);
        store_n(g.c + (row + j + p) * g.c_row + column + i, finish_vector(g, chain, row + j + p, column + i, n), n);
      }
    }
  }
}

// True when the chains, scaled, are added to C and nothing else happens to them.
template <class T>
bool is_accumulation(const Gemm<T>& g) {
  return g.beta == T(1) && !g.bias && g.activation == Activation::none && !g.gate;
}

// True when the chains are C itself.
template <class T>
bool is_plain(const Gemm<T>& g) {
  return g.alpha == T(1) && g.beta == T(0) && !g.bias && g.activation == Activation::none && !g.gate;
}

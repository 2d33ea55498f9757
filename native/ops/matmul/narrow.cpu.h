// The few columns that a product has past whole vectors (17, 33, 50), or all of them (a matrix times a vector): one
// vector would hold only them, at the price of a whole one. Here vectors run over the rows instead, of A as it is
// stored or turned around on the stack, and B is broadcast: one FMA for a vector of rows. One thread, AVX-512:
// 256x256x33 1.25 times as fast (A^T 1.45 times), 256x256x17 1.15 (1.25); 300x100 times a vector 2.2 times (3.8),
// 784x784 1.8 (4.7). AVX2: 1.25 and 1.4, 1.4 and 1.8; 2.2 and 7.7, 2 and 4.5. Five columns alone gain 1.05 to 1.4
// (1.6); with A^T seven still gain 1.1 to 1.3, else six lose.

constexpr int narrow_columns = 5;
constexpr int narrow_columns_of_turned = vec_registers >= 32 ? 7 : 5;  // of a product with A^T
constexpr int narrow_vectors = vec_registers >= 32 ? 4 : 2;            // of rows at a time, half for few rows
constexpr int narrow_full = vec_registers >= 32 ? 4 : 3;  // more columns than these leave registers for half

template <class T>
constexpr int64_t narrow_height = narrow_vectors* Vec<T>::lanes;

// Columns at the end of C that are multiplied so: where there are enough rows, and not too many columns before them.
template <class T>
int narrow_columns_of(const Gemm<T>& g) {
  constexpr int lanes = Vec<T>::lanes;
  const int64_t rows = g.a_row == 1 ? lanes : 2 * lanes;
  if (g.n < lanes || g.n > 8 * lanes || g.m < rows || (g.a_row != 1 && g.a_col != 1)) return 0;
  const int columns = static_cast<int>(g.n % lanes);
  return columns <= 3 && columns < 2 * (g.n / lanes) ? columns : 0;
}

template <class T>
using NarrowTile = void (*)(const TileCall<T>&, int64_t b_col, int rows);

// As a tile of `rows` rows and Columns columns; A has unit rows or unit columns, B any strides.
template <class T, int Vectors, int Columns>
void narrow_tile(const TileCall<T>& call, int64_t b_col, int rows) {
  constexpr int lanes = Vec<T>::lanes, height = Vectors * lanes;
  alignas(64) T chains[Columns][height], turned[lanes * height];
  Vec<T> acc[Vectors][Columns];
  if (call.resume) {
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < Columns; ++j) chains[j][i] = call.chain[i * call.chain_row + j];
  }
  int counts[Vectors];
#pragma GCC unroll 8
  for (int v = 0; v < Vectors; ++v) {
    const int left = rows - v * lanes;
    counts[v] = left < 0 ? 0 : left < lanes ? left : lanes;
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j)
      acc[v][j] = call.resume ? load_n<T>(&chains[j][v * lanes], counts[v]) : Vec<T>(T(0));
  }
  const T* b = call.b;
  const auto steps = [&](const T* a, int64_t a_col, int count) __attribute__((always_inline)) {
    for (int p = 0; p < count; ++p, a += a_col, b += call.b_row) {
      Vec<T> b_values[Columns];
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) b_values[j] = Vec<T>(b[j * b_col]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        const Vec<T> a_values = load_n<T>(a + v * lanes, counts[v]);
#pragma GCC unroll 8
        for (int j = 0; j < Columns; ++j) acc[v][j] = fma(a_values, b_values[j], acc[v][j]);
      }
    }
  };
  if (call.a_row == 1) {
    steps(call.a, call.a_col, static_cast<int>(call.k));
  } else {
    for (int64_t p = 0; p < call.k; p += lanes) {
      const int count = call.k - p < lanes ? static_cast<int>(call.k - p) : lanes;
      for (int i = 0; i < rows; i += lanes)
        transpose_block(call.a + i * call.a_row + p, call.a_row, rows - i < lanes ? rows - i : lanes, count, turned + i,
                        height);
      steps(turned, height, count);
    }
  }
  if (call.finish && call.transposed) {
    for (int v = 0; v * lanes < rows; ++v)
      for (int j = 0; j < Columns; ++j) {
        const int64_t row = call.column + j, column = call.row + v * lanes;
        store_n(call.finish->c + row * call.finish->c_row + column,
                finish_vector(*call.finish, acc[v][j], row, column, counts[v]), counts[v]);
      }
    return;
  }
#pragma GCC unroll 8
  for (int v = 0; v < Vectors; ++v)
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) store(&chains[j][v * lanes], acc[v][j]);
  if (!call.finish) {
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < Columns; ++j) call.chain[i * call.chain_row + j] = chains[j][i];
  } else {
    T by_rows[height * Columns + lanes];
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < Columns; ++j) by_rows[i * Columns + j] = chains[j][i];
    finish_tile(*call.finish, by_rows, Columns, rows, Columns, call.row, call.column);
  }
}

template <class T, int Vectors, int Columns>
constexpr NarrowTile<T> narrow_tile_of(int columns) {
  if constexpr (Columns == 0) {
    return nullptr;
  } else {
    return columns == Columns ? narrow_tile<T, Vectors, Columns> : narrow_tile_of<T, Vectors, Columns - 1>(columns);
  }
}

// The last `columns` columns of rows first..last - 1; the call says the block of k, and what is done with the chains.
template <class T>
void multiply_narrow(TileCall<T> call, const Gemm<T>& g, int columns, int64_t start, int64_t first, int64_t last) {
  constexpr int64_t half = narrow_height<T> / 2;
  const int64_t height = columns > narrow_full ? half : narrow_height<T>;
  call.column = g.n - columns;
  call.a_row = g.a_row;
  call.a_col = g.a_col;
  call.b = g.b + start * g.b_row + call.column * g.b_col;
  call.b_row = g.b_row;
  T* const chain = call.chain;
  for (int64_t row = first; row < last; row += height) {
    const int64_t rows = last - row < height ? last - row : height;
    call.row = row;
    call.a = g.a + row * g.a_row + start * g.a_col;
    call.chain = chain + row * call.chain_row + call.column;
    const auto tile = rows > half ? narrow_tile_of<T, narrow_vectors, narrow_full>(columns)
                                  : narrow_tile_of<T, narrow_vectors / 2, narrow_columns_of_turned>(columns);
    tile(call, g.b_col, static_cast<int>(rows));
  }
}

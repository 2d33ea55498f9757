// The register tile: chains[i,j] += sum_p a[i,p] b[p,j] for MR rows and NV vectors of columns, p ascending, one FMA per
// step, so every element of C is one sequential FMA chain whatever calls this. The chains live in registers; A has any
// two strides (a packed panel is a_row = 1, a_col = MR), rows of B are contiguous. Masked: only `columns` lanes of the
// last vector exist. Between blocks of k the chains rest in `chain`; the last block ends in finish_row.

template <class T>
struct TileCall {
  int64_t k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row;
  T* chain;
  int64_t chain_row;
  int columns;               // lanes of the last vector that exist, 1..lanes
  bool resume;               // chains continue from `chain` instead of starting at 0
  const Gemm<T>* finish;  // null: store the bare chains
  int64_t row, column;       // place of the tile in C
};

template <class T, int MR, int NV, bool Masked>
void tile(const TileCall<T>& t) {
  constexpr int lanes = Vec<T>::lanes;
  const int columns = t.columns;
  Vec<T> acc[MR][NV];
  if (t.resume) {
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j) {
        const T* p = t.chain + i * t.chain_row + j * lanes;
        acc[i][j] = Masked && j == NV - 1 ? load_n<T>(p, columns) : load<T>(p);
      }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j) acc[i][j] = Vec<T>(T(0));
  }
  const int64_t a_row = t.a_row, a_col = t.a_col, b_row = t.b_row;
  const T* b = t.b;
  const T* a[(MR + 2) / 3];
#pragma GCC unroll 16
  for (int i = 0; i < MR; i += 3) a[i / 3] = t.a + i * a_row;
  for (int64_t p = t.k; p > 0; --p) {
    Vec<T> b_values[NV];
#pragma GCC unroll 4
    for (int j = 0; j < NV; ++j)
      b_values[j] = Masked && j == NV - 1 ? load_n<T>(b + j * lanes, columns) : load<T>(b + j * lanes);
    b += b_row;
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i) {
      const Vec<T> a_value(a[i / 3][i % 3 * a_row]);
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j) acc[i][j] = fma(a_value, b_values[j], acc[i][j]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < MR; i += 3) a[i / 3] += a_col;
  }
  if (t.finish) {
    alignas(64) T out[MR][NV * lanes];
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j) store(&out[i][j * lanes], acc[i][j]);
    for (int i = 0; i < MR; ++i) finish_row(*t.finish, out[i], t.row + i, t.column, (NV - 1) * lanes + columns);
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j) {
        T* p = t.chain + i * t.chain_row + j * lanes;
        if (Masked && j == NV - 1)
          store_n(p, acc[i][j], columns);
        else
          store(p, acc[i][j]);
      }
  }
}

// Registers decide the tile: one vector of A, vectors_wide of B, the rest are chains.
constexpr int vectors_wide = vec_registers >= 32 ? 2 : 1;
constexpr int tile_rows = (vec_registers - 1 - vectors_wide) / vectors_wide;  // AVX-512 14, AVX2 and NEON 6, scalar 2

template <class T>
using Tile = void (*)(const TileCall<T>&);

template <class T, int MR>
constexpr Tile<T> tile_of_rows(int vectors, int rows, bool masked) {
  if constexpr (MR == 0) {
    return nullptr;
  } else {
    if (rows != MR) return tile_of_rows<T, MR - 1>(vectors, rows, masked);
    if (vectors == 1) return masked ? tile<T, MR, 1, true> : tile<T, MR, 1, false>;
    return masked ? tile<T, MR, vectors_wide, true> : tile<T, MR, vectors_wide, false>;
  }
}

template <class T>
struct TileTable {
  Tile<T> at[2][tile_rows + 1][2];  // vectors - 1, rows, masked
  constexpr TileTable() : at() {
    for (int vectors = 1; vectors <= vectors_wide; ++vectors)
      for (int rows = 1; rows <= tile_rows; ++rows)
        for (int masked = 0; masked < 2; ++masked)
          at[vectors - 1][rows][masked] = tile_of_rows<T, tile_rows>(vectors, rows, masked);
  }
};
template <class T>
constexpr TileTable<T> tiles{};

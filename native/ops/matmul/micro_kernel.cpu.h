// The register tile: chains[i,j] += sum_p a[i,p] b[p,j] for MR rows and NV vectors of columns, p ascending, one FMA per
// step, so every element of C is one sequential FMA chain whatever calls this. The chains live in registers; A has any
// two strides (a packed panel is a_row = 1, a_col = MR), rows of B are contiguous. Masked: only `columns` lanes of the
// last vector exist. Between blocks of k the chains rest in `chain`; the last block ends in finish_row.

// Registers decide the tile: one vector of A, vectors_wide of B, the rest are chains.
constexpr int vectors_wide = vec_registers >= 32 ? 2 : 1;
constexpr int tile_rows = (vec_registers - 1 - vectors_wide) / vectors_wide;  // AVX-512 14, AVX2 and NEON 6, scalar 2

// Rows of B in place are far apart, and the processor fetches them too late by itself: high tiles do it eight rows
// ahead (one thread: 32x784x300 158 GFLOP/s instead of 141, 32x784x512 151 instead of 125, 48x1024x1024 118 instead of
// 88; the gradient 784x32x300, whose B lies in L1, 126 instead of 128). Not measured with other vectors than AVX-512's.
constexpr int64_t rows_ahead = vec_registers >= 32 ? 8 : 0;

// Two rows that the tiles after this one read, `lines` cache lines of each.
template <class T>
struct Ahead {
  const T* row;
  int64_t to_second, lines;
  void fetch_some() {
    if (lines <= 0) return;
    __builtin_prefetch(row, 0, 2);
    __builtin_prefetch(row + to_second, 0, 2);
    row += 64 / sizeof(T);
    --lines;
  }
};

template <class T>
struct TileCall {
  int64_t k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row;
  T* chain;
  int64_t chain_row;
  int rows, vectors;      // of the tile
  int columns;            // lanes of the last vector that exist, 1..lanes
  bool resume;            // chains continue from `chain` instead of starting at 0
  const Gemm<T>* finish;  // null: store the bare chains
  bool transposed;        // C is the transpose of what is multiplied
  bool packed;            // panels of A, and of B in whole vectors
  int64_t row, column;    // place of the tile in C
  const T* next_chain;    // of the next tile, or null
  Ahead<T> next_a;        // of the next panel, to be packed
};

// a b + c for a number in memory, in c's register. AVX-512 reads the number in the FMA, once for each vector of B,
// where a compiler makes a broadcast before the FMAs of a row: 14 instructions less in 45. Products of packed panels
// gain up to 3.5 % while the core's other thread is at work, and nothing on a quiet core; with A in place this costs 4
// %, and is not done. AVX2: where the compiler may choose the register it copies or spills some (8 % more instructions,
// GCC 12).
#if defined(HEBB_TARGET_AVX512)
inline Vec<float> fma_from(const float* a, Vec<float> b, Vec<float> c) {
  asm("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(c.v) : "v"(b.v), "m"(*a));
  return c;
}
inline Vec<double> fma_from(const double* a, Vec<double> b, Vec<double> c) {
  asm("vfmadd231pd %2%{1to8%}, %1, %0" : "+v"(c.v) : "v"(b.v), "m"(*a));
  return c;
}
#elif defined(HEBB_TARGET_AVX2)
inline void add_product(__m256& c, __m256 a, __m256 b) { asm("vfmadd231ps %2, %1, %0" : "+x"(c) : "x"(a), "x"(b)); }
inline void add_product(__m256d& c, __m256d a, __m256d b) { asm("vfmadd231pd %2, %1, %0" : "+x"(c) : "x"(a), "x"(b)); }
template <class T>
Vec<T> fma_from(const T* a, Vec<T> b, Vec<T> c) {
  const Vec<T> value(*a);
  add_product(c.low, value.low, b.low);
  add_product(c.high, value.high, b.high);
  return c;
}
#else
template <class T>
Vec<T> fma_from(const T* a, Vec<T> b, Vec<T> c) {
  return fma(Vec<T>(*a), b, c);
}
#endif

template <class T, int MR, int NV, bool Masked, bool Column>
void tile(const TileCall<T>& t) {
  constexpr int lanes = Vec<T>::lanes;
  const int columns = t.columns;
  Vec<T> acc[MR][NV];
  if (t.resume) {
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 24
      for (int j = 0; j < NV; ++j) {
        const T* p = t.chain + i * t.chain_row + j * lanes;
        acc[i][j] = Masked && j == NV - 1 ? load_n<T>(p, columns) : load<T>(p);
      }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 24
      for (int j = 0; j < NV; ++j) acc[i][j] = Vec<T>(T(0));
  }
  const int64_t a_row = Column ? 1 : t.a_row, a_col = t.a_col, b_row = t.b_row;
  const T* b = t.b;
  constexpr int group = Column ? MR : 3;  // rows reached from one pointer: [p], [p + a_row], [p + 2 a_row]
  const T* a[(MR + group - 1) / group];
#pragma GCC unroll 16
  for (int i = 0; i < MR; i += group) a[i / group] = t.a + i * a_row;
  const auto step = [&]<bool Packed>(std::bool_constant<Packed>) __attribute__((always_inline)) {
    Vec<T> b_values[NV];
#pragma GCC unroll 24
    for (int j = 0; j < NV; ++j)
      b_values[j] = Masked && !Packed && j == NV - 1 ? load_n<T>(b + j * lanes, columns) : load<T>(b + j * lanes);
    if constexpr (!Column && MR > tile_rows / 2 && rows_ahead > 0) {
#pragma GCC unroll 24
      for (int j = 0; j < NV; ++j) __builtin_prefetch(b + rows_ahead * b_row + j * lanes, 0, 3);
      __builtin_prefetch(b + rows_ahead * b_row + NV * lanes - 1, 0, 3);
    }
    b += Packed ? NV * lanes : b_row;
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i) {
      const T* a_value = a[i / group] + i % group * a_row;
      if constexpr (Column || NV < 2) {
#pragma GCC unroll 24
        for (int j = 0; j < NV; ++j) acc[i][j] = fma_from(a_value, b_values[j], acc[i][j]);
      } else {
        const Vec<T> broadcast(*a_value);
#pragma GCC unroll 24
        for (int j = 0; j < NV; ++j) acc[i][j] = fma(broadcast, b_values[j], acc[i][j]);
      }
    }
#pragma GCC unroll 16
    for (int i = 0; i < MR; i += group) a[i / group] += Packed ? MR : a_col;
  };
  constexpr bool full = Column && MR == tile_rows && NV == vectors_wide;
  if (full && t.packed) {
    // Both are packed, B in whole vectors, with strides that the compiler knows. What comes next is fetched a few lines
    // every eight steps: all at once they would hold up the loads of the tile (one thread, with A^T packed by rows:
    // 1024^3 153 GFLOP/s instead of 149, 2048^3 148 instead of 142). The eight steps without a jump: one thread of a
    // Zen 3 with AVX2, 512^3 1.02 times as fast on a quiet core, 1.15 to 1.25 while the core's other thread is at work.
    constexpr int unrolled = vec_registers >= 32 ? 2 : 8;
    const T* next_chain = t.next_chain;
    int chain_rows = next_chain ? MR : 0;
    Ahead<T> next_a = t.next_a;
    for (int64_t eights = t.k / 8; eights > 0; --eights) {
      for (int i = 0; i < 8; i += unrolled)
#pragma GCC unroll 8
        for (int j = 0; j < unrolled; ++j) step(std::true_type());
      if (chain_rows > 0) {
        __builtin_prefetch(next_chain, 1, 3);
        __builtin_prefetch(next_chain + NV * lanes - 1, 1, 3);
        next_chain += t.chain_row;
        --chain_rows;
      }
      next_a.fetch_some();
    }
    for (int64_t p = t.k % 8; p > 0; --p) step(std::true_type());
  } else {
    for (int64_t p = t.k / 2; p > 0; --p) {
      step(std::false_type());
      step(std::false_type());
    }
    if (t.k & 1) step(std::false_type());
  }
  if (t.finish && is_accumulation(*t.finish) && !t.transposed) {
    // In registers: for the weight gradient of a batch of 32 (k = 32) a third of the time is here otherwise.
    const Vec<T> alpha(t.finish->alpha);
    T* c = t.finish->c + t.row * t.finish->c_row + t.column;
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i, c += t.finish->c_row)
#pragma GCC unroll 24
      for (int j = 0; j < NV; ++j) {
        T* p = c + j * lanes;
        if (Masked && j == NV - 1)
          store_n(p, fma(alpha, acc[i][j], load_n<T>(p, columns)), columns);
        else
          store(p, fma(alpha, acc[i][j], load<T>(p)));
      }
  } else if (t.finish) {
    alignas(64) T out[MR][NV * lanes];
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 24
      for (int j = 0; j < NV; ++j) store(&out[i][j * lanes], acc[i][j]);
    const auto finish = t.transposed ? finish_tile_transposed<T> : finish_tile<T>;
    finish(*t.finish, out[0], NV * lanes, MR, (NV - 1) * lanes + columns, t.row, t.column);
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 24
      for (int j = 0; j < NV; ++j) {
        T* p = t.chain + i * t.chain_row + j * lanes;
        if (Masked && j == NV - 1)
          store_n(p, acc[i][j], columns);
        else
          store(p, acc[i][j]);
      }
  }
}

template <class T>
using Tile = void (*)(const TileCall<T>&);

// A masked load costs AVX-512 2 % and an instance costs 1 KB of code: there only the full tile has one without masks.
template <class T, int MR, int NV, bool Column>
constexpr Tile<T> tile_variant(bool masked) {
  constexpr bool always_masked = vec_registers >= 32 && (MR < tile_rows || NV < vectors_wide);
  return masked ? tile<T, MR, NV, true, Column> : tile<T, MR, NV, always_masked, Column>;
}

// Panels lower than half a tile exist only alone (m < tile_rows): not worth an instance for a_row = 1.
template <class T, int MR, int NV>
constexpr Tile<T> tile_from(bool masked, bool column) {
  return column ? tile_variant<T, MR, NV, (MR >= tile_rows / 2)>(masked) : tile_variant<T, MR, NV, false>(masked);
}

template <class T, int MR>
constexpr Tile<T> tile_of_rows(int vectors, int rows, bool masked, bool column) {
  if constexpr (MR == 0) {
    return nullptr;
  } else {
    if (rows != MR) return tile_of_rows<T, MR - 1>(vectors, rows, masked, column);
    return vectors == 1 ? tile_from<T, MR, 1>(masked, column) : tile_from<T, MR, vectors_wide>(masked, column);
  }
}

// One to three rows, where a wide tile has the chains that hide the latency of an FMA and reads B in long runs.
constexpr int wide_rows = 3;
template <int MR>
constexpr int wide_vectors = vec_registers >= 32 ? (MR == 1   ? 20
                                                    : MR == 2 ? 12
                                                              : 8)
                                                 : vec_registers / (MR + 1);

template <class T, int MR, int NV>
constexpr Tile<T> wide_tile(int vectors) {
  if constexpr (NV == 0) {
    return nullptr;
  } else {
    return vectors == NV ? tile<T, MR, NV, true, false> : wide_tile<T, MR, NV - 1>(vectors);
  }
}

template <class T, int MR>
struct WideTable {
  Tile<T> at[wide_vectors<MR> + 1];
  constexpr WideTable() : at() {
    for (int vectors = 1; vectors <= wide_vectors<MR>; ++vectors)
      at[vectors] = wide_tile<T, MR, wide_vectors<MR>>(vectors);
  }
};
template <class T, int MR>
constexpr WideTable<T, MR> wide_tiles{};

// The wide tile of one to three rows, and the most vectors that it has.
inline int most_vectors(int64_t rows) {
  return rows == 1 ? wide_vectors<1> : rows == 2 ? wide_vectors<2> : wide_vectors<3>;
}
template <class T>
Tile<T> wide_tile_of(int64_t rows, int64_t vectors) {
  return rows == 1   ? wide_tiles<T, 1>.at[vectors]
         : rows == 2 ? wide_tiles<T, 2>.at[vectors]
                     : wide_tiles<T, 3>.at[vectors];
}

template <class T>
struct TileTable {
  Tile<T> at[2][tile_rows + 1][2][2];  // vectors - 1, rows, masked, column (a_row = 1)
  constexpr TileTable() : at() {
    for (int vectors = 1; vectors <= vectors_wide; ++vectors)
      for (int rows = 1; rows <= tile_rows; ++rows)
        for (int variant = 0; variant < 4; ++variant)
          at[vectors - 1][rows][variant / 2][variant % 2] =
              tile_of_rows<T, tile_rows>(vectors, rows, variant / 2, variant % 2);
  }
};
template <class T>
constexpr TileTable<T> tiles{};

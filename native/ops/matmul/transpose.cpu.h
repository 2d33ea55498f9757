// dst[p, i] = src[i, p] for i < rows <= lanes, p < columns <= lanes. Up to lanes elements of a destination row are
// stored (those past `rows` are 0 or left alone), later rows over earlier ones: dst_row may be less than lanes when the
// caller owns what lies behind the last row. Measured, 14-row panels of a 784-column matrix: 5x the plain loop.

#if defined(HEBB_TARGET_AVX512)

// A whole block. Half rows meet in a register as they are loaded, which takes a quarter of the shuffles away.
inline void transpose_whole(const float* src, int64_t src_row, float* dst, int64_t dst_row) {
  const __m512i even = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), odd = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
#pragma GCC unroll 2
  for (int half = 0; half < 16; half += 8, src += 8, dst += 8 * dst_row) {
    __m512d x[8], y[8];
    __m512 rows[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i)
      rows[i] = _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(src + i * src_row)),
                                   _mm256_loadu_ps(src + (i + 8) * src_row), 1);
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
      y[i] = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i], rows[i + 1]));
      y[i + 1] = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i], rows[i + 1]));
    }
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {  // x[i+c]: columns c and 4+c, rows i..i+3 and i+8..i+11
      x[i] = _mm512_unpacklo_pd(y[i], y[i + 2]);
      x[i + 1] = _mm512_unpackhi_pd(y[i], y[i + 2]);
      x[i + 2] = _mm512_unpacklo_pd(y[i + 1], y[i + 3]);
      x[i + 3] = _mm512_unpackhi_pd(y[i + 1], y[i + 3]);
    }
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) {
      _mm512_storeu_ps(dst + c * dst_row, _mm512_castpd_ps(_mm512_permutex2var_pd(x[c], even, x[4 + c])));
      _mm512_storeu_ps(dst + (4 + c) * dst_row, _mm512_castpd_ps(_mm512_permutex2var_pd(x[c], odd, x[4 + c])));
    }
  }
}

inline void transpose_block(const float* src, int64_t src_row, int rows, int columns, float* dst, int64_t dst_row) {
  if (rows == 16 && columns == 16) return transpose_whole(src, src_row, dst, dst_row);
  if (rows * columns <= 32) {  // a row, a column or little of both: one by one
    for (int p = 0; p < columns; ++p)
      for (int i = 0; i < rows; ++i) dst[p * dst_row + i] = src[i * src_row + p];
    return;
  }
  const __mmask16 mask = static_cast<__mmask16>((1u << columns) - 1);
  __m512 x[16], y[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    x[i] = i < rows ? _mm512_maskz_loadu_ps(mask, src + i * src_row) : _mm512_setzero_ps();
  }
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {  // pairs of rows: y[i] holds columns 0,1 of each quad, y[i+1] columns 2,3
    y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {  // x[i+c]: column c of each quad, rows i..i+3
    x[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(y[i]), _mm512_castps_pd(y[i + 2])));
    x[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(y[i]), _mm512_castps_pd(y[i + 2])));
    x[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(y[i + 1]), _mm512_castps_pd(y[i + 3])));
    x[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(y[i + 1]), _mm512_castps_pd(y[i + 3])));
  }
#pragma GCC unroll 4
  for (int c = 0; c < 4; ++c) {  // 4x4 transpose of quads
    const __m512 a = _mm512_shuffle_f32x4(x[c], x[4 + c], 0x44), b = _mm512_shuffle_f32x4(x[c], x[4 + c], 0xee);
    const __m512 d = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0x44),
                 e = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0xee);
    y[c] = _mm512_shuffle_f32x4(a, d, 0x88);
    y[4 + c] = _mm512_shuffle_f32x4(a, d, 0xdd);
    y[8 + c] = _mm512_shuffle_f32x4(b, e, 0x88);
    y[12 + c] = _mm512_shuffle_f32x4(b, e, 0xdd);
  }
#pragma GCC unroll 16
  for (int p = 0; p < 16; ++p)
    if (p < columns) _mm512_storeu_ps(dst + p * dst_row, y[p]);
}

inline void transpose_block(const double* src, int64_t src_row, int rows, int columns, double* dst, int64_t dst_row) {
  const __mmask8 mask = static_cast<__mmask8>((1u << columns) - 1);
  __m512d x[8], y[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    x[i] = i < rows ? _mm512_maskz_loadu_pd(mask, src + i * src_row) : _mm512_setzero_pd();
  }
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    y[i] = _mm512_unpacklo_pd(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_pd(x[i], x[i + 1]);
  }
#pragma GCC unroll 2
  for (int c = 0; c < 2; ++c) {  // 4x4 transpose of pairs
    const __m512d a = _mm512_shuffle_f64x2(y[c], y[2 + c], 0x44), b = _mm512_shuffle_f64x2(y[c], y[2 + c], 0xee);
    const __m512d d = _mm512_shuffle_f64x2(y[4 + c], y[6 + c], 0x44),
                  e = _mm512_shuffle_f64x2(y[4 + c], y[6 + c], 0xee);
    x[c] = _mm512_shuffle_f64x2(a, d, 0x88);
    x[2 + c] = _mm512_shuffle_f64x2(a, d, 0xdd);
    x[4 + c] = _mm512_shuffle_f64x2(b, e, 0x88);
    x[6 + c] = _mm512_shuffle_f64x2(b, e, 0xdd);
  }
#pragma GCC unroll 8
  for (int p = 0; p < 8; ++p)
    if (p < columns) _mm512_storeu_pd(dst + p * dst_row, x[p]);
}

#elif defined(HEBB_TARGET_AVX2)

// Lanes i < n of a half vector exist.
inline __m256i half_mask8(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline __m256i half_mask4(int n) { return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3)); }

// One 8x8 quarter: rows x columns of it exist, all 8 lanes of each destination row are stored. Inlined always: where
// rows and columns are whole nothing is asked (dX 32x300x784 has 7 % more instructions otherwise).
__attribute__((always_inline)) inline void transpose_quarter(const float* src, int64_t src_row, int rows, int columns,
                                                             float* dst, int64_t dst_row) {
  const __m256i mask = half_mask8(columns);
  __m256 x[8], y[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) x[i] = i < rows ? _mm256_maskload_ps(src + i * src_row, mask) : _mm256_setzero_ps();
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    y[i] = _mm256_unpacklo_ps(x[i], x[i + 1]);
    y[i + 1] = _mm256_unpackhi_ps(x[i], x[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    x[i] = _mm256_shuffle_ps(y[i], y[i + 2], 0x44);
    x[i + 1] = _mm256_shuffle_ps(y[i], y[i + 2], 0xee);
    x[i + 2] = _mm256_shuffle_ps(y[i + 1], y[i + 3], 0x44);
    x[i + 3] = _mm256_shuffle_ps(y[i + 1], y[i + 3], 0xee);
  }
  // Rows in order: a row's surplus lanes reach into the next one, which is stored over them.
#pragma GCC unroll 4
  for (int c = 0; c < 4; ++c)
    if (c < columns) _mm256_storeu_ps(dst + c * dst_row, _mm256_permute2f128_ps(x[c], x[4 + c], 0x20));
#pragma GCC unroll 4
  for (int c = 0; c < 4; ++c)
    if (4 + c < columns) _mm256_storeu_ps(dst + (4 + c) * dst_row, _mm256_permute2f128_ps(x[c], x[4 + c], 0x31));
}

inline void transpose_quarter(const double* src, int64_t src_row, int rows, int columns, double* dst, int64_t dst_row) {
  const __m256i mask = half_mask4(columns);
  __m256d x[4], y[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) x[i] = i < rows ? _mm256_maskload_pd(src + i * src_row, mask) : _mm256_setzero_pd();
  y[0] = _mm256_unpacklo_pd(x[0], x[1]);
  y[1] = _mm256_unpackhi_pd(x[0], x[1]);
  y[2] = _mm256_unpacklo_pd(x[2], x[3]);
  y[3] = _mm256_unpackhi_pd(x[2], x[3]);
#pragma GCC unroll 2
  for (int c = 0; c < 2; ++c)
    if (c < columns) _mm256_storeu_pd(dst + c * dst_row, _mm256_permute2f128_pd(y[c], y[2 + c], 0x20));
#pragma GCC unroll 2
  for (int c = 0; c < 2; ++c)
    if (2 + c < columns) _mm256_storeu_pd(dst + (2 + c) * dst_row, _mm256_permute2f128_pd(y[c], y[2 + c], 0x31));
}

template <class T>
void transpose_block(const T* src, int64_t src_row, int rows, int columns, T* dst, int64_t dst_row) {
  constexpr int half = Vec<T>::lanes / 2;
  // The rows of the second half are stored first: a destination row may reach into the next one.
  for (int p = 0; p < columns; p += half) {
    for (int i = rows > half ? half : 0; i >= 0; i -= half) {
      transpose_quarter(src + i * src_row + p, src_row, rows - i, columns - p, dst + p * dst_row + i, dst_row);
    }
  }
}

#else

template <class T>
void transpose_block(const T* src, int64_t src_row, int rows, int columns, T* dst, int64_t dst_row) {
  constexpr int lanes = Vec<T>::lanes;
  for (int p = 0; p < columns; ++p) {
    for (int i = 0; i < rows; ++i) dst[p * dst_row + i] = src[i * src_row + p];
    for (int i = rows; i < lanes; ++i) dst[p * dst_row + i] = T(0);
  }
}

#endif

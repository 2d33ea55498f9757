// dst[p, i] = src[i, p] for i < rows <= lanes, p < columns <= lanes. The destination rows are stored whole (lanes
// elements, those past `rows` are 0): the caller stores in order of p and owns what lies behind the last row.
// Measured, 14-row panels of a 784-column matrix: 5x the plain loop.

#if defined(HEBB_TARGET_AVX512)

inline void transpose_block(const float* src, int64_t src_row, int rows, int columns, float* dst, int64_t dst_row) {
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

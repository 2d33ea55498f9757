// The arithmetic of float and double vectors on AVX2 + FMA. Included by simd_avx2.h inside its namespace.

// float
HEBB_INLINE F operator+(F a, F b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
HEBB_INLINE F operator-(F a, F b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
HEBB_INLINE F operator*(F a, F b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
HEBB_INLINE F operator/(F a, F b) { return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }
HEBB_INLINE F operator-(F a) {
  const __m256 bit = _mm256_set1_ps(-0.0f);
  return {_mm256_xor_ps(a.low, bit), _mm256_xor_ps(a.high, bit)};
}
HEBB_INLINE F fma(F a, F b, F c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
HEBB_INLINE F fnma(F a, F b, F c) {
  return {_mm256_fnmadd_ps(a.low, b.low, c.low), _mm256_fnmadd_ps(a.high, b.high, c.high)};
}
HEBB_INLINE F sqrt(F a) { return {_mm256_sqrt_ps(a.low), _mm256_sqrt_ps(a.high)}; }
HEBB_INLINE F abs(F a) {
  const __m256 bit = _mm256_set1_ps(-0.0f);
  return {_mm256_andnot_ps(bit, a.low), _mm256_andnot_ps(bit, a.high)};
}
HEBB_INLINE F floor(F a) { return {_mm256_floor_ps(a.low), _mm256_floor_ps(a.high)}; }
HEBB_INLINE F ceil(F a) { return {_mm256_ceil_ps(a.low), _mm256_ceil_ps(a.high)}; }
HEBB_INLINE F trunc(F a) {
  return {_mm256_round_ps(a.low, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC),
          _mm256_round_ps(a.high, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
}
HEBB_INLINE F round(F a) {
  return {_mm256_round_ps(a.low, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
          _mm256_round_ps(a.high, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
HEBB_INLINE F copysign(F a, F sign) {
  const __m256 bit = _mm256_set1_ps(-0.0f);
  return {_mm256_or_ps(_mm256_andnot_ps(bit, a.low), _mm256_and_ps(bit, sign.low)),
          _mm256_or_ps(_mm256_andnot_ps(bit, a.high), _mm256_and_ps(bit, sign.high))};
}
HEBB_INLINE Mask16 operator==(F a, F b) {
  return {_mm256_castps_si256(_mm256_cmp_ps(a.low, b.low, _CMP_EQ_OQ)),
          _mm256_castps_si256(_mm256_cmp_ps(a.high, b.high, _CMP_EQ_OQ))};
}
HEBB_INLINE Mask16 operator!=(F a, F b) {
  return {_mm256_castps_si256(_mm256_cmp_ps(a.low, b.low, _CMP_NEQ_UQ)),
          _mm256_castps_si256(_mm256_cmp_ps(a.high, b.high, _CMP_NEQ_UQ))};
}
HEBB_INLINE Mask16 operator<(F a, F b) {
  return {_mm256_castps_si256(_mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ)),
          _mm256_castps_si256(_mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ))};
}
HEBB_INLINE Mask16 operator<=(F a, F b) {
  return {_mm256_castps_si256(_mm256_cmp_ps(a.low, b.low, _CMP_LE_OQ)),
          _mm256_castps_si256(_mm256_cmp_ps(a.high, b.high, _CMP_LE_OQ))};
}
HEBB_INLINE Mask16 operator>(F a, F b) {
  return {_mm256_castps_si256(_mm256_cmp_ps(a.low, b.low, _CMP_GT_OQ)),
          _mm256_castps_si256(_mm256_cmp_ps(a.high, b.high, _CMP_GT_OQ))};
}
HEBB_INLINE Mask16 operator>=(F a, F b) {
  return {_mm256_castps_si256(_mm256_cmp_ps(a.low, b.low, _CMP_GE_OQ)),
          _mm256_castps_si256(_mm256_cmp_ps(a.high, b.high, _CMP_GE_OQ))};
}
HEBB_INLINE Mask16 is_nan(F a) {
  return {_mm256_castps_si256(_mm256_cmp_ps(a.low, a.low, _CMP_UNORD_Q)),
          _mm256_castps_si256(_mm256_cmp_ps(a.high, a.high, _CMP_UNORD_Q))};
}
HEBB_INLINE F select(Mask16 m, F a, F b) {
  return {_mm256_blendv_ps(b.low, a.low, _mm256_castsi256_ps(m.low)),
          _mm256_blendv_ps(b.high, a.high, _mm256_castsi256_ps(m.high))};
}
HEBB_INLINE F min(F a, F b) {
  return {_mm256_blendv_ps(_mm256_min_ps(a.low, b.low), a.low, _mm256_cmp_ps(a.low, a.low, _CMP_UNORD_Q)),
          _mm256_blendv_ps(_mm256_min_ps(a.high, b.high), a.high, _mm256_cmp_ps(a.high, a.high, _CMP_UNORD_Q))};
}
HEBB_INLINE F max(F a, F b) {
  return {_mm256_blendv_ps(_mm256_max_ps(a.low, b.low), a.low, _mm256_cmp_ps(a.low, a.low, _CMP_UNORD_Q)),
          _mm256_blendv_ps(_mm256_max_ps(a.high, b.high), a.high, _mm256_cmp_ps(a.high, a.high, _CMP_UNORD_Q))};
}
HEBB_INLINE F at_most(F a, F high) { return {_mm256_min_ps(high.low, a.low), _mm256_min_ps(high.high, a.high)}; }
HEBB_INLINE F at_least(F a, F low) { return {_mm256_max_ps(low.low, a.low), _mm256_max_ps(low.high, a.high)}; }

// double
HEBB_INLINE D operator+(D a, D b) { return {_mm256_add_pd(a.low, b.low), _mm256_add_pd(a.high, b.high)}; }
HEBB_INLINE D operator-(D a, D b) { return {_mm256_sub_pd(a.low, b.low), _mm256_sub_pd(a.high, b.high)}; }
HEBB_INLINE D operator*(D a, D b) { return {_mm256_mul_pd(a.low, b.low), _mm256_mul_pd(a.high, b.high)}; }
HEBB_INLINE D operator/(D a, D b) { return {_mm256_div_pd(a.low, b.low), _mm256_div_pd(a.high, b.high)}; }
HEBB_INLINE D operator-(D a) {
  const __m256d bit = _mm256_set1_pd(-0.0);
  return {_mm256_xor_pd(a.low, bit), _mm256_xor_pd(a.high, bit)};
}
HEBB_INLINE D fma(D a, D b, D c) {
  return {_mm256_fmadd_pd(a.low, b.low, c.low), _mm256_fmadd_pd(a.high, b.high, c.high)};
}
HEBB_INLINE D fnma(D a, D b, D c) {
  return {_mm256_fnmadd_pd(a.low, b.low, c.low), _mm256_fnmadd_pd(a.high, b.high, c.high)};
}
HEBB_INLINE D sqrt(D a) { return {_mm256_sqrt_pd(a.low), _mm256_sqrt_pd(a.high)}; }
HEBB_INLINE D abs(D a) {
  const __m256d bit = _mm256_set1_pd(-0.0);
  return {_mm256_andnot_pd(bit, a.low), _mm256_andnot_pd(bit, a.high)};
}
HEBB_INLINE D floor(D a) { return {_mm256_floor_pd(a.low), _mm256_floor_pd(a.high)}; }
HEBB_INLINE D ceil(D a) { return {_mm256_ceil_pd(a.low), _mm256_ceil_pd(a.high)}; }
HEBB_INLINE D trunc(D a) {
  return {_mm256_round_pd(a.low, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC),
          _mm256_round_pd(a.high, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
}
HEBB_INLINE D round(D a) {
  return {_mm256_round_pd(a.low, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
          _mm256_round_pd(a.high, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
HEBB_INLINE D copysign(D a, D sign) {
  const __m256d bit = _mm256_set1_pd(-0.0);
  return {_mm256_or_pd(_mm256_andnot_pd(bit, a.low), _mm256_and_pd(bit, sign.low)),
          _mm256_or_pd(_mm256_andnot_pd(bit, a.high), _mm256_and_pd(bit, sign.high))};
}
HEBB_INLINE Mask8 operator==(D a, D b) {
  return {_mm256_castpd_si256(_mm256_cmp_pd(a.low, b.low, _CMP_EQ_OQ)),
          _mm256_castpd_si256(_mm256_cmp_pd(a.high, b.high, _CMP_EQ_OQ))};
}
HEBB_INLINE Mask8 operator!=(D a, D b) {
  return {_mm256_castpd_si256(_mm256_cmp_pd(a.low, b.low, _CMP_NEQ_UQ)),
          _mm256_castpd_si256(_mm256_cmp_pd(a.high, b.high, _CMP_NEQ_UQ))};
}
HEBB_INLINE Mask8 operator<(D a, D b) {
  return {_mm256_castpd_si256(_mm256_cmp_pd(a.low, b.low, _CMP_LT_OQ)),
          _mm256_castpd_si256(_mm256_cmp_pd(a.high, b.high, _CMP_LT_OQ))};
}
HEBB_INLINE Mask8 operator<=(D a, D b) {
  return {_mm256_castpd_si256(_mm256_cmp_pd(a.low, b.low, _CMP_LE_OQ)),
          _mm256_castpd_si256(_mm256_cmp_pd(a.high, b.high, _CMP_LE_OQ))};
}
HEBB_INLINE Mask8 operator>(D a, D b) {
  return {_mm256_castpd_si256(_mm256_cmp_pd(a.low, b.low, _CMP_GT_OQ)),
          _mm256_castpd_si256(_mm256_cmp_pd(a.high, b.high, _CMP_GT_OQ))};
}
HEBB_INLINE Mask8 operator>=(D a, D b) {
  return {_mm256_castpd_si256(_mm256_cmp_pd(a.low, b.low, _CMP_GE_OQ)),
          _mm256_castpd_si256(_mm256_cmp_pd(a.high, b.high, _CMP_GE_OQ))};
}
HEBB_INLINE Mask8 is_nan(D a) {
  return {_mm256_castpd_si256(_mm256_cmp_pd(a.low, a.low, _CMP_UNORD_Q)),
          _mm256_castpd_si256(_mm256_cmp_pd(a.high, a.high, _CMP_UNORD_Q))};
}
HEBB_INLINE D select(Mask8 m, D a, D b) {
  return {_mm256_blendv_pd(b.low, a.low, _mm256_castsi256_pd(m.low)),
          _mm256_blendv_pd(b.high, a.high, _mm256_castsi256_pd(m.high))};
}
HEBB_INLINE D min(D a, D b) {
  return {_mm256_blendv_pd(_mm256_min_pd(a.low, b.low), a.low, _mm256_cmp_pd(a.low, a.low, _CMP_UNORD_Q)),
          _mm256_blendv_pd(_mm256_min_pd(a.high, b.high), a.high, _mm256_cmp_pd(a.high, a.high, _CMP_UNORD_Q))};
}
HEBB_INLINE D max(D a, D b) {
  return {_mm256_blendv_pd(_mm256_max_pd(a.low, b.low), a.low, _mm256_cmp_pd(a.low, a.low, _CMP_UNORD_Q)),
          _mm256_blendv_pd(_mm256_max_pd(a.high, b.high), a.high, _mm256_cmp_pd(a.high, a.high, _CMP_UNORD_Q))};
}
HEBB_INLINE D at_most(D a, D high) { return {_mm256_min_pd(high.low, a.low), _mm256_min_pd(high.high, a.high)}; }
HEBB_INLINE D at_least(D a, D low) { return {_mm256_max_pd(low.low, a.low), _mm256_max_pd(low.high, a.high)}; }

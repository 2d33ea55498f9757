// Vectors on AVX-512 (F, BW, DQ, VL): one zmm register is the 16 float32 / int32 or 8 float64 / int64 lanes that every
// ISA offers. Include inside the target pragma. Each function gives the same bits as its namesake in simd_scalar.h,
// where the semantics are written down.
#include <cstdint>

#include "simd_inline.h"

// GCC 12's own _mm512_undefined_*() trips its own warning (bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace hebb::avx512 {
namespace {

template <class T>
struct Vec;

struct Mask16 {
  __mmask16 m;
};
struct Mask8 {
  __mmask8 m;
};
template <class T>
struct MaskOf {
  using type = Mask16;
};
template <>
struct MaskOf<double> {
  using type = Mask8;
};
template <>
struct MaskOf<int64_t> {
  using type = Mask8;
};
template <class T>
using Mask = typename MaskOf<T>::type;

HEBB_INLINE __mmask16 first16(int n) { return static_cast<__mmask16>((1u << n) - 1); }
HEBB_INLINE __mmask8 first8(int n) { return static_cast<__mmask8>((1u << n) - 1); }

template <>
struct Vec<float> {
  static constexpr int lanes = 16;
  __m512 v;
  Vec() = default;
  HEBB_INLINE Vec(float x) : v(_mm512_set1_ps(x)) {}
  HEBB_INLINE Vec(__m512 x) : v(x) {}
  static HEBB_INLINE Vec load(const float* p) { return _mm512_loadu_ps(p); }
  static HEBB_INLINE Vec load_n(const float* p, int n) { return _mm512_maskz_loadu_ps(first16(n), p); }
  static HEBB_INLINE void store(float* p, Vec a) { _mm512_storeu_ps(p, a.v); }
  static HEBB_INLINE void store_n(float* p, Vec a, int n) { _mm512_mask_storeu_ps(p, first16(n), a.v); }
  static HEBB_INLINE void stream(float* p, Vec a) { _mm512_stream_ps(p, a.v); }
};

template <>
struct Vec<double> {
  static constexpr int lanes = 8;
  __m512d v;
  Vec() = default;
  HEBB_INLINE Vec(double x) : v(_mm512_set1_pd(x)) {}
  HEBB_INLINE Vec(__m512d x) : v(x) {}
  static HEBB_INLINE Vec load(const double* p) { return _mm512_loadu_pd(p); }
  static HEBB_INLINE Vec load_n(const double* p, int n) { return _mm512_maskz_loadu_pd(first8(n), p); }
  static HEBB_INLINE void store(double* p, Vec a) { _mm512_storeu_pd(p, a.v); }
  static HEBB_INLINE void store_n(double* p, Vec a, int n) { _mm512_mask_storeu_pd(p, first8(n), a.v); }
  static HEBB_INLINE void stream(double* p, Vec a) { _mm512_stream_pd(p, a.v); }
};

template <>
struct Vec<int32_t> {
  static constexpr int lanes = 16;
  __m512i v;
  Vec() = default;
  HEBB_INLINE Vec(int32_t x) : v(_mm512_set1_epi32(x)) {}
  HEBB_INLINE Vec(__m512i x) : v(x) {}
  static HEBB_INLINE Vec load(const int32_t* p) { return _mm512_loadu_si512(p); }
  static HEBB_INLINE Vec load_n(const int32_t* p, int n) { return _mm512_maskz_loadu_epi32(first16(n), p); }
  static HEBB_INLINE void store(int32_t* p, Vec a) { _mm512_storeu_si512(p, a.v); }
  static HEBB_INLINE void store_n(int32_t* p, Vec a, int n) { _mm512_mask_storeu_epi32(p, first16(n), a.v); }
  static HEBB_INLINE void stream(int32_t* p, Vec a) { _mm512_stream_si512(reinterpret_cast<__m512i*>(p), a.v); }
};

template <>
struct Vec<int64_t> {
  static constexpr int lanes = 8;
  __m512i v;
  Vec() = default;
  HEBB_INLINE Vec(int64_t x) : v(_mm512_set1_epi64(x)) {}
  HEBB_INLINE Vec(__m512i x) : v(x) {}
  static HEBB_INLINE Vec load(const int64_t* p) { return _mm512_loadu_si512(p); }
  static HEBB_INLINE void store(int64_t* p, Vec a) { _mm512_storeu_si512(p, a.v); }
};

using F = Vec<float>;
using D = Vec<double>;
using I = Vec<int32_t>;
using L = Vec<int64_t>;

// Masks
HEBB_INLINE Mask16 operator&(Mask16 a, Mask16 b) { return {static_cast<__mmask16>(a.m & b.m)}; }
HEBB_INLINE Mask16 operator|(Mask16 a, Mask16 b) { return {static_cast<__mmask16>(a.m | b.m)}; }
HEBB_INLINE Mask16 operator~(Mask16 a) { return {static_cast<__mmask16>(~a.m)}; }
HEBB_INLINE bool any(Mask16 a) { return a.m != 0; }
HEBB_INLINE bool all(Mask16 a) { return a.m == 0xffff; }
HEBB_INLINE Mask8 operator&(Mask8 a, Mask8 b) { return {static_cast<__mmask8>(a.m & b.m)}; }
HEBB_INLINE Mask8 operator|(Mask8 a, Mask8 b) { return {static_cast<__mmask8>(a.m | b.m)}; }
HEBB_INLINE Mask8 operator~(Mask8 a) { return {static_cast<__mmask8>(~a.m)}; }
HEBB_INLINE bool any(Mask8 a) { return a.m != 0; }
HEBB_INLINE bool all(Mask8 a) { return a.m == 0xff; }

// float
HEBB_INLINE F operator+(F a, F b) { return _mm512_add_ps(a.v, b.v); }
HEBB_INLINE F operator-(F a, F b) { return _mm512_sub_ps(a.v, b.v); }
HEBB_INLINE F operator*(F a, F b) { return _mm512_mul_ps(a.v, b.v); }
HEBB_INLINE F operator/(F a, F b) { return _mm512_div_ps(a.v, b.v); }
HEBB_INLINE F operator-(F a) { return _mm512_xor_ps(a.v, _mm512_set1_ps(-0.0f)); }
HEBB_INLINE F fma(F a, F b, F c) { return _mm512_fmadd_ps(a.v, b.v, c.v); }
HEBB_INLINE F fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a.v, b.v, c.v); }
HEBB_INLINE F sqrt(F a) { return _mm512_sqrt_ps(a.v); }
HEBB_INLINE F abs(F a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v); }
HEBB_INLINE F floor(F a) { return _mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
HEBB_INLINE F ceil(F a) { return _mm512_roundscale_ps(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
HEBB_INLINE F trunc(F a) { return _mm512_roundscale_ps(a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }
HEBB_INLINE F round(F a) { return _mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
HEBB_INLINE F copysign(F a, F sign) {
  const __m512 bit = _mm512_set1_ps(-0.0f);
  return _mm512_or_ps(_mm512_andnot_ps(bit, a.v), _mm512_and_ps(bit, sign.v));
}
HEBB_INLINE Mask16 operator==(F a, F b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
HEBB_INLINE Mask16 operator!=(F a, F b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_NEQ_UQ)}; }
HEBB_INLINE Mask16 operator<(F a, F b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
HEBB_INLINE Mask16 operator<=(F a, F b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
HEBB_INLINE Mask16 operator>(F a, F b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
HEBB_INLINE Mask16 operator>=(F a, F b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ)}; }
HEBB_INLINE Mask16 is_nan(F a) { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }
HEBB_INLINE F select(Mask16 m, F a, F b) { return _mm512_mask_mov_ps(b.v, m.m, a.v); }
HEBB_INLINE F min(F a, F b) { return _mm512_mask_min_ps(a.v, _mm512_cmp_ps_mask(a.v, a.v, _CMP_ORD_Q), a.v, b.v); }
HEBB_INLINE F max(F a, F b) { return _mm512_mask_max_ps(a.v, _mm512_cmp_ps_mask(a.v, a.v, _CMP_ORD_Q), a.v, b.v); }
HEBB_INLINE F at_most(F a, F high) { return _mm512_min_ps(high.v, a.v); }
HEBB_INLINE F at_least(F a, F low) { return _mm512_max_ps(low.v, a.v); }
HEBB_INLINE F ldexp(F a, F n) { return _mm512_scalef_ps(a.v, n.v); }
HEBB_INLINE F ldexp_unit(F a, F n) { return _mm512_scalef_ps(a.v, n.v); }

// double
HEBB_INLINE D operator+(D a, D b) { return _mm512_add_pd(a.v, b.v); }
HEBB_INLINE D operator-(D a, D b) { return _mm512_sub_pd(a.v, b.v); }
HEBB_INLINE D operator*(D a, D b) { return _mm512_mul_pd(a.v, b.v); }
HEBB_INLINE D operator/(D a, D b) { return _mm512_div_pd(a.v, b.v); }
HEBB_INLINE D operator-(D a) { return _mm512_xor_pd(a.v, _mm512_set1_pd(-0.0)); }
HEBB_INLINE D fma(D a, D b, D c) { return _mm512_fmadd_pd(a.v, b.v, c.v); }
HEBB_INLINE D fnma(D a, D b, D c) { return _mm512_fnmadd_pd(a.v, b.v, c.v); }
HEBB_INLINE D sqrt(D a) { return _mm512_sqrt_pd(a.v); }
HEBB_INLINE D abs(D a) { return _mm512_andnot_pd(_mm512_set1_pd(-0.0), a.v); }
HEBB_INLINE D floor(D a) { return _mm512_roundscale_pd(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
HEBB_INLINE D ceil(D a) { return _mm512_roundscale_pd(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
HEBB_INLINE D trunc(D a) { return _mm512_roundscale_pd(a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }
HEBB_INLINE D round(D a) { return _mm512_roundscale_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
HEBB_INLINE D copysign(D a, D sign) {
  const __m512d bit = _mm512_set1_pd(-0.0);
  return _mm512_or_pd(_mm512_andnot_pd(bit, a.v), _mm512_and_pd(bit, sign.v));
}
HEBB_INLINE Mask8 operator==(D a, D b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ)}; }
HEBB_INLINE Mask8 operator!=(D a, D b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_NEQ_UQ)}; }
HEBB_INLINE Mask8 operator<(D a, D b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
HEBB_INLINE Mask8 operator<=(D a, D b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ)}; }
HEBB_INLINE Mask8 operator>(D a, D b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_GT_OQ)}; }
HEBB_INLINE Mask8 operator>=(D a, D b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_GE_OQ)}; }
HEBB_INLINE Mask8 is_nan(D a) { return {_mm512_cmp_pd_mask(a.v, a.v, _CMP_UNORD_Q)}; }
HEBB_INLINE D select(Mask8 m, D a, D b) { return _mm512_mask_mov_pd(b.v, m.m, a.v); }
HEBB_INLINE D min(D a, D b) { return _mm512_mask_min_pd(a.v, _mm512_cmp_pd_mask(a.v, a.v, _CMP_ORD_Q), a.v, b.v); }
HEBB_INLINE D max(D a, D b) { return _mm512_mask_max_pd(a.v, _mm512_cmp_pd_mask(a.v, a.v, _CMP_ORD_Q), a.v, b.v); }
HEBB_INLINE D at_most(D a, D high) { return _mm512_min_pd(high.v, a.v); }
HEBB_INLINE D at_least(D a, D low) { return _mm512_max_pd(low.v, a.v); }
HEBB_INLINE D ldexp(D a, D n) { return _mm512_scalef_pd(a.v, n.v); }
HEBB_INLINE D ldexp_unit(D a, D n) { return _mm512_scalef_pd(a.v, n.v); }

// int32
HEBB_INLINE I operator+(I a, I b) { return _mm512_add_epi32(a.v, b.v); }
HEBB_INLINE I operator-(I a, I b) { return _mm512_sub_epi32(a.v, b.v); }
HEBB_INLINE I operator*(I a, I b) { return _mm512_mullo_epi32(a.v, b.v); }
HEBB_INLINE I operator-(I a) { return _mm512_sub_epi32(_mm512_setzero_si512(), a.v); }
HEBB_INLINE I operator&(I a, I b) { return _mm512_and_si512(a.v, b.v); }
HEBB_INLINE I operator|(I a, I b) { return _mm512_or_si512(a.v, b.v); }
HEBB_INLINE I operator^(I a, I b) { return _mm512_xor_si512(a.v, b.v); }
HEBB_INLINE I operator~(I a) { return _mm512_xor_si512(a.v, _mm512_set1_epi32(-1)); }
HEBB_INLINE I operator<<(I a, int n) { return _mm512_sll_epi32(a.v, _mm_cvtsi32_si128(n)); }
HEBB_INLINE I operator>>(I a, int n) { return _mm512_sra_epi32(a.v, _mm_cvtsi32_si128(n)); }
HEBB_INLINE I shift_right_logical(I a, int n) { return _mm512_srl_epi32(a.v, _mm_cvtsi32_si128(n)); }
HEBB_INLINE I abs(I a) { return _mm512_abs_epi32(a.v); }
HEBB_INLINE I min(I a, I b) { return _mm512_min_epi32(a.v, b.v); }
HEBB_INLINE I max(I a, I b) { return _mm512_max_epi32(a.v, b.v); }
HEBB_INLINE Mask16 operator==(I a, I b) { return {_mm512_cmpeq_epi32_mask(a.v, b.v)}; }
HEBB_INLINE Mask16 operator!=(I a, I b) { return {_mm512_cmpneq_epi32_mask(a.v, b.v)}; }
HEBB_INLINE Mask16 operator<(I a, I b) { return {_mm512_cmplt_epi32_mask(a.v, b.v)}; }
HEBB_INLINE Mask16 operator<=(I a, I b) { return {_mm512_cmple_epi32_mask(a.v, b.v)}; }
HEBB_INLINE Mask16 operator>(I a, I b) { return {_mm512_cmpgt_epi32_mask(a.v, b.v)}; }
HEBB_INLINE Mask16 operator>=(I a, I b) { return {_mm512_cmpge_epi32_mask(a.v, b.v)}; }
HEBB_INLINE I select(Mask16 m, I a, I b) { return _mm512_mask_mov_epi32(b.v, m.m, a.v); }

// int64, what bit-level work on float64 needs
HEBB_INLINE L operator+(L a, L b) { return _mm512_add_epi64(a.v, b.v); }
HEBB_INLINE L operator-(L a, L b) { return _mm512_sub_epi64(a.v, b.v); }
HEBB_INLINE L operator&(L a, L b) { return _mm512_and_si512(a.v, b.v); }
HEBB_INLINE L operator|(L a, L b) { return _mm512_or_si512(a.v, b.v); }
HEBB_INLINE L operator^(L a, L b) { return _mm512_xor_si512(a.v, b.v); }
HEBB_INLINE L operator<<(L a, int n) { return _mm512_sll_epi64(a.v, _mm_cvtsi32_si128(n)); }
HEBB_INLINE L shift_right_logical(L a, int n) { return _mm512_srl_epi64(a.v, _mm_cvtsi32_si128(n)); }
HEBB_INLINE Mask8 operator==(L a, L b) { return {_mm512_cmpeq_epi64_mask(a.v, b.v)}; }
HEBB_INLINE Mask8 operator<(L a, L b) { return {_mm512_cmplt_epi64_mask(a.v, b.v)}; }
HEBB_INLINE L select(Mask8 m, L a, L b) { return _mm512_mask_mov_epi64(b.v, m.m, a.v); }

// Between types
HEBB_INLINE I bits(F a) { return _mm512_castps_si512(a.v); }
HEBB_INLINE L bits(D a) { return _mm512_castpd_si512(a.v); }
HEBB_INLINE F from_bits(I a) { return _mm512_castsi512_ps(a.v); }
HEBB_INLINE D from_bits(L a) { return _mm512_castsi512_pd(a.v); }
HEBB_INLINE F to_float(I a) { return _mm512_cvtepi32_ps(a.v); }
HEBB_INLINE I to_int(F a) { return _mm512_cvttps_epi32(a.v); }
HEBB_INLINE D widen_low(F a) { return _mm512_cvtps_pd(_mm512_castps512_ps256(a.v)); }
HEBB_INLINE D widen_high(F a) { return _mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1)); }
HEBB_INLINE F narrow(D low, D high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low.v)), _mm512_cvtpd_ps(high.v), 1);
}

// Bytes to int32, masks to bytes 0 and 1
HEBB_INLINE I load_bytes(const uint8_t* p) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
HEBB_INLINE I load_bytes_n(const uint8_t* p, int n) {
  return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first16(n), p));
}
HEBB_INLINE void store_mask_n(uint8_t* p, Mask16 m, int n) {
  _mm_mask_storeu_epi8(p, first16(n), _mm_maskz_set1_epi8(m.m, 1));
}
HEBB_INLINE void store_mask_n(uint8_t* p, Mask8 m, int n) {
  _mm_mask_storeu_epi8(p, first8(n), _mm_maskz_set1_epi8(m.m, 1));
}
HEBB_INLINE void store_mask(uint8_t* p, Mask16 m) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm_maskz_set1_epi8(m.m, 1));
}
HEBB_INLINE void store_mask(uint8_t* p, Mask8 m) { store_mask_n(p, m, 8); }
HEBB_INLINE void stream_fence() { _mm_sfence(); }

// fold: lane i of the result is lane i + step of a, as far as a reduction looks.
HEBB_INLINE F fold(F a, int step) {
  if (step == 8) return _mm512_shuffle_f32x4(a.v, a.v, 0x4e);
  if (step == 4) return _mm512_shuffle_f32x4(a.v, a.v, 0xb1);
  return step == 2 ? _mm512_permute_ps(a.v, 0x4e) : _mm512_permute_ps(a.v, 0xb1);
}
HEBB_INLINE D fold(D a, int step) {
  if (step == 4) return _mm512_shuffle_f64x2(a.v, a.v, 0x4e);
  return step == 2 ? _mm512_shuffle_f64x2(a.v, a.v, 0xb1) : _mm512_permute_pd(a.v, 0x55);
}
HEBB_INLINE I fold(I a, int step) {
  if (step == 8) return _mm512_shuffle_i32x4(a.v, a.v, 0x4e);
  if (step == 4) return _mm512_shuffle_i32x4(a.v, a.v, 0xb1);
  if (step == 2) return _mm512_shuffle_epi32(a.v, static_cast<_MM_PERM_ENUM>(0x4e));
  return _mm512_shuffle_epi32(a.v, static_cast<_MM_PERM_ENUM>(0xb1));
}
HEBB_INLINE float first(F a) { return _mm512_cvtss_f32(a.v); }
HEBB_INLINE double first(D a) { return _mm512_cvtsd_f64(a.v); }
HEBB_INLINE int32_t first(I a) { return _mm512_cvtsi512_si32(a.v); }

#include "simd_shared.h"

}  // namespace
}  // namespace hebb::avx512

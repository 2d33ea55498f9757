// Vectors on AVX2 + FMA: two ymm registers are the 16 float32 / int32 or 8 float64 / int64 lanes that every ISA offers.
// Include inside the target pragma. Each function gives the same bits as its namesake in simd_scalar.h, where the
// semantics are written down.
#include <cstdint>

#include "simd_inline.h"

namespace hebb::avx2 {
namespace {

template <class T>
struct Vec;

// All bits of a lane set, or none.
struct Mask16 {
  __m256i low, high;
};
struct Mask8 {
  __m256i low, high;
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

// The n first of 16 (8) lanes, the half that starts at lane `from`.
HEBB_INLINE __m256i first16(int n, int from) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n - from), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
HEBB_INLINE __m256i first8(int n, int from) {
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n - from), _mm256_setr_epi64x(0, 1, 2, 3));
}

template <>
struct Vec<float> {
  static constexpr int lanes = 16;
  __m256 low, high;
  Vec() = default;
  HEBB_INLINE Vec(float x) : low(_mm256_set1_ps(x)), high(low) {}
  HEBB_INLINE Vec(__m256 a, __m256 b) : low(a), high(b) {}
  static HEBB_INLINE Vec load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  static HEBB_INLINE Vec load_n(const float* p, int n) {
    return {_mm256_maskload_ps(p, first16(n, 0)), _mm256_maskload_ps(p + 8, first16(n, 8))};
  }
  static HEBB_INLINE void store(float* p, Vec a) {
    _mm256_storeu_ps(p, a.low);
    _mm256_storeu_ps(p + 8, a.high);
  }
  static HEBB_INLINE void store_n(float* p, Vec a, int n) {
    // A masked store is 42 microcoded operations on a Zen 3 (softmax without it 1.8 times as fast).
    if (n >= lanes) return store(p, a);
    _mm256_maskstore_ps(p, first16(n, 0), a.low);
    _mm256_maskstore_ps(p + 8, first16(n, 8), a.high);
  }
  static HEBB_INLINE void stream(float* p, Vec a) {
    _mm256_stream_ps(p, a.low);
    _mm256_stream_ps(p + 8, a.high);
  }
};

template <>
struct Vec<double> {
  static constexpr int lanes = 8;
  __m256d low, high;
  Vec() = default;
  HEBB_INLINE Vec(double x) : low(_mm256_set1_pd(x)), high(low) {}
  HEBB_INLINE Vec(__m256d a, __m256d b) : low(a), high(b) {}
  static HEBB_INLINE Vec load(const double* p) { return {_mm256_loadu_pd(p), _mm256_loadu_pd(p + 4)}; }
  static HEBB_INLINE Vec load_n(const double* p, int n) {
    return {_mm256_maskload_pd(p, first8(n, 0)), _mm256_maskload_pd(p + 4, first8(n, 4))};
  }
  static HEBB_INLINE void store(double* p, Vec a) {
    _mm256_storeu_pd(p, a.low);
    _mm256_storeu_pd(p + 4, a.high);
  }
  static HEBB_INLINE void store_n(double* p, Vec a, int n) {
    if (n >= lanes) return store(p, a);
    _mm256_maskstore_pd(p, first8(n, 0), a.low);
    _mm256_maskstore_pd(p + 4, first8(n, 4), a.high);
  }
  static HEBB_INLINE void stream(double* p, Vec a) {
    _mm256_stream_pd(p, a.low);
    _mm256_stream_pd(p + 4, a.high);
  }
};

template <>
struct Vec<int32_t> {
  static constexpr int lanes = 16;
  __m256i low, high;
  Vec() = default;
  HEBB_INLINE Vec(int32_t x) : low(_mm256_set1_epi32(x)), high(low) {}
  HEBB_INLINE Vec(__m256i a, __m256i b) : low(a), high(b) {}
  static HEBB_INLINE Vec load(const int32_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
  }
  static HEBB_INLINE Vec load_n(const int32_t* p, int n) {
    return {_mm256_maskload_epi32(p, first16(n, 0)), _mm256_maskload_epi32(p + 8, first16(n, 8))};
  }
  static HEBB_INLINE void store(int32_t* p, Vec a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 8), a.high);
  }
  static HEBB_INLINE void store_n(int32_t* p, Vec a, int n) {
    if (n >= lanes) return store(p, a);
    _mm256_maskstore_epi32(p, first16(n, 0), a.low);
    _mm256_maskstore_epi32(p + 8, first16(n, 8), a.high);
  }
  static HEBB_INLINE void stream(int32_t* p, Vec a) {
    _mm256_stream_si256(reinterpret_cast<__m256i*>(p), a.low);
    _mm256_stream_si256(reinterpret_cast<__m256i*>(p + 8), a.high);
  }
};

template <>
struct Vec<int64_t> {
  static constexpr int lanes = 8;
  __m256i low, high;
  Vec() = default;
  HEBB_INLINE Vec(int64_t x) : low(_mm256_set1_epi64x(x)), high(low) {}
  HEBB_INLINE Vec(__m256i a, __m256i b) : low(a), high(b) {}
  static HEBB_INLINE Vec load(const int64_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 4))};
  }
  static HEBB_INLINE void store(int64_t* p, Vec a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 4), a.high);
  }
};

using F = Vec<float>;
using D = Vec<double>;
using I = Vec<int32_t>;
using L = Vec<int64_t>;

// Masks
HEBB_INLINE Mask16 operator&(Mask16 a, Mask16 b) {
  return {_mm256_and_si256(a.low, b.low), _mm256_and_si256(a.high, b.high)};
}
HEBB_INLINE Mask16 operator|(Mask16 a, Mask16 b) {
  return {_mm256_or_si256(a.low, b.low), _mm256_or_si256(a.high, b.high)};
}
HEBB_INLINE Mask16 operator~(Mask16 a) {
  const __m256i ones = _mm256_set1_epi32(-1);
  return {_mm256_xor_si256(a.low, ones), _mm256_xor_si256(a.high, ones)};
}
HEBB_INLINE bool any(Mask16 a) { return _mm256_movemask_epi8(_mm256_or_si256(a.low, a.high)) != 0; }
HEBB_INLINE bool all(Mask16 a) { return _mm256_movemask_epi8(_mm256_and_si256(a.low, a.high)) == -1; }
HEBB_INLINE Mask8 operator&(Mask8 a, Mask8 b) {
  return {_mm256_and_si256(a.low, b.low), _mm256_and_si256(a.high, b.high)};
}
HEBB_INLINE Mask8 operator|(Mask8 a, Mask8 b) {
  return {_mm256_or_si256(a.low, b.low), _mm256_or_si256(a.high, b.high)};
}
HEBB_INLINE Mask8 operator~(Mask8 a) {
  const __m256i ones = _mm256_set1_epi32(-1);
  return {_mm256_xor_si256(a.low, ones), _mm256_xor_si256(a.high, ones)};
}
HEBB_INLINE bool any(Mask8 a) { return _mm256_movemask_epi8(_mm256_or_si256(a.low, a.high)) != 0; }
HEBB_INLINE bool all(Mask8 a) { return _mm256_movemask_epi8(_mm256_and_si256(a.low, a.high)) == -1; }

#include "simd_avx2_real.h"

// int32
HEBB_INLINE I operator+(I a, I b) { return {_mm256_add_epi32(a.low, b.low), _mm256_add_epi32(a.high, b.high)}; }
HEBB_INLINE I operator-(I a, I b) { return {_mm256_sub_epi32(a.low, b.low), _mm256_sub_epi32(a.high, b.high)}; }
HEBB_INLINE I operator*(I a, I b) { return {_mm256_mullo_epi32(a.low, b.low), _mm256_mullo_epi32(a.high, b.high)}; }
HEBB_INLINE I operator&(I a, I b) { return {_mm256_and_si256(a.low, b.low), _mm256_and_si256(a.high, b.high)}; }
HEBB_INLINE I operator|(I a, I b) { return {_mm256_or_si256(a.low, b.low), _mm256_or_si256(a.high, b.high)}; }
HEBB_INLINE I operator^(I a, I b) { return {_mm256_xor_si256(a.low, b.low), _mm256_xor_si256(a.high, b.high)}; }
HEBB_INLINE I operator-(I a) {
  return {_mm256_sub_epi32(_mm256_setzero_si256(), a.low), _mm256_sub_epi32(_mm256_setzero_si256(), a.high)};
}
HEBB_INLINE I operator~(I a) { return a ^ I(-1); }
HEBB_INLINE I operator<<(I a, int n) {
  const __m128i count = _mm_cvtsi32_si128(n);
  return {_mm256_sll_epi32(a.low, count), _mm256_sll_epi32(a.high, count)};
}
HEBB_INLINE I operator>>(I a, int n) {
  const __m128i count = _mm_cvtsi32_si128(n);
  return {_mm256_sra_epi32(a.low, count), _mm256_sra_epi32(a.high, count)};
}
HEBB_INLINE I shift_right_logical(I a, int n) {
  const __m128i count = _mm_cvtsi32_si128(n);
  return {_mm256_srl_epi32(a.low, count), _mm256_srl_epi32(a.high, count)};
}
HEBB_INLINE I abs(I a) { return {_mm256_abs_epi32(a.low), _mm256_abs_epi32(a.high)}; }
HEBB_INLINE I min(I a, I b) { return {_mm256_min_epi32(a.low, b.low), _mm256_min_epi32(a.high, b.high)}; }
HEBB_INLINE I max(I a, I b) { return {_mm256_max_epi32(a.low, b.low), _mm256_max_epi32(a.high, b.high)}; }
HEBB_INLINE Mask16 operator==(I a, I b) {
  return {_mm256_cmpeq_epi32(a.low, b.low), _mm256_cmpeq_epi32(a.high, b.high)};
}
HEBB_INLINE Mask16 operator>(I a, I b) {
  return {_mm256_cmpgt_epi32(a.low, b.low), _mm256_cmpgt_epi32(a.high, b.high)};
}
HEBB_INLINE Mask16 operator!=(I a, I b) { return ~(a == b); }
HEBB_INLINE Mask16 operator<(I a, I b) { return b > a; }
HEBB_INLINE Mask16 operator<=(I a, I b) { return ~(a > b); }
HEBB_INLINE Mask16 operator>=(I a, I b) { return ~(b > a); }
HEBB_INLINE I select(Mask16 m, I a, I b) {
  return {_mm256_blendv_epi8(b.low, a.low, m.low), _mm256_blendv_epi8(b.high, a.high, m.high)};
}

// int64, what bit-level work on float64 needs
HEBB_INLINE L operator+(L a, L b) { return {_mm256_add_epi64(a.low, b.low), _mm256_add_epi64(a.high, b.high)}; }
HEBB_INLINE L operator-(L a, L b) { return {_mm256_sub_epi64(a.low, b.low), _mm256_sub_epi64(a.high, b.high)}; }
HEBB_INLINE L operator&(L a, L b) { return {_mm256_and_si256(a.low, b.low), _mm256_and_si256(a.high, b.high)}; }
HEBB_INLINE L operator|(L a, L b) { return {_mm256_or_si256(a.low, b.low), _mm256_or_si256(a.high, b.high)}; }
HEBB_INLINE L operator^(L a, L b) { return {_mm256_xor_si256(a.low, b.low), _mm256_xor_si256(a.high, b.high)}; }
HEBB_INLINE L operator<<(L a, int n) {
  const __m128i count = _mm_cvtsi32_si128(n);
  return {_mm256_sll_epi64(a.low, count), _mm256_sll_epi64(a.high, count)};
}
HEBB_INLINE L shift_right_logical(L a, int n) {
  const __m128i count = _mm_cvtsi32_si128(n);
  return {_mm256_srl_epi64(a.low, count), _mm256_srl_epi64(a.high, count)};
}
HEBB_INLINE Mask8 operator==(L a, L b) {
  return {_mm256_cmpeq_epi64(a.low, b.low), _mm256_cmpeq_epi64(a.high, b.high)};
}
HEBB_INLINE Mask8 operator<(L a, L b) { return {_mm256_cmpgt_epi64(b.low, a.low), _mm256_cmpgt_epi64(b.high, a.high)}; }
HEBB_INLINE L select(Mask8 m, L a, L b) {
  return {_mm256_blendv_epi8(b.low, a.low, m.low), _mm256_blendv_epi8(b.high, a.high, m.high)};
}

// Between types
HEBB_INLINE I bits(F a) { return {_mm256_castps_si256(a.low), _mm256_castps_si256(a.high)}; }
HEBB_INLINE L bits(D a) { return {_mm256_castpd_si256(a.low), _mm256_castpd_si256(a.high)}; }
HEBB_INLINE F from_bits(I a) { return {_mm256_castsi256_ps(a.low), _mm256_castsi256_ps(a.high)}; }
HEBB_INLINE D from_bits(L a) { return {_mm256_castsi256_pd(a.low), _mm256_castsi256_pd(a.high)}; }
HEBB_INLINE F to_float(I a) { return {_mm256_cvtepi32_ps(a.low), _mm256_cvtepi32_ps(a.high)}; }
HEBB_INLINE I to_int(F a) { return {_mm256_cvttps_epi32(a.low), _mm256_cvttps_epi32(a.high)}; }
HEBB_INLINE D widen(__m256 a) {
  return {_mm256_cvtps_pd(_mm256_castps256_ps128(a)), _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1))};
}
HEBB_INLINE D widen_low(F a) { return widen(a.low); }
HEBB_INLINE D widen_high(F a) { return widen(a.high); }
HEBB_INLINE __m256 narrow(D a) { return _mm256_set_m128(_mm256_cvtpd_ps(a.high), _mm256_cvtpd_ps(a.low)); }
HEBB_INLINE F narrow(D low, D high) { return {narrow(low), narrow(high)}; }

// Bytes to int32, masks to bytes 0 and 1
HEBB_INLINE I load_bytes(const uint8_t* p) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return {_mm256_cvtepu8_epi32(bytes), _mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8))};
}
HEBB_INLINE I load_bytes_n(const uint8_t* p, int n) {
  uint8_t bytes[16] = {};
  for (int i = 0; i < n; ++i) bytes[i] = p[i];
  return load_bytes(bytes);
}
HEBB_INLINE __m128i mask_bytes(__m256i low, __m256i high) {
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
  const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  return _mm_and_si128(bytes, _mm_set1_epi8(1));
}
HEBB_INLINE void store_mask(uint8_t* p, Mask16 m) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), mask_bytes(m.low, m.high));
}
HEBB_INLINE void store_mask_n(uint8_t* p, Mask16 m, int n) {
  uint8_t bytes[16];
  store_mask(bytes, m);
  for (int i = 0; i < n; ++i) p[i] = bytes[i];
}
// Packed 32-bit halves of the 64-bit lanes 0 1 4 5 2 3 6 7, put in order by the permutation.
HEBB_INLINE void store_mask(uint8_t* p, Mask8 m) {
  const __m256i pairs = _mm256_castps_si256(
      _mm256_shuffle_ps(_mm256_castsi256_ps(m.low), _mm256_castsi256_ps(m.high), _MM_SHUFFLE(2, 0, 2, 0)));
  const __m256i lanes = _mm256_permute4x64_epi64(pairs, 0xd8);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), mask_bytes(lanes, lanes));
}
HEBB_INLINE void store_mask_n(uint8_t* p, Mask8 m, int n) {
  uint8_t bytes[8];
  store_mask(bytes, m);
  for (int i = 0; i < n; ++i) p[i] = bytes[i];
}
HEBB_INLINE void stream_fence() { _mm_sfence(); }

// fold: lane i of the result is lane i + step of a, as far as a reduction looks.
HEBB_INLINE F fold(F a, int step) {
  if (step == 8) return {a.high, a.low};
  if (step == 4) return {_mm256_permute2f128_ps(a.low, a.low, 1), a.high};
  return {step == 2 ? _mm256_permute_ps(a.low, 0x4e) : _mm256_permute_ps(a.low, 0xb1), a.high};
}
HEBB_INLINE D fold(D a, int step) {
  if (step == 4) return {a.high, a.low};
  return {step == 2 ? _mm256_permute2f128_pd(a.low, a.low, 1) : _mm256_permute_pd(a.low, 5), a.high};
}
HEBB_INLINE I fold(I a, int step) {
  if (step == 8) return {a.high, a.low};
  if (step == 4) return {_mm256_permute2x128_si256(a.low, a.low, 1), a.high};
  return {step == 2 ? _mm256_shuffle_epi32(a.low, 0x4e) : _mm256_shuffle_epi32(a.low, 0xb1), a.high};
}
HEBB_INLINE float first(F a) { return _mm256_cvtss_f32(a.low); }
HEBB_INLINE double first(D a) { return _mm256_cvtsd_f64(a.low); }
HEBB_INLINE int32_t first(I a) { return _mm256_cvtsi256_si32(a.low); }

#include "simd_shared.h"
#include "simd_ldexp.h"

}  // namespace
}  // namespace hebb::avx2

// Vectors without SIMD instructions: the reference that defines what every function of simd_<isa>.h does. A vector is
// 16 lanes of float or int32_t, or 8 of double or int64_t, on every ISA; all of them give the same bits (the payload
// of a NaN apart). fma rounds once, in software where the machine has no such instruction.
#include <cstdint>

#include "simd_inline.h"

namespace hebb::scalar {
namespace {

template <int n>
struct MaskLanes {
  bool m[n];
};
using Mask16 = MaskLanes<16>;
using Mask8 = MaskLanes<8>;

#define EACH_LANE for (int i = 0; i < static_cast<int>(64 / sizeof(T)); ++i)

template <class T>
struct Vec {
  static constexpr int lanes = 64 / sizeof(T);
  T v[lanes];
  Vec() = default;
  HEBB_INLINE Vec(T x) { EACH_LANE v[i] = x; }
  // The n first lanes; the others of load_n are 0.
  static HEBB_INLINE Vec load(const T* p) { return load_n(p, lanes); }
  static HEBB_INLINE Vec load_n(const T* p, int n) {
    Vec r;
    EACH_LANE r.v[i] = i < n ? p[i] : T(0);
    return r;
  }
  static HEBB_INLINE void store(T* p, Vec a) { EACH_LANE p[i] = a.v[i]; }
  static HEBB_INLINE void store_n(T* p, Vec a, int n) {
    for (int i = 0; i < n; ++i) p[i] = a.v[i];
  }
  static HEBB_INLINE void stream(T* p, Vec a) { store(p, a); }
};

template <class T>
using Mask = MaskLanes<Vec<T>::lanes>;

using F = Vec<float>;
using D = Vec<double>;
using I = Vec<int32_t>;
using L = Vec<int64_t>;

// Masks
template <int n>
HEBB_INLINE MaskLanes<n> operator&(MaskLanes<n> a, MaskLanes<n> b) {
  for (int i = 0; i < n; ++i) a.m[i] &= b.m[i];
  return a;
}
template <int n>
HEBB_INLINE MaskLanes<n> operator|(MaskLanes<n> a, MaskLanes<n> b) {
  for (int i = 0; i < n; ++i) a.m[i] |= b.m[i];
  return a;
}
template <int n>
HEBB_INLINE MaskLanes<n> operator~(MaskLanes<n> a) {
  for (int i = 0; i < n; ++i) a.m[i] = !a.m[i];
  return a;
}
template <int n>
HEBB_INLINE bool any(MaskLanes<n> a) {
  bool r = false;
  for (int i = 0; i < n; ++i) r |= a.m[i];
  return r;
}
template <int n>
HEBB_INLINE bool all(MaskLanes<n> a) {
  return !any(~a);
}

// One lane of each function; the overloads choose float or double.
HEBB_INLINE float lane_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
HEBB_INLINE double lane_fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
HEBB_INLINE float lane_sqrt(float a) { return __builtin_sqrtf(a); }
HEBB_INLINE double lane_sqrt(double a) { return __builtin_sqrt(a); }
HEBB_INLINE float lane_floor(float a) { return __builtin_floorf(a); }
HEBB_INLINE double lane_floor(double a) { return __builtin_floor(a); }
HEBB_INLINE float lane_ceil(float a) { return __builtin_ceilf(a); }
HEBB_INLINE double lane_ceil(double a) { return __builtin_ceil(a); }
HEBB_INLINE float lane_trunc(float a) { return __builtin_truncf(a); }
HEBB_INLINE double lane_trunc(double a) { return __builtin_trunc(a); }
HEBB_INLINE float lane_round(float a) { return __builtin_rintf(a); }
HEBB_INLINE double lane_round(double a) { return __builtin_rint(a); }
HEBB_INLINE float lane_abs(float a) { return __builtin_fabsf(a); }
HEBB_INLINE double lane_abs(double a) { return __builtin_fabs(a); }
HEBB_INLINE int32_t lane_abs(int32_t a) { return static_cast<int32_t>(a < 0 ? 0u - static_cast<uint32_t>(a) : a); }
HEBB_INLINE float lane_copysign(float a, float b) { return __builtin_copysignf(a, b); }
HEBB_INLINE double lane_copysign(double a, double b) { return __builtin_copysign(a, b); }
template <class T>
HEBB_INLINE int lane_exponent(T n) {
  return n > T(-9999) ? n < T(9999) ? static_cast<int>(n) : 9999 : -9999;
}
HEBB_INLINE float lane_ldexp(float a, float n) { return __builtin_ldexpf(a, lane_exponent(n)); }
HEBB_INLINE double lane_ldexp(double a, double n) { return __builtin_ldexp(a, lane_exponent(n)); }
HEBB_INLINE float lane_add(float a, float b) { return a + b; }
HEBB_INLINE double lane_add(double a, double b) { return a + b; }
HEBB_INLINE float lane_sub(float a, float b) { return a - b; }
HEBB_INLINE double lane_sub(double a, double b) { return a - b; }
HEBB_INLINE float lane_mul(float a, float b) { return a * b; }
HEBB_INLINE double lane_mul(double a, double b) { return a * b; }
HEBB_INLINE float lane_neg(float a) { return -a; }
HEBB_INLINE double lane_neg(double a) { return -a; }
// Integers wrap.
HEBB_INLINE int32_t lane_add(int32_t a, int32_t b) { return static_cast<int32_t>(static_cast<uint32_t>(a) + b); }
HEBB_INLINE int64_t lane_add(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + b); }
HEBB_INLINE int32_t lane_sub(int32_t a, int32_t b) { return static_cast<int32_t>(static_cast<uint32_t>(a) - b); }
HEBB_INLINE int64_t lane_sub(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) - b); }
HEBB_INLINE int32_t lane_mul(int32_t a, int32_t b) { return static_cast<int32_t>(static_cast<uint32_t>(a) * b); }
HEBB_INLINE int32_t lane_neg(int32_t a) { return lane_sub(0, a); }
template <class T>
HEBB_INLINE T lane_min(T a, T b) {
  return a < b || a != a ? a : b;
}
template <class T>
HEBB_INLINE T lane_max(T a, T b) {
  return a > b || a != a ? a : b;
}

// LANE2(operator+, V, lane_add(a, b)) defines the function on V lane by lane; scalars convert to V at the call.
#define LANE1(name, V, expression)      \
  HEBB_INLINE V name(V x) {             \
    for (auto& a : x.v) a = expression; \
    return x;                           \
  }
#define LANE2(name, V, expression)       \
  HEBB_INLINE V name(V x, V y) {         \
    for (int i = 0; i < V::lanes; ++i) { \
      const auto a = x.v[i], b = y.v[i]; \
      x.v[i] = expression;               \
    }                                    \
    return x;                            \
  }
#define LANE3(name, V, expression)                   \
  HEBB_INLINE V name(V x, V y, V z) {                \
    for (int i = 0; i < V::lanes; ++i) {             \
      const auto a = x.v[i], b = y.v[i], c = z.v[i]; \
      x.v[i] = expression;                           \
    }                                                \
    return x;                                        \
  }
#define COMPARE(name, V)                                            \
  HEBB_INLINE MaskLanes<V::lanes> operator name(V x, V y) {         \
    MaskLanes<V::lanes> r;                                          \
    for (int i = 0; i < V::lanes; ++i) r.m[i] = x.v[i] name y.v[i]; \
    return r;                                                       \
  }
#define ANY_TYPE(V)                                                       \
  LANE2(operator+, V, lane_add(a, b))                                     \
  LANE2(operator-, V, lane_sub(a, b))                                     \
  COMPARE(==, V)                                                          \
  COMPARE(<, V)                                                           \
  HEBB_INLINE V select(MaskLanes<V::lanes> m, V x, V y) {                 \
    for (int i = 0; i < V::lanes; ++i) x.v[i] = m.m[i] ? x.v[i] : y.v[i]; \
    return x;                                                             \
  }
#define NUMBER(V)                                                           \
  ANY_TYPE(V)                                                               \
  LANE2(operator*, V, lane_mul(a, b))                                       \
  LANE1(operator-, V, lane_neg(a))                                          \
  LANE1(abs, V, lane_abs(a))                                                \
  LANE2(min, V, lane_min(a, b))                                             \
  LANE2(max, V, lane_max(a, b))                                             \
  COMPARE(!=, V)                                                            \
  COMPARE(<=, V)                                                            \
  COMPARE(>, V)                                                             \
  COMPARE(>=, V)                                                            \
  HEBB_INLINE V fold(V x, int step) {                                       \
    V r;                                                                    \
    for (int i = 0; i < V::lanes; ++i) r.v[i] = x.v[(i + step) % V::lanes]; \
    return r;                                                               \
  }                                                                         \
  HEBB_INLINE auto first(V x) { return x.v[0]; }
#define INTEGER(V, Unsigned)                               \
  LANE2(operator&, V, a& b)                                \
  LANE2(operator|, V, a | b)                               \
  LANE2(operator^, V, a ^ b)                               \
  HEBB_INLINE V operator<<(V x, int n) {                   \
    for (auto& a : x.v) a = static_cast<Unsigned>(a) << n; \
    return x;                                              \
  }                                                        \
  HEBB_INLINE V shift_right_logical(V x, int n) {          \
    for (auto& a : x.v) a = static_cast<Unsigned>(a) >> n; \
    return x;                                              \
  }
// min, max: a NaN on either side wins; of two equal zeros, b. round: half to even. at_most, at_least: a NaN in a stays.
// ldexp: a * 2^n rounded once, n a whole number; ldexp_unit: the same for 1/2 <= |a| <= 2, and faster on some ISAs.
#define REAL(V)                           \
  NUMBER(V)                               \
  LANE2(operator/, V, a / b)              \
  LANE3(fma, V, lane_fma(a, b, c))        \
  LANE3(fnma, V, lane_fma(-a, b, c))      \
  LANE1(sqrt, V, lane_sqrt(a))            \
  LANE1(floor, V, lane_floor(a))          \
  LANE1(ceil, V, lane_ceil(a))            \
  LANE1(trunc, V, lane_trunc(a))          \
  LANE1(round, V, lane_round(a))          \
  LANE2(copysign, V, lane_copysign(a, b)) \
  LANE2(at_most, V, b < a ? b : a)        \
  LANE2(at_least, V, b > a ? b : a)       \
  LANE2(ldexp, V, lane_ldexp(a, b))       \
  LANE2(ldexp_unit, V, lane_ldexp(a, b))  \
  HEBB_INLINE MaskLanes<V::lanes> is_nan(V x) { return x != x; }
REAL(F)
REAL(D)
NUMBER(I)
INTEGER(I, uint32_t)
ANY_TYPE(L)
INTEGER(L, uint64_t)
HEBB_INLINE I operator~(I x) { return x ^ I(-1); }
HEBB_INLINE I operator>>(I x, int n) {
  for (auto& a : x.v) a >>= n;
  return x;
}
#undef LANE1
#undef LANE2
#undef LANE3
#undef COMPARE
#undef ANY_TYPE
#undef NUMBER
#undef INTEGER
#undef REAL
#undef EACH_LANE

// Between types
HEBB_INLINE I bits(F a) { return __builtin_bit_cast(I, a); }
HEBB_INLINE L bits(D a) { return __builtin_bit_cast(L, a); }
HEBB_INLINE F from_bits(I a) { return __builtin_bit_cast(F, a); }
HEBB_INLINE D from_bits(L a) { return __builtin_bit_cast(D, a); }
HEBB_INLINE F to_float(I a) {
  F r;
  for (int i = 0; i < 16; ++i) r.v[i] = static_cast<float>(a.v[i]);
  return r;
}
// Truncates; what does not fit, and NaN, becomes the smallest int32.
HEBB_INLINE I to_int(F a) {
  I r;
  for (int i = 0; i < 16; ++i) {
    r.v[i] = a.v[i] >= -0x1p31f && a.v[i] < 0x1p31f ? static_cast<int32_t>(a.v[i]) : INT32_MIN;
  }
  return r;
}
HEBB_INLINE D widen_low(F a) {
  D r;
  for (int i = 0; i < 8; ++i) r.v[i] = a.v[i];
  return r;
}
HEBB_INLINE D widen_high(F a) {
  D r;
  for (int i = 0; i < 8; ++i) r.v[i] = a.v[i + 8];
  return r;
}
HEBB_INLINE F narrow(D low, D high) {
  F r;
  for (int i = 0; i < 8; ++i) r.v[i] = static_cast<float>(low.v[i]);
  for (int i = 0; i < 8; ++i) r.v[i + 8] = static_cast<float>(high.v[i]);
  return r;
}

// Bytes to int32, masks to bytes 0 and 1
HEBB_INLINE I load_bytes_n(const uint8_t* p, int n) {
  I r;
  for (int i = 0; i < 16; ++i) r.v[i] = i < n ? p[i] : 0;
  return r;
}
HEBB_INLINE I load_bytes(const uint8_t* p) { return load_bytes_n(p, 16); }
template <int lanes>
HEBB_INLINE void store_mask_n(uint8_t* p, MaskLanes<lanes> m, int n) {
  for (int i = 0; i < n; ++i) p[i] = m.m[i];
}
template <int lanes>
HEBB_INLINE void store_mask(uint8_t* p, MaskLanes<lanes> m) {
  store_mask_n(p, m, lanes);
}
HEBB_INLINE void stream_fence() {}

#include "simd_shared.h"

}  // namespace
}  // namespace hebb::scalar

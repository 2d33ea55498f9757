// A vector of one lane for device code: what simd_scalar.h defines, so that native/cpu/math*.h give the bits of the
// CPU. Compiled with --fmad=false; division and square root are IEEE's.
#pragma once

#include <cstdint>

#include "../cpu/simd_inline.h"

namespace hebb::cuda {
namespace {

template <class T>
struct Vec {
  static constexpr int lanes = 1;
  T v;
  Vec() = default;
  HEBB_INLINE Vec(T x) : v(x) {}
  static HEBB_INLINE Vec load(const T* p) { return *p; }
  static HEBB_INLINE void store(T* p, Vec a) { *p = a.v; }
};

struct LaneMask {
  bool m;
};
using Mask8 = LaneMask;
template <class T>
using Mask = LaneMask;

using F = Vec<float>;
using D = Vec<double>;
using I = Vec<int32_t>;
using L = Vec<int64_t>;

HEBB_INLINE LaneMask operator&(LaneMask a, LaneMask b) { return {a.m && b.m}; }
HEBB_INLINE LaneMask operator|(LaneMask a, LaneMask b) { return {a.m || b.m}; }
HEBB_INLINE LaneMask operator~(LaneMask a) { return {!a.m}; }
HEBB_INLINE bool any(LaneMask a) { return a.m; }

HEBB_INLINE float lane_fma(float a, float b, float c) { return __fmaf_rn(a, b, c); }
HEBB_INLINE double lane_fma(double a, double b, double c) { return __fma_rn(a, b, c); }
HEBB_INLINE float lane_sqrt(float a) { return __fsqrt_rn(a); }
HEBB_INLINE double lane_sqrt(double a) { return __dsqrt_rn(a); }
HEBB_INLINE float lane_floor(float a) { return ::floorf(a); }
HEBB_INLINE double lane_floor(double a) { return ::floor(a); }
HEBB_INLINE float lane_ceil(float a) { return ::ceilf(a); }
HEBB_INLINE double lane_ceil(double a) { return ::ceil(a); }
HEBB_INLINE float lane_trunc(float a) { return ::truncf(a); }
HEBB_INLINE double lane_trunc(double a) { return ::trunc(a); }
HEBB_INLINE float lane_round(float a) { return ::rintf(a); }
HEBB_INLINE double lane_round(double a) { return ::rint(a); }
HEBB_INLINE float lane_abs(float a) { return ::fabsf(a); }
HEBB_INLINE double lane_abs(double a) { return ::fabs(a); }
HEBB_INLINE int32_t lane_abs(int32_t a) { return static_cast<int32_t>(a < 0 ? 0u - static_cast<uint32_t>(a) : a); }
HEBB_INLINE float lane_copysign(float a, float b) { return ::copysignf(a, b); }
HEBB_INLINE double lane_copysign(double a, double b) { return ::copysign(a, b); }
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

// The smaller and the larger of two numbers, a NaN if one is. Of zeros of two signs either may come out: at_most and
// at_least, whose second operand is a constant, do not mind.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
HEBB_INLINE float lane_at_most(float a, float b) {
  float r;
  asm("min.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
  return r;
}
HEBB_INLINE float lane_at_least(float a, float b) {
  float r;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
  return r;
}
#else
HEBB_INLINE float lane_at_most(float a, float b) { return b < a || b != b ? b : a; }
HEBB_INLINE float lane_at_least(float a, float b) { return b > a || b != b ? b : a; }
#endif
HEBB_INLINE double lane_at_most(double a, double b) { return b < a || b != b ? b : a; }
HEBB_INLINE double lane_at_least(double a, double b) { return b > a || b != b ? b : a; }

#define BINARY_LANE(name, V, expression)           \
  HEBB_INLINE V name(V x, V y) {                   \
    const decltype(x.v) a = x.v, b = y.v;          \
    return static_cast<decltype(x.v)>(expression); \
  }
#define COMPARE_LANE(name, V) \
  HEBB_INLINE LaneMask operator name(V x, V y) { return {x.v name y.v}; }
#define ANY_TYPE(V)                         \
  BINARY_LANE(operator+, V, lane_add(a, b)) \
  BINARY_LANE(operator-, V, lane_sub(a, b)) \
  COMPARE_LANE(==, V)                       \
  COMPARE_LANE(<, V)                        \
  HEBB_INLINE V select(LaneMask m, V x, V y) { return m.m ? x : y; }
#define NUMBER(V)                                        \
  ANY_TYPE(V)                                            \
  BINARY_LANE(operator*, V, lane_mul(a, b))              \
  BINARY_LANE(min, V, (a < b || a != a ? a : b))         \
  BINARY_LANE(max, V, (a > b || a != a ? a : b))         \
  HEBB_INLINE V operator-(V x) { return lane_neg(x.v); } \
  HEBB_INLINE V abs(V x) { return lane_abs(x.v); }       \
  COMPARE_LANE(!=, V)                                    \
  COMPARE_LANE(<=, V)                                    \
  COMPARE_LANE(>, V)                                     \
  COMPARE_LANE(>=, V)
#define INTEGER(V, Unsigned)                                                                                   \
  BINARY_LANE(operator&, V, a& b)                                                                              \
  BINARY_LANE(operator|, V, a | b)                                                                             \
  BINARY_LANE(operator^, V, a ^ b)                                                                             \
  HEBB_INLINE V operator<<(V x, int n) { return static_cast<decltype(x.v)>(static_cast<Unsigned>(x.v) << n); } \
  HEBB_INLINE V shift_right_logical(V x, int n) { return static_cast<decltype(x.v)>(static_cast<Unsigned>(x.v) >> n); }
#define REAL(V)                                                                       \
  NUMBER(V)                                                                           \
  BINARY_LANE(operator/, V, a / b)                                                    \
  BINARY_LANE(copysign, V, lane_copysign(a, b))                                       \
  BINARY_LANE(at_most, V, lane_at_most(a, b))                                         \
  BINARY_LANE(at_least, V, lane_at_least(a, b))                                       \
  HEBB_INLINE V fma(V x, V y, V z) { return lane_fma(x.v, y.v, z.v); }                \
  HEBB_INLINE V fnma(V x, V y, V z) { return lane_fma(-x.v, y.v, z.v); }              \
  HEBB_INLINE V sqrt(V x) { return lane_sqrt(x.v); }                                  \
  HEBB_INLINE V floor(V x) { return lane_floor(x.v); }                                \
  HEBB_INLINE V ceil(V x) { return lane_ceil(x.v); }                                  \
  HEBB_INLINE V trunc(V x) { return lane_trunc(x.v); }                                \
  HEBB_INLINE V round(V x) { return lane_round(x.v); }                                \
  HEBB_INLINE V clamp(V x, V low, V high) { return at_most(at_least(x, low), high); } \
  HEBB_INLINE LaneMask is_nan(V x) { return x != x; }
REAL(F)
REAL(D)
NUMBER(I)
INTEGER(I, uint32_t)
ANY_TYPE(L)
INTEGER(L, uint64_t)
HEBB_INLINE I operator>>(I x, int n) { return x.v >> n; }
#undef BINARY_LANE
#undef COMPARE_LANE
#undef ANY_TYPE
#undef NUMBER
#undef INTEGER
#undef REAL

// Between types
HEBB_INLINE I bits(F a) { return __float_as_int(a.v); }
HEBB_INLINE L bits(D a) { return static_cast<int64_t>(__double_as_longlong(a.v)); }
HEBB_INLINE F from_bits(I a) { return __int_as_float(a.v); }
HEBB_INLINE D from_bits(L a) { return __longlong_as_double(a.v); }
HEBB_INLINE F to_float(I a) { return static_cast<float>(a.v); }
// pow computes the low and the high lanes of a float vector in double: here both are the one lane.
HEBB_INLINE D widen_low(F a) { return static_cast<double>(a.v); }
HEBB_INLINE D widen_high(F a) { return static_cast<double>(a.v); }
HEBB_INLINE F narrow(D low, D) { return static_cast<float>(low.v); }

namespace any_scale {
#include "../cpu/simd_ldexp.h"
}
using any_scale::ldexp;

// v * 2^n for 1/2 <= |v| <= 2: where the product is surely normal, n is added to the exponent.
HEBB_INLINE F ldexp_unit(F v, F n) {
  if (lane_abs(n.v) < 125.0f) return from_bits(bits(v) + (bits(n + F(12582912.0f)) << 23));
  return any_scale::ldexp_unit(v, n);
}
HEBB_INLINE D ldexp_unit(D v, D n) {
  if (lane_abs(n.v) < 1000.0) return from_bits(bits(v) + (bits(n + D(6755399441055744.0)) << 52));
  return any_scale::ldexp_unit(v, n);
}

#include "../cpu/math.h"

}  // namespace
}  // namespace hebb::cuda

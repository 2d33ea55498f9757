// Vectors on NEON (aarch64): four q registers are the 16 float32 / int32 or 8 float64 / int64 lanes that every ISA
// offers. Each function gives the same bits as its namesake in simd_scalar.h, where the semantics are written down.
#include <cstdint>

#include "simd_inline.h"

namespace hebb::neon {
namespace {

// All bits of a lane set, or none.
struct Mask16 {
  uint32x4_t q[4];
};
struct Mask8 {
  uint64x2_t q[4];
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

template <class T>
struct Vec;

#define VECTOR(T, Register, suffix, count)                                      \
  template <>                                                                   \
  struct Vec<T> {                                                               \
    static constexpr int lanes = count;                                         \
    Register q[4];                                                              \
    Vec() = default;                                                            \
    HEBB_INLINE Vec(T x) {                                                      \
      for (auto& r : q) r = vdupq_n_##suffix(x);                                \
    }                                                                           \
    static HEBB_INLINE Vec load(const T* p) {                                   \
      Vec a;                                                                    \
      for (int i = 0; i < 4; ++i) a.q[i] = vld1q_##suffix(p + i * (lanes / 4)); \
      return a;                                                                 \
    }                                                                           \
    static HEBB_INLINE Vec load_n(const T* p, int n) {                          \
      T all[lanes] = {};                                                        \
      for (int i = 0; i < n; ++i) all[i] = p[i];                                \
      return load(all);                                                         \
    }                                                                           \
    static HEBB_INLINE void store(T* p, Vec a) {                                \
      for (int i = 0; i < 4; ++i) vst1q_##suffix(p + i * (lanes / 4), a.q[i]);  \
    }                                                                           \
    static HEBB_INLINE void store_n(T* p, Vec a, int n) {                       \
      T all[lanes];                                                             \
      store(all, a);                                                            \
      for (int i = 0; i < n; ++i) p[i] = all[i];                                \
    }                                                                           \
    static HEBB_INLINE void stream(T* p, Vec a) { store(p, a); }                \
  };
VECTOR(float, float32x4_t, f32, 16)
VECTOR(double, float64x2_t, f64, 8)
VECTOR(int32_t, int32x4_t, s32, 16)
VECTOR(int64_t, int64x2_t, s64, 8)
#undef VECTOR

using F = Vec<float>;
using D = Vec<double>;
using I = Vec<int32_t>;
using L = Vec<int64_t>;

// EACH(Result, expression) builds a result register by register; i is the register.
#define EACH(Result, expression)                        \
  Result result;                                        \
  for (int i = 0; i < 4; ++i) result.q[i] = expression; \
  return result

// Masks
#define MASK(M, suffix, none)                                                                      \
  HEBB_INLINE M operator&(M a, M b) { EACH(M, vandq_##suffix(a.q[i], b.q[i])); }                   \
  HEBB_INLINE M operator|(M a, M b) { EACH(M, vorrq_##suffix(a.q[i], b.q[i])); }                   \
  HEBB_INLINE M operator~(M a) { EACH(M, veorq_##suffix(a.q[i], vdupq_n_##suffix(none))); }        \
  HEBB_INLINE bool any(M a) {                                                                      \
    const auto r = vorrq_##suffix(vorrq_##suffix(a.q[0], a.q[1]), vorrq_##suffix(a.q[2], a.q[3])); \
    return vmaxvq_u32(vreinterpretq_u32_u8(vreinterpretq_u8_##suffix(r))) != 0;                    \
  }                                                                                                \
  HEBB_INLINE bool all(M a) { return !any(~a); }
MASK(Mask16, u32, ~0u)
MASK(Mask8, u64, ~uint64_t(0))
#undef MASK

// float and double
#define REAL(V, M, suffix, bits_suffix)                                                    \
  HEBB_INLINE V operator+(V a, V b) { EACH(V, vaddq_##suffix(a.q[i], b.q[i])); }           \
  HEBB_INLINE V operator-(V a, V b) { EACH(V, vsubq_##suffix(a.q[i], b.q[i])); }           \
  HEBB_INLINE V operator*(V a, V b) { EACH(V, vmulq_##suffix(a.q[i], b.q[i])); }           \
  HEBB_INLINE V operator/(V a, V b) { EACH(V, vdivq_##suffix(a.q[i], b.q[i])); }           \
  HEBB_INLINE V operator-(V a) { EACH(V, vnegq_##suffix(a.q[i])); }                        \
  HEBB_INLINE V fma(V a, V b, V c) { EACH(V, vfmaq_##suffix(c.q[i], a.q[i], b.q[i])); }    \
  HEBB_INLINE V fnma(V a, V b, V c) { EACH(V, vfmsq_##suffix(c.q[i], a.q[i], b.q[i])); }   \
  HEBB_INLINE V sqrt(V a) { EACH(V, vsqrtq_##suffix(a.q[i])); }                            \
  HEBB_INLINE V abs(V a) { EACH(V, vabsq_##suffix(a.q[i])); }                              \
  HEBB_INLINE V floor(V a) { EACH(V, vrndmq_##suffix(a.q[i])); }                           \
  HEBB_INLINE V ceil(V a) { EACH(V, vrndpq_##suffix(a.q[i])); }                            \
  HEBB_INLINE V trunc(V a) { EACH(V, vrndq_##suffix(a.q[i])); }                            \
  HEBB_INLINE V round(V a) { EACH(V, vrndnq_##suffix(a.q[i])); }                           \
  HEBB_INLINE V copysign(V a, V sign) {                                                    \
    const auto bit = vreinterpretq_##bits_suffix##_##suffix(vdupq_n_##suffix(-0.0f));      \
    EACH(V, vbslq_##suffix(bit, sign.q[i], a.q[i]));                                       \
  }                                                                                        \
  HEBB_INLINE M operator==(V a, V b) { EACH(M, vceqq_##suffix(a.q[i], b.q[i])); }          \
  HEBB_INLINE M operator!=(V a, V b) { return ~(a == b); }                                 \
  HEBB_INLINE M operator<(V a, V b) { EACH(M, vcltq_##suffix(a.q[i], b.q[i])); }           \
  HEBB_INLINE M operator<=(V a, V b) { EACH(M, vcleq_##suffix(a.q[i], b.q[i])); }          \
  HEBB_INLINE M operator>(V a, V b) { return b < a; }                                      \
  HEBB_INLINE M operator>=(V a, V b) { return b <= a; }                                    \
  HEBB_INLINE M is_nan(V a) { return a != a; }                                             \
  HEBB_INLINE V select(M m, V a, V b) { EACH(V, vbslq_##suffix(m.q[i], a.q[i], b.q[i])); } \
  HEBB_INLINE V min(V a, V b) { return select((a < b) | is_nan(a), a, b); }                \
  HEBB_INLINE V max(V a, V b) { return select((a > b) | is_nan(a), a, b); }                \
  HEBB_INLINE V at_most(V a, V high) { return select(high < a, high, a); }                 \
  HEBB_INLINE V at_least(V a, V low) { return select(low > a, low, a); }
REAL(F, Mask16, f32, u32)
REAL(D, Mask8, f64, u64)
#undef REAL

// int32, and of int64 what bit-level work on float64 needs
#define INTEGER(V, M, suffix, unsigned_suffix)                                                                       \
  HEBB_INLINE V operator+(V a, V b) { EACH(V, vaddq_##suffix(a.q[i], b.q[i])); }                                     \
  HEBB_INLINE V operator-(V a, V b) { EACH(V, vsubq_##suffix(a.q[i], b.q[i])); }                                     \
  HEBB_INLINE V operator&(V a, V b) { EACH(V, vandq_##suffix(a.q[i], b.q[i])); }                                     \
  HEBB_INLINE V operator|(V a, V b) { EACH(V, vorrq_##suffix(a.q[i], b.q[i])); }                                     \
  HEBB_INLINE V operator^(V a, V b) { EACH(V, veorq_##suffix(a.q[i], b.q[i])); }                                     \
  HEBB_INLINE V operator<<(V a, int n) { EACH(V, vshlq_##suffix(a.q[i], vdupq_n_##suffix(n))); }                     \
  HEBB_INLINE V shift_right_logical(V a, int n) {                                                                    \
    EACH(V, vreinterpretq_##suffix##_##unsigned_suffix(                                                              \
                vshlq_##unsigned_suffix(vreinterpretq_##unsigned_suffix##_##suffix(a.q[i]), vdupq_n_##suffix(-n)))); \
  }                                                                                                                  \
  HEBB_INLINE M operator==(V a, V b) { EACH(M, vceqq_##suffix(a.q[i], b.q[i])); }                                    \
  HEBB_INLINE M operator<(V a, V b) { EACH(M, vcltq_##suffix(a.q[i], b.q[i])); }                                     \
  HEBB_INLINE V select(M m, V a, V b) { EACH(V, vbslq_##suffix(m.q[i], a.q[i], b.q[i])); }
INTEGER(I, Mask16, s32, u32)
INTEGER(L, Mask8, s64, u64)
#undef INTEGER
HEBB_INLINE I operator*(I a, I b) { EACH(I, vmulq_s32(a.q[i], b.q[i])); }
HEBB_INLINE I operator-(I a) { EACH(I, vnegq_s32(a.q[i])); }
HEBB_INLINE I operator~(I a) { EACH(I, vmvnq_s32(a.q[i])); }
HEBB_INLINE I operator>>(I a, int n) { EACH(I, vshlq_s32(a.q[i], vdupq_n_s32(-n))); }
HEBB_INLINE I abs(I a) { EACH(I, vabsq_s32(a.q[i])); }
HEBB_INLINE I min(I a, I b) { EACH(I, vminq_s32(a.q[i], b.q[i])); }
HEBB_INLINE I max(I a, I b) { EACH(I, vmaxq_s32(a.q[i], b.q[i])); }
HEBB_INLINE Mask16 operator!=(I a, I b) { return ~(a == b); }
HEBB_INLINE Mask16 operator>(I a, I b) { return b < a; }
HEBB_INLINE Mask16 operator<=(I a, I b) { return ~(b < a); }
HEBB_INLINE Mask16 operator>=(I a, I b) { return ~(a < b); }

// Between types
HEBB_INLINE I bits(F a) { EACH(I, vreinterpretq_s32_f32(a.q[i])); }
HEBB_INLINE L bits(D a) { EACH(L, vreinterpretq_s64_f64(a.q[i])); }
HEBB_INLINE F from_bits(I a) { EACH(F, vreinterpretq_f32_s32(a.q[i])); }
HEBB_INLINE D from_bits(L a) { EACH(D, vreinterpretq_f64_s64(a.q[i])); }
HEBB_INLINE F to_float(I a) { EACH(F, vcvtq_f32_s32(a.q[i])); }
HEBB_INLINE I to_int(F a) {
  I r;
  for (int i = 0; i < 4; ++i) r.q[i] = vcvtq_s32_f32(a.q[i]);
  return select((a >= F(-0x1p31f)) & (a < F(0x1p31f)), r, I(INT32_MIN));
}
HEBB_INLINE D widen(float32x4_t a, float32x4_t b) {
  D r;
  r.q[0] = vcvt_f64_f32(vget_low_f32(a));
  r.q[1] = vcvt_high_f64_f32(a);
  r.q[2] = vcvt_f64_f32(vget_low_f32(b));
  r.q[3] = vcvt_high_f64_f32(b);
  return r;
}
HEBB_INLINE D widen_low(F a) { return widen(a.q[0], a.q[1]); }
HEBB_INLINE D widen_high(F a) { return widen(a.q[2], a.q[3]); }
HEBB_INLINE F narrow(D low, D high) {
  F r;
  for (int i = 0; i < 2; ++i) {
    r.q[i] = vcvt_high_f32_f64(vcvt_f32_f64(low.q[2 * i]), low.q[2 * i + 1]);
    r.q[i + 2] = vcvt_high_f32_f64(vcvt_f32_f64(high.q[2 * i]), high.q[2 * i + 1]);
  }
  return r;
}

// Bytes to int32, masks to bytes 0 and 1
HEBB_INLINE I load_bytes(const uint8_t* p) {
  const uint8x16_t bytes = vld1q_u8(p);
  const uint16x8_t low = vmovl_u8(vget_low_u8(bytes)), high = vmovl_high_u8(bytes);
  I r;
  r.q[0] = vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(low)));
  r.q[1] = vreinterpretq_s32_u32(vmovl_high_u16(low));
  r.q[2] = vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(high)));
  r.q[3] = vreinterpretq_s32_u32(vmovl_high_u16(high));
  return r;
}
HEBB_INLINE I load_bytes_n(const uint8_t* p, int n) {
  uint8_t bytes[16] = {};
  for (int i = 0; i < n; ++i) bytes[i] = p[i];
  return load_bytes(bytes);
}
HEBB_INLINE uint8x8_t mask_bytes(uint32x4_t a, uint32x4_t b) {
  return vand_u8(vmovn_u16(vcombine_u16(vmovn_u32(a), vmovn_u32(b))), vdup_n_u8(1));
}
HEBB_INLINE void store_mask(uint8_t* p, Mask16 m) {
  vst1_u8(p, mask_bytes(m.q[0], m.q[1]));
  vst1_u8(p + 8, mask_bytes(m.q[2], m.q[3]));
}
HEBB_INLINE void store_mask(uint8_t* p, Mask8 m) {
  vst1_u8(p, mask_bytes(vcombine_u32(vmovn_u64(m.q[0]), vmovn_u64(m.q[1])),
                        vcombine_u32(vmovn_u64(m.q[2]), vmovn_u64(m.q[3]))));
}
template <class M>
HEBB_INLINE void store_mask_n(uint8_t* p, M m, int n) {
  uint8_t bytes[16];
  store_mask(bytes, m);
  for (int i = 0; i < n; ++i) p[i] = bytes[i];
}
HEBB_INLINE void stream_fence() {}

// fold: lane i of the result is lane i + step of a, as far as a reduction looks.
HEBB_INLINE F fold(F a, int step) {
  if (step >= 4) a.q[0] = a.q[step / 4];
  if (step == 8) a.q[1] = a.q[3];
  if (step == 2) a.q[0] = vextq_f32(a.q[0], a.q[0], 2);
  if (step == 1) a.q[0] = vextq_f32(a.q[0], a.q[0], 1);
  return a;
}
HEBB_INLINE D fold(D a, int step) {
  if (step >= 2) a.q[0] = a.q[step / 2];
  if (step == 4) a.q[1] = a.q[3];
  if (step == 1) a.q[0] = vextq_f64(a.q[0], a.q[0], 1);
  return a;
}
HEBB_INLINE I fold(I a, int step) {
  if (step >= 4) a.q[0] = a.q[step / 4];
  if (step == 8) a.q[1] = a.q[3];
  if (step == 2) a.q[0] = vextq_s32(a.q[0], a.q[0], 2);
  if (step == 1) a.q[0] = vextq_s32(a.q[0], a.q[0], 1);
  return a;
}
HEBB_INLINE float first(F a) { return vgetq_lane_f32(a.q[0], 0); }
HEBB_INLINE double first(D a) { return vgetq_lane_f64(a.q[0], 0); }
HEBB_INLINE int32_t first(I a) { return vgetq_lane_s32(a.q[0], 0); }
#undef EACH

#include "simd_shared.h"
#include "simd_ldexp.h"

}  // namespace
}  // namespace hebb::neon

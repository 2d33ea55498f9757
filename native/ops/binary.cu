// The element-wise functions of binary.def.
#include "binary.h"

#include "../cuda/map.cuh"
#include "../cuda/simd_cuda.h"

namespace hebb::cuda {
namespace {

#include "../cpu/integers.cpu.h"
#include "remainder.h"

// One operation on vectors (float arithmetic) or on plain numbers.
template <class F, class Out, class T, bool vectors>
struct Apply {
  __device__ Out operator()(T a, T b) const {
    if constexpr (vectors)
      return F()(Vec<T>(a), Vec<T>(b)).v;
    else
      return static_cast<Out>(F()(a, b));
  }
};
template <class F>
struct ApplyBytes {
  __device__ uint8_t operator()(uint8_t a, uint8_t b) const {
    return static_cast<uint8_t>(F()(int32_t{a}, int32_t{b}));
  }
};
template <class F>
struct ApplyLogical {
  __device__ uint8_t operator()(uint8_t a, uint8_t b) const { return F()(a != 0, b != 0); }
};

// floor_div and mod go by plain numbers, as on the CPU.
template <class F>
constexpr bool by_element = false;

template <BinaryKind kind, class F>
void binary_map(const Launch& call) {
  const Dtype dtype = call.in[0].dtype();
  if constexpr (kind == BinaryKind::Arithmetic || kind == BinaryKind::Compare) {
    if (size_of(dtype) == 1) return map<2, uint8_t, uint8_t, uint8_t>(call, ApplyBytes<F>());
  }
  if constexpr (kind == BinaryKind::Logical) {
    map<2, uint8_t, uint8_t, uint8_t>(call, ApplyLogical<F>());
  } else if constexpr (kind == BinaryKind::Compare) {
    if (dtype == Dtype::float32) return map<2, uint8_t, float, float>(call, Apply<F, uint8_t, float, false>());
    if (dtype == Dtype::float64) return map<2, uint8_t, double, double>(call, Apply<F, uint8_t, double, false>());
    map<2, uint8_t, int32_t, int32_t>(call, Apply<F, uint8_t, int32_t, false>());
  } else {
    constexpr bool vectors = !by_element<F>;
    if (dtype == Dtype::float32) return map<2, float, float, float>(call, Apply<F, float, float, vectors>());
    if (dtype == Dtype::float64) return map<2, double, double, double>(call, Apply<F, double, double, vectors>());
    if constexpr (kind == BinaryKind::Arithmetic) {
      map<2, int32_t, int32_t, int32_t>(call, Apply<F, int32_t, int32_t, false>());
    }
  }
}

#define BINARY(name, kind, value)                 \
  struct name##_function {                        \
    template <class V>                            \
    HEBB_INLINE auto operator()(V a, V b) const { \
      return value;                               \
    }                                             \
  };
#include "binary.def"
#undef BINARY

template <>
constexpr bool by_element<floor_div_function> = true;
template <>
constexpr bool by_element<mod_function> = true;

}  // namespace

#define BINARY(name, kind, value) \
  void name##_kernel(const Launch& call) { binary_map<BinaryKind::kind, name##_function>(call); }
#include "binary.def"
#undef BINARY

}  // namespace hebb::cuda

// The element-wise functions of binary.def.

#include "remainder.h"

#define BINARY(name, kind, value)     \
  struct name##_function {            \
    template <class V>                \
    auto operator()(V a, V b) const { \
      return value;                   \
    }                                 \
  };                                  \
  void name##_kernel(const Launch& call) { binary_map<BinaryKind::kind, name##_function>(call); }

// A function of int32 on bytes: bool as 0 and 1; what does not fit a byte wraps around.
template <class F>
void map_bytes(const Launch& call, const F& f) {
  map_scalars<uint8_t, uint8_t, 2>(
      call, [f](uint8_t a, uint8_t b) { return static_cast<uint8_t>(f(int32_t{a}, int32_t{b})); });
}

// floor_div and mod need the exact remainder and go one element at a time; the other float functions are vectors.
template <class F>
constexpr bool by_element = false;

template <BinaryKind kind, class F>
void binary_map(const Launch& call) {
  const Dtype dtype = call.in[0].dtype();
  const F f;
  if constexpr (kind == BinaryKind::Arithmetic || kind == BinaryKind::Compare) {
    if (size_of(dtype) == 1) return map_bytes(call, f);
  }
  if constexpr (kind == BinaryKind::Logical) {
    map_scalars<uint8_t, uint8_t, 2>(call, [f](uint8_t a, uint8_t b) { return uint8_t(f(a != 0, b != 0)); });
  } else if constexpr (kind == BinaryKind::Compare) {
    if (dtype == Dtype::float32)
      return map_scalars<float, uint8_t, 2>(call, [f](float a, float b) { return uint8_t(f(a, b)); });
    if (dtype == Dtype::float64)
      return map_scalars<double, uint8_t, 2>(call, [f](double a, double b) { return uint8_t(f(a, b)); });
    map_scalars<int32_t, uint8_t, 2>(call, [f](int32_t a, int32_t b) { return uint8_t(f(a, b)); });
  } else if constexpr (by_element<F>) {
    if (dtype == Dtype::float32) return map_scalars<float, float, 2>(call, f);
    if (dtype == Dtype::float64) return map_scalars<double, double, 2>(call, f);
    map_scalars<int32_t, int32_t, 2>(call, f);
  } else {
    if (dtype == Dtype::float32) return map_vectors<float, 2>(call, f);
    if (dtype == Dtype::float64) return map_vectors<double, 2>(call, f);
    if constexpr (kind == BinaryKind::Arithmetic) {
      map_scalars<int32_t, int32_t, 2>(call, [f](int32_t a, int32_t b) { return f(a, b); });
    }
  }
}

struct floor_div_function;
struct mod_function;
template <>
constexpr bool by_element<floor_div_function> = true;
template <>
constexpr bool by_element<mod_function> = true;

#include "binary.def"
#undef BINARY

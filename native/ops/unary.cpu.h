// The element-wise functions of unary.def and their derivatives dx = dy * f'(x).

#include "unary_parts.h"

#define UNARY(name, kind, value_expression, slope_expression)                                                \
  struct name##_function {                                                                                   \
    template <class T, class V>                                                                              \
    static V value(V x, [[maybe_unused]] T p, [[maybe_unused]] T q) {                                        \
      return value_expression;                                                                               \
    }                                                                                                        \
    template <class T, class V>                                                                              \
    static V slope([[maybe_unused]] V x, [[maybe_unused]] V y, [[maybe_unused]] T p, [[maybe_unused]] T q) { \
      return slope_expression;                                                                               \
    }                                                                                                        \
  };                                                                                                         \
  void name##_kernel(const Launch& call) { unary_map<UnaryKind::kind, name##_function>(call); }              \
  void name##_grad_kernel(const Launch& call) { unary_grad_map<name##_function>(call); }

template <class F, class T>
void value_map(const Launch& call) {
  const auto& attributes = call.get<UnaryAttributes>();
  const T p = parameter<T>(attributes.p), q = parameter<T>(attributes.q);
  map_vectors<T, 1>(call, [=](Vec<T> x) { return F::template value<T>(x, p, q); });
}

template <class F, class T>
void slope_map(const Launch& call) {
  const auto& attributes = call.get<UnaryAttributes>();
  const T p = parameter<T>(attributes.p), q = parameter<T>(attributes.q);
  map_vectors<T, 3>(call, [=](Vec<T> x, Vec<T> y, Vec<T> dy) { return dy * F::template slope<T>(x, y, p, q); });
}

template <UnaryKind kind, class F>
void unary_map(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return value_map<F, float>(call);
  if (call.in[0].dtype() == Dtype::float64) return value_map<F, double>(call);
  if constexpr (kind == UnaryKind::Number) {
    const auto& attributes = call.get<UnaryAttributes>();
    const int32_t p = parameter<int32_t>(attributes.p), q = parameter<int32_t>(attributes.q);
    const auto value = [=](int32_t x) { return F::template value<int32_t>(x, p, q); };
    if (call.in[0].dtype() == Dtype::int32) return map_scalars<int32_t, int32_t, 1>(call, value);
    map_scalars<uint8_t, uint8_t, 1>(call, [=](uint8_t x) { return static_cast<uint8_t>(value(x)); });  // wraps around
  }
}

template <class F>
void unary_grad_map(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return slope_map<F, float>(call);
  slope_map<F, double>(call);
}

#include "unary.def"
#undef UNARY

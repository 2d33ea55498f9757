// The element-wise functions of unary.def. Their derivatives: unary_grad.cu.
#include "unary.cuh"

namespace hebb::cuda {
namespace {

template <class F, class T>
struct Value {
  T p, q;
  __device__ T operator()(T x) const {
    if constexpr (__is_same(T, int32_t))
      return F::template value<T, T>(x, p, q);
    else
      return F::template value<T, Vec<T>>(x, p, q).v;
  }
};

template <class F>
struct ByteValue {
  int32_t p, q;
  __device__ uint8_t operator()(uint8_t x) const {
    return static_cast<uint8_t>(F::template value<int32_t, int32_t>(x, p, q));
  }
};

template <UnaryKind kind, class F>
void unary_map(const Launch& call) {
  const auto& [p, q] = call.get<UnaryAttributes>();
  if (call.in[0].dtype() == Dtype::float32) {
    return map<1, float, float>(call, Value<F, float>{parameter<float>(p), parameter<float>(q)});
  }
  if (call.in[0].dtype() == Dtype::float64) return map<1, double, double>(call, Value<F, double>{p, q});
  if constexpr (kind == UnaryKind::Number) {
    const int32_t whole_p = parameter<int32_t>(p), whole_q = parameter<int32_t>(q);
    if (call.in[0].dtype() == Dtype::uint8) return map<1, uint8_t, uint8_t>(call, ByteValue<F>{whole_p, whole_q});
    map<1, int32_t, int32_t>(call, Value<F, int32_t>{whole_p, whole_q});
  }
}

#define UNARY(name, kind, value_expression, slope_expression)                     \
  struct name##_function {                                                        \
    template <class T, class V>                                                   \
    static HEBB_INLINE V value(V x, [[maybe_unused]] T p, [[maybe_unused]] T q) { \
      return value_expression;                                                    \
    }                                                                             \
  };
#include "unary.def"
#undef UNARY

}  // namespace

#define UNARY(name, kind, ...) \
  void name##_kernel(const Launch& call) { unary_map<UnaryKind::kind, name##_function>(call); }
#include "unary.def"
#undef UNARY

}  // namespace hebb::cuda

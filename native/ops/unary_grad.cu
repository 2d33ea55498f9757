// The derivatives of unary.def: dx = dy * f'(x).
#include "unary.cuh"

namespace hebb::cuda {
namespace {

template <class F, class T>
struct Slope {
  T p, q;
  __device__ T operator()(T x, T y, T dy) const { return (Vec<T>(dy) * F::template slope<T, Vec<T>>(x, y, p, q)).v; }
};

template <class F>
void unary_grad_map(const Launch& call) {
  const auto& [p, q] = call.get<UnaryAttributes>();
  if (call.in[0].dtype() == Dtype::float32) {
    return map<3, float, float, float, float>(call, Slope<F, float>{parameter<float>(p), parameter<float>(q)});
  }
  map<3, double, double, double, double>(call, Slope<F, double>{p, q});
}

#define UNARY(name, kind, value_expression, slope_expression)                                    \
  struct name##_function {                                                                       \
    template <class T, class V>                                                                  \
    static HEBB_INLINE V slope([[maybe_unused]] V x, [[maybe_unused]] V y, [[maybe_unused]] T p, \
                               [[maybe_unused]] T q) {                                           \
      return slope_expression;                                                                   \
    }                                                                                            \
  };
#include "unary.def"
#undef UNARY

}  // namespace

#define UNARY(name, ...) \
  void name##_grad_kernel(const Launch& call) { unary_grad_map<name##_function>(call); }
#include "unary.def"
#undef UNARY

}  // namespace hebb::cuda

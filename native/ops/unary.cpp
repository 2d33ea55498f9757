#include "unary.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

Tensor unary(Op op, UnaryKind kind, const Tensor& x, double p, double q) {
  const Dtype narrowest = kind == UnaryKind::Float    ? Dtype::float32
                          : x.dtype() == Dtype::uint8 ? Dtype::uint8
                                                      : Dtype::int32;
  const Tensor operand = cast(x, promote(x.dtype(), narrowest));
  Tensor y = empty(operand.device(), operand.dtype(), operand.shape());
  launch(op, {operand}, {y}, UnaryAttributes{p, q});
  return y;
}

Tensor unary_grad(Op op, const Tensor& x, const Tensor& y, const Tensor& dy, double p, double q) {
  if (!is_float(x.dtype()) || y.layout->dtype != x.dtype() || dy.dtype() != x.dtype()) {
    fail(ErrorCode::dtype, op_name(op), ": expected one float type, got ", x.dtype(), ", ", y.dtype(), ", ",
         dy.dtype());
  }
  if (!(x.shape() == y.shape()) || !(x.shape() == dy.shape())) {
    fail(ErrorCode::shape, op_name(op), ": shapes differ, ", x.shape(), ", ", y.shape(), ", ", dy.shape());
  }
  Tensor dx = empty(x.device(), x.dtype(), x.shape());
  launch(op, {x, y, dy}, {dx}, UnaryAttributes{p, q});
  return dx;
}

}  // namespace hebb

#include "arg_extreme.h"

#include <utility>

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

Tensor arg_extreme(Op op, const Tensor& input, int64_t axis) {
  const Tensor x = cast(input, promote(input.dtype(), Dtype::int32));
  const int at = normalize_axis(op_name(op), axis, x.rank());
  if (x.dim(at) == 0) fail(ErrorCode::shape, op_name(op), ": no element along axis ", axis, " of ", x.shape());
  Shape shape, strides, kept;
  for (int i = 0; i < x.rank(); ++i) {
    if (i == at) continue;
    shape.push(x.dim(i));
    strides.push(x.strides()[i]);
    kept.push(x.dim(i));
  }
  shape.push(x.dim(at));
  strides.push(x.strides()[at]);
  Tensor out = empty(x.device(), Dtype::int32, kept);
  launch(op, {contiguous(view(x, shape, strides))}, {out});
  return out;
}

}  // namespace

Tensor argmax(const Tensor& x, int64_t axis) { return arg_extreme(Op::argmax, x, axis); }
Tensor argmin(const Tensor& x, int64_t axis) { return arg_extreme(Op::argmin, x, axis); }

}  // namespace hebb

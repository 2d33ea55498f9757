#include "arg_reduce.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

Tensor arg_reduce(Op op, const Tensor& x, int64_t axis_argument, bool keep_dims) {
  if (x.rank() == 0) fail(ErrorCode::shape, op_name(op), ": expected at least one dimension, got shape []");
  const int axis = normalize_axis(op_name(op), axis_argument, x.rank());
  if (x.dim(axis) == 0) fail(ErrorCode::shape, op_name(op), ": no element along axis ", axis, " of ", x.shape());
  int64_t sizes[] = {1, x.dim(axis), 1};
  Shape result;
  for (int i = 0; i < x.rank(); ++i) {
    if (i != axis) {
      sizes[i < axis ? 0 : 2] *= x.dim(i);
      result.push(x.dim(i));
    } else if (keep_dims) {
      result.push(1);
    }
  }
  Tensor out = empty(x.device(), Dtype::int32, {sizes[0], sizes[2]});
  launch(op, {reshape(cast(x, promote(x.dtype(), Dtype::int32)), sizes)}, {out});
  return view(out, result, row_major_strides(result));
}

}  // namespace

Tensor argmax(const Tensor& x, int64_t axis, bool keep_dims) { return arg_reduce(Op::argmax, x, axis, keep_dims); }

Tensor argmin(const Tensor& x, int64_t axis, bool keep_dims) { return arg_reduce(Op::argmin, x, axis, keep_dims); }

}  // namespace hebb

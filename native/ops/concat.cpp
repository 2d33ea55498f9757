#include "concat.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

Tensor concat(std::span<const Tensor> tensors, int64_t axis_argument) {
  if (tensors.empty()) fail(ErrorCode::argument, "concat: expected at least one tensor");
  const Tensor& first = tensors[0];
  if (first.rank() == 0) fail(ErrorCode::shape, "concat: expected at least one dimension, got shape []");
  const int axis = normalize_axis("concat", axis_argument, first.rank());
  Shape shape = first.shape();
  Dtype dtype = first.dtype();
  for (const Tensor& x : tensors.subspan(1)) {
    Shape other = x.shape();
    if (other.rank == shape.rank) other[axis] = shape[axis];
    if (!(other == shape)) {
      fail(ErrorCode::shape, "concat: ", first.shape(), " and ", x.shape(), " differ beyond axis ", axis);
    }
    shape[axis] += x.dim(axis);
    dtype = promote(dtype, x.dtype());
  }
  Tensor out = empty(first.device(), dtype, shape);
  int64_t begin = 0;
  for (const Tensor& x : tensors) {
    if (x.size() > 0) launch(Op::copy, {x}, {view(out, x.shape(), out.strides(), begin * out.strides()[axis])});
    begin += x.dim(axis);
  }
  return out;
}

}  // namespace hebb

#include "reduce.h"

#include <vector>

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

Tensor reduce(Op op, const Tensor& x, std::span<const int64_t> axes, bool keep_dims, bool needs_element) {
  unsigned reduced = 0;
  for (int64_t axis : axes) {
    const unsigned bit = 1u << normalize_axis(op_name(op), axis, x.rank());
    if (reduced & bit) fail(ErrorCode::argument, op_name(op), ": axis ", axis, " stands twice");
    reduced |= bit;
  }
  Shape order_shape, order_strides, kept, kept_strides, result;
  for (const bool wanted : {false, true}) {
    for (int i = 0; i < x.rank(); ++i) {
      if (static_cast<bool>(reduced >> i & 1) != wanted) continue;
      order_shape.push(x.dim(i));
      order_strides.push(x.strides()[i]);
      if (!wanted) kept.push(x.dim(i)), kept_strides.push(x.strides()[i]);
      if (wanted && needs_element && x.dim(i) == 0) {
        fail(ErrorCode::shape, op_name(op), ": no element along axis ", i, " of ", x.shape());
      }
    }
  }
  for (int i = 0; i < x.rank(); ++i) {
    if (!(reduced >> i & 1))
      result.push(x.dim(i));
    else if (keep_dims)
      result.push(1);
  }
  Tensor out = empty(x.device(), promote(x.dtype(), Dtype::int32), kept);
  if (reduced && x.size() > 0 && out.size() == x.size()) {  // one element each
    launch(Op::copy, {view(x, kept, kept_strides)}, {out});
  } else {
    launch(op, {view(x, order_shape, order_strides)}, {out}, ReduceAttributes{kept.rank});
  }
  return view(out, result, row_major_strides(result));
}

}  // namespace

Tensor sum(const Tensor& x, std::span<const int64_t> axes, bool keep_dims) {
  return reduce(Op::sum, x, axes, keep_dims, false);
}

Tensor prod(const Tensor& x, std::span<const int64_t> axes, bool keep_dims) {
  return reduce(Op::prod, cast(x, promote(x.dtype(), Dtype::int32)), axes, keep_dims, false);
}

Tensor max(const Tensor& x, std::span<const int64_t> axes, bool keep_dims) {
  return cast(reduce(Op::max, x, axes, keep_dims, true), x.dtype());
}

Tensor min(const Tensor& x, std::span<const int64_t> axes, bool keep_dims) {
  return cast(reduce(Op::min, x, axes, keep_dims, true), x.dtype());
}

Tensor sum_to(const Tensor& x, std::span<const int64_t> sizes) {
  const Shape shape(sizes);
  if (!(broadcast_shapes("sumTo", x.shape(), shape) == x.shape())) {
    fail(ErrorCode::shape, "sumTo: ", shape, " cannot be broadcast to ", x.shape());
  }
  std::vector<int64_t> axes;
  for (int i = 0; i < x.rank(); ++i) {
    const int axis = i - (x.rank() - shape.rank);
    if (axis < 0 || shape[axis] != x.dim(i)) axes.push_back(i);
  }
  const Tensor out = sum(x, axes, true);
  return view(out, shape, row_major_strides(shape));
}

}  // namespace hebb

#include "copy.h"

#include "../core/error.h"

namespace hebb {

Tensor fill(Device& device, Dtype dtype, std::span<const int64_t> shape, double value) {
  Tensor out = empty(device, dtype, Shape(shape));
  launch(Op::fill, {}, {out}, FillAttributes{value});
  return out;
}

Tensor cast(const Tensor& x, Dtype dtype) {
  if (x.dtype() == dtype) return x;
  Tensor out = empty(x.device(), dtype, x.shape());
  launch(Op::copy, {x}, {out});
  return out;
}

Tensor copy(const Tensor& x) {
  Tensor out = empty(x.device(), x.dtype(), x.shape());
  launch(Op::copy, {x}, {out});
  return out;
}

Tensor contiguous(const Tensor& x) { return x.contiguous() ? x : copy(x); }

void check_target(const char* op, const Tensor& dst, const Shape& src) {
  if (!(broadcast_shapes(op, dst.shape(), src) == dst.shape())) {
    fail(ErrorCode::shape, op, ": ", src, " does not fit into ", dst.shape());
  }
  for (int i = 0; i < dst.rank(); ++i) {
    if (dst.strides()[i] == 0 && dst.dim(i) > 1 && dst.size() > 0) {
      fail(ErrorCode::argument, op, ": the target is a broadcast view");
    }
  }
}

void assign(const Tensor& dst, const Tensor& src) {
  check_target("assign", dst, src.shape());
  launch(Op::copy, {overlaps(src, dst) ? copy(src) : src}, {dst});
}

namespace {

// The strides that show x with another shape, or false when only a copy can.
bool reshape_strides(const Tensor& x, const Shape& shape, Shape& strides) {
  strides = row_major_strides(shape);
  if (x.contiguous() || x.size() == 0) return true;
  int axis = 0, target = 0;
  while (axis < x.rank() && target < shape.rank) {
    int64_t old_size = x.dim(axis), new_size = shape[target];
    const int axis_begin = axis, target_begin = target;
    while (old_size != new_size) {
      if (old_size < new_size && axis + 1 < x.rank()) {
        old_size *= x.dim(++axis);
      } else if (target + 1 < shape.rank) {
        new_size *= shape[++target];
      } else {
        return false;
      }
    }
    for (int i = axis_begin; i < axis; ++i) {
      if (x.dim(i) != 1 && x.strides()[i] != x.strides()[i + 1] * x.dim(i + 1)) return false;
    }
    int64_t step = x.strides()[axis];
    for (int i = target; i >= target_begin; --i) {
      strides[i] = step;
      step *= shape[i];
    }
    ++axis;
    ++target;
  }
  return true;
}

}  // namespace

Tensor reshape(const Tensor& x, std::span<const int64_t> sizes) {
  Shape shape(sizes);
  int unknown = -1;
  int64_t known = 1;
  for (int i = 0; i < shape.rank; ++i) {
    if (shape[i] == -1) {
      if (unknown >= 0) fail(ErrorCode::shape, "reshape: more than one -1 in ", shape);
      unknown = i;
    } else {
      known *= shape[i];
    }
  }
  if (unknown >= 0) {
    if (known == 0 || x.size() % known != 0) fail(ErrorCode::shape, "reshape: ", x.shape(), " does not fit ", shape);
    shape[unknown] = x.size() / known;
  }
  if (shape.size() != x.size()) {
    fail(ErrorCode::shape, "reshape: ", x.shape(), " has ", x.size(), " elements, ", shape, " has ", shape.size());
  }
  Shape strides;
  if (reshape_strides(x, shape, strides)) return view(x, shape, strides);
  Tensor out = copy(x);
  return view(out, shape, row_major_strides(shape));
}

Tensor transpose(const Tensor& x, std::span<const int64_t> axes) {
  if (static_cast<int>(axes.size()) != x.rank()) {
    fail(ErrorCode::argument, "transpose: ", axes.size(), " axes for a tensor of rank ", x.rank());
  }
  Shape shape = x.shape(), strides = x.strides();
  unsigned seen = 0;
  for (int i = 0; i < x.rank(); ++i) {
    const int axis = normalize_axis("transpose", axes[i], x.rank());
    if (seen & (1u << axis)) fail(ErrorCode::argument, "transpose: axis ", axis, " stands twice");
    seen |= 1u << axis;
    shape[i] = x.dim(axis);
    strides[i] = x.strides()[axis];
  }
  return view(x, shape, strides);
}

Tensor slice(const Tensor& x, std::span<const int64_t> begin, std::span<const int64_t> end,
             std::span<const int64_t> step) {
  const size_t axes = begin.size();
  if (end.size() != axes || step.size() != axes || static_cast<int>(axes) > x.rank()) {
    fail(ErrorCode::argument, "slice: ", axes, " ranges for a tensor of shape ", x.shape());
  }
  Shape shape = x.shape(), strides = x.strides();
  int64_t offset = 0;
  for (size_t i = 0; i < axes; ++i) {
    const int axis = static_cast<int>(i);
    if (begin[i] < 0 || end[i] < begin[i] || end[i] > x.dim(axis) || step[i] < 1) {
      fail(ErrorCode::argument, "slice: ", begin[i], ":", end[i], ":", step[i], " is out of range for axis ", i, " of ",
           x.shape());
    }
    shape[axis] = (end[i] - begin[i] + step[i] - 1) / step[i];
    offset += shape[axis] ? begin[i] * strides[axis] : 0;
    strides[axis] *= step[i];
  }
  return view(x, shape, strides, shape.size() ? offset : 0);
}

Tensor unslice(const Tensor& x, std::span<const int64_t> shape, std::span<const int64_t> begin,
               std::span<const int64_t> end, std::span<const int64_t> step) {
  Tensor out = fill(x.device(), x.dtype(), shape, 0);
  assign(slice(out, begin, end, step), x);
  return out;
}

Tensor broadcast_to(const Tensor& x, std::span<const int64_t> sizes) {
  const Shape shape(sizes);
  if (!(broadcast_shapes("broadcastTo", x.shape(), shape) == shape)) {
    fail(ErrorCode::shape, "broadcastTo: ", x.shape(), " cannot be broadcast to ", shape);
  }
  Shape strides = shape;
  for (int i = 0; i < shape.rank; ++i) {
    const int axis = i - (shape.rank - x.rank());
    strides[i] = axis < 0 || x.dim(axis) != shape[i] ? 0 : x.strides()[axis];
  }
  return view(x, shape, strides);
}

}  // namespace hebb

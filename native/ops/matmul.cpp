#include "matmul.h"

#include <algorithm>

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

Tensor swap_last_two(const Tensor& x) {
  Shape shape = x.shape(), strides = x.strides();
  std::swap(shape[x.rank() - 1], shape[x.rank() - 2]);
  std::swap(strides[x.rank() - 1], strides[x.rank() - 2]);
  return view(x, shape, strides);
}

Shape leading(const Shape& shape) {
  Shape out = shape;
  out.rank -= 2;
  return out;
}

}  // namespace

Tensor matmul(const Tensor& left, const Tensor& right, bool transpose_a, bool transpose_b) {
  const Dtype dtype = promote(promote(left.dtype(), right.dtype()), Dtype::float32);
  Tensor a = cast(left, dtype), b = cast(right, dtype);
  if (a.rank() == 0 || b.rank() == 0) {
    fail(ErrorCode::shape, "matmul: needs at least one dimension, ", a.shape(), " x ", b.shape());
  }
  const bool row = a.rank() == 1, column = b.rank() == 1;
  if (row) a = view(a, {1, a.dim(0)}, {0, a.strides()[0]});
  if (column) b = view(b, {b.dim(0), 1}, {b.strides()[0], 0});
  if (transpose_a && !row) a = swap_last_two(a);
  if (transpose_b && !column) b = swap_last_two(b);
  if (a.dim(-1) != b.dim(-2)) {
    fail(ErrorCode::shape, "matmul: inner dimensions differ, ", a.shape(), " x ", b.shape());
  }
  Shape shape;
  if (a.rank() > 2 || b.rank() > 2) shape = broadcast_shapes("matmul", leading(a.shape()), leading(b.shape()));
  shape.push(a.dim(-2));
  shape.push(b.dim(-1));
  Tensor out = empty(a.device(), dtype, shape);
  launch(Op::matmul, {a, b}, {out});
  if (!row && !column) return out;
  shape.rank -= 2;
  if (!row) shape.push(a.dim(-2));
  if (!column) shape.push(b.dim(-1));
  return view(out, shape, row_major_strides(shape));
}

}  // namespace hebb

#include "gather.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

// x as [outer, n, inner] with n at `axis` and a contiguous inner dimension; a view where the layout allows.
Tensor as_rows(const Tensor& x, int axis) {
  int64_t sizes[] = {1, x.dim(axis), 1};
  for (int i = 0; i < x.rank(); ++i) {
    if (i != axis) sizes[i < axis ? 0 : 2] *= x.dim(i);
  }
  const Tensor rows = reshape(x, sizes);
  return rows.dim(2) > 1 && rows.strides()[2] != 1 ? contiguous(rows) : rows;
}

Tensor as_list(const char* op, const Tensor& indices) {
  if (indices.dtype() != Dtype::int32 && indices.dtype() != Dtype::uint8) {
    fail(ErrorCode::dtype, op, ": indices are int32 or uint8, got ", indices.dtype());
  }
  const int64_t sizes[] = {-1};
  return indices.size() == 0 ? empty(indices.device(), Dtype::int32, {0})
                             : contiguous(reshape(cast(indices, Dtype::int32), sizes));
}

// The shape of x with that of the indices in the place of `axis`.
Shape picked_shape(const Shape& x, const Shape& indices, int axis) {
  Shape shape;
  for (int i = 0; i < axis; ++i) shape.push(x[i]);
  for (int64_t dim : indices) shape.push(dim);
  for (int i = axis + 1; i < x.rank; ++i) shape.push(x[i]);
  return shape;
}

int axis_of(const char* op, int64_t axis, int rank) {
  if (rank == 0) fail(ErrorCode::shape, op, ": expected at least one dimension, got shape []");
  return normalize_axis(op, axis, rank);
}

}  // namespace

Tensor gather(const Tensor& x, const Tensor& indices, int64_t axis_argument) {
  const int axis = axis_of("gather", axis_argument, x.rank());
  const Tensor rows = as_rows(x, axis), list = as_list("gather", indices);
  const Shape shape = picked_shape(x.shape(), indices.shape(), axis);
  Tensor out = empty(x.device(), x.dtype(), {rows.dim(0), list.size(), rows.dim(2)});
  launch(Op::gather, {rows, list}, {out});
  return view(out, shape, row_major_strides(shape));
}

Tensor scatter_add(const Tensor& values, const Tensor& indices, std::span<const int64_t> sizes, int64_t axis_argument) {
  const Shape shape(sizes);
  const int axis = axis_of("scatterAdd", axis_argument, shape.rank);
  const Shape expected = picked_shape(shape, indices.shape(), axis);
  if (!(values.shape() == expected)) {
    fail(ErrorCode::shape, "scatterAdd: expected values of shape ", expected, " for indices ", indices.shape(),
         " into ", shape, ", got ", values.shape());
  }
  if (values.dtype() < Dtype::int32) {
    fail(ErrorCode::dtype, "scatterAdd: expected int32, float32 or float64 values, got ", values.dtype());
  }
  const Tensor list = as_list("scatterAdd", indices);
  const Tensor out = fill(values.device(), values.dtype(), sizes, 0);
  const Tensor rows = as_rows(out, axis);
  const int64_t value_sizes[] = {rows.dim(0), list.size(), rows.dim(2)};
  launch(Op::scatter_add, {contiguous(reshape(values, value_sizes)), list, rows}, {rows});
  return out;
}

Tensor dynamic_slice(const Tensor& x, const Tensor& start, int64_t length) {
  if (x.rank() == 0) fail(ErrorCode::shape, "sliceAt: expected at least one dimension, got shape []");
  if (start.size() != 1) fail(ErrorCode::shape, "sliceAt: start is one number, got shape ", start.shape());
  if (start.dtype() != Dtype::int32) fail(ErrorCode::dtype, "sliceAt: start is int32, got ", start.dtype());
  if (length < 0 || length > x.dim(0)) {
    fail(ErrorCode::argument, "sliceAt: length ", length, " is out of range for ", x.dim(0), " rows");
  }
  const Tensor rows = as_rows(x, 0);
  Shape shape = x.shape();
  shape[0] = length;
  Tensor out = empty(x.device(), x.dtype(), shape);
  launch(Op::dynamic_slice, {rows, start}, {out});
  return out;
}

}  // namespace hebb

// From a launch of the table to a product: sizes, strides and the dimensions of the batch, as few as will do.
#pragma once

#include "../../core/launch.h"
#include "gemm.cuh"

namespace hebb::cuda {

// Only dimensions above 1, neighbours joined when one stride walks both for a and for b.
inline Batch batch_of(const Tensor& a, const Tensor& b, const Tensor& out) {
  Batch batch;
  const auto stride = [&](const Tensor& x, int axis) {
    const int own = axis - (out.rank() - x.rank());
    return own >= 0 && x.dim(own) > 1 ? x.strides()[own] : 0;
  };
  for (int axis = out.rank() - 3; axis >= 0; --axis) {
    const int64_t dim = out.dim(axis), a_stride = stride(a, axis), b_stride = stride(b, axis);
    if (dim == 1) continue;
    batch.count *= dim;
    const int last = batch.rank - 1;
    if (last >= 0 && a_stride == batch.a[last] * batch.dims[last] && b_stride == batch.b[last] * batch.dims[last]) {
      batch.dims[last] *= dim;
      continue;
    }
    batch.dims[batch.rank] = dim;
    batch.a[batch.rank] = a_stride;
    batch.b[batch.rank++] = b_stride;
  }
  return batch;
}

template <class T>
BatchedGemm<T> gemm_of(const Launch& call) {
  const Tensor &a = call.in[0], &b = call.in[1], &out = call.out[0];
  BatchedGemm<T> product{};
  product.m = out.dim(-2);
  product.n = out.dim(-1);
  product.k = a.dim(-1);
  product.a = a.data<T>();
  product.a_row = a.strides()[a.rank() - 2];
  product.a_col = a.strides()[a.rank() - 1];
  product.b = b.data<T>();
  product.b_row = b.strides()[b.rank() - 2];
  product.b_col = b.strides()[b.rank() - 1];
  product.c = out.data<T>();
  product.c_row = product.n;
  product.batch = batch_of(a, b, out);
  // One b for all: the rows of the batch are rows of one matrix.
  const Batch& batch = product.batch;
  if (batch.rank == 1 && batch.b[0] == 0 && (product.m == 1 || batch.a[0] == product.m * product.a_row)) {
    if (product.m == 1) product.a_row = batch.a[0];
    product.m *= batch.count;
    product.batch = {};
  }
  return product;
}

}  // namespace hebb::cuda

#include "sort.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

// x as row-major [rows, n] of a type that the kernels compare.
Tensor as_rows_of_numbers(const char* op, const Tensor& x) {
  if (x.rank() == 0) fail(ErrorCode::shape, op, ": expected at least one dimension, got shape []");
  const int64_t n = x.dim(-1), sizes[] = {x.size() / (n > 0 ? n : 1), n};
  return reshape(contiguous(cast(x, promote(x.dtype(), Dtype::int32))), sizes);
}

}  // namespace

Tensor argsort(const Tensor& x, bool descending) {
  const Tensor rows = as_rows_of_numbers("argsort", x);
  Tensor out = empty(x.device(), Dtype::int32, rows.shape()), scratch = empty(x.device(), Dtype::int32, rows.shape());
  launch(Op::argsort, {rows}, {out, scratch}, SortAttributes{descending});
  return view(out, x.shape(), row_major_strides(x.shape()));
}

Tensor topk(const Tensor& x, int64_t k, bool descending) {
  const Tensor rows = as_rows_of_numbers("topk", x);
  if (k < 0 || k > rows.dim(1)) {
    fail(ErrorCode::argument, "topk: k = ", k, " is out of range for ", rows.dim(1), " elements");
  }
  Shape shape = x.shape();
  shape[x.rank() - 1] = k;
  constexpr int64_t most_kept = 64;  // a list this short is kept in order by insertion
  if (k > most_kept) {
    const Tensor order = argsort(x, descending);
    return contiguous(view(order, shape, order.strides()));
  }
  Tensor out = empty(x.device(), Dtype::int32, {rows.dim(0), k});
  launch(Op::topk, {rows}, {out}, SortAttributes{descending});
  return view(out, shape, row_major_strides(shape));
}

}  // namespace hebb

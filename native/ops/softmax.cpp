#include "softmax.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

Tensor over_rows(Op op, const Tensor& x) {
  if (x.rank() == 0) fail(ErrorCode::shape, op_name(op), ": needs at least one dimension");
  const Tensor rows = contiguous(cast(x, promote(x.dtype(), Dtype::float32)));
  Tensor y = empty(rows.device(), rows.dtype(), rows.shape());
  launch(op, {rows}, {y});
  return y;
}

}  // namespace

Tensor softmax(const Tensor& x) { return over_rows(Op::softmax, x); }
Tensor log_softmax(const Tensor& x) { return over_rows(Op::log_softmax, x); }

}  // namespace hebb

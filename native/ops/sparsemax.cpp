#include "sparsemax.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

Tensor sparsemax(const Tensor& input) {
  if (input.rank() == 0) fail(ErrorCode::shape, "sparsemax: needs at least one dimension");
  const Tensor x = contiguous(cast(input, promote(input.dtype(), Dtype::float32)));
  Tensor y = empty(x.device(), x.dtype(), x.shape());
  launch(Op::sparsemax, {x}, {y});
  return y;
}

}  // namespace hebb

#include "one_hot.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

Tensor one_hot(const Tensor& indices, int64_t classes, Dtype dtype) {
  if (indices.dtype() != Dtype::int32 && indices.dtype() != Dtype::uint8) {
    fail(ErrorCode::dtype, "oneHot: indices are int32 or uint8, got ", indices.dtype());
  }
  if (classes < 1) fail(ErrorCode::argument, "oneHot: the number of classes is at least 1, got ", classes);
  Shape shape = indices.shape();
  shape.push(classes);
  Tensor out = empty(indices.device(), dtype, shape);
  launch(Op::one_hot, {contiguous(cast(indices, Dtype::int32))}, {out});
  return out;
}

}  // namespace hebb

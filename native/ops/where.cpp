#include "where.h"

#include "copy.h"

namespace hebb {

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  const Dtype dtype = promote(a.dtype(), b.dtype());
  const Shape shape = broadcast_shapes("where", condition.shape(), broadcast_shapes("where", a.shape(), b.shape()));
  Tensor out = empty(a.device(), dtype, shape);
  launch(Op::where, {cast(condition, Dtype::boolean), cast(a, dtype), cast(b, dtype)}, {out});
  return out;
}

}  // namespace hebb

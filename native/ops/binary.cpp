#include "binary.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

Tensor binary(Op op, BinaryKind kind, const Tensor& a, const Tensor& b) {
  const Dtype common = promote(a.dtype(), b.dtype());
  const bool narrow = kind == BinaryKind::Arithmetic && common == Dtype::uint8;  // computed in int32, wraps around
  Dtype computed = kind == BinaryKind::Logical ? Dtype::boolean
                   : kind == BinaryKind::Float ? promote(common, Dtype::float32)
                                               : promote(common, Dtype::int32);
  const Tensor x = cast(a, computed), y = cast(b, computed);
  const bool boolean = kind == BinaryKind::Compare || kind == BinaryKind::Logical;
  const Dtype result = boolean ? Dtype::boolean : computed;
  Tensor out;
  if (x.layout == y.layout && x.contiguous() && result == computed) {
    out = {x.device().allocate(x.size() * size_of(result)), 0, x.layout};
  } else {
    out = empty(x.device(), result, broadcast_shapes(op_name(op), x.shape(), y.shape()));
  }
  launch(op, {x, y}, {out});
  return narrow ? cast(out, Dtype::uint8) : out;
}

}  // namespace hebb

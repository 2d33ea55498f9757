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

void add_in_place(const Tensor& x, const Tensor& value) {
  if (x.dtype() == Dtype::boolean) fail(ErrorCode::dtype, "addInPlace: expected numbers, got bool");
  if (x.dtype() == Dtype::uint8) return assign(x, binary(Op::add, BinaryKind::Arithmetic, x, cast(value, x.dtype())));
  check_target("addInPlace", x, value.shape());
  const Tensor operand = cast(value, x.dtype());
  launch(Op::add, {x, overlaps(operand, x) ? copy(operand) : operand}, {x});
}

}  // namespace hebb

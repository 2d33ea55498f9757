#include "binary.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

// The result of a binary op with nothing in it yet.
Tensor result_of(Op op, const Tensor& x, const Tensor& y, Dtype dtype) {
  if (x.layout == y.layout && x.contiguous() && x.dtype() == dtype) {
    return {x.device().allocate(x.size() * size_of(dtype)), 0, x.layout};
  }
  return empty(x.device(), dtype, broadcast_shapes(op_name(op), x.shape(), y.shape()));
}

// x in another type, in the memory of `out`, a result of that type and of x's shape: a matrix of bytes becomes one of
// floats without a third one. A result that has no memory yet is being recorded, and then the conversion becomes part
// of a chain that needs none either.
Tensor converted(const Tensor& x, const Tensor& out) {
  if (x.dtype() == out.dtype() || !out.buffer->data || !(x.shape() == out.shape())) return cast(x, out.dtype());
  launch(Op::copy, {x}, {out});
  return out;
}

}  // namespace

Tensor binary(Op op, BinaryKind kind, const Tensor& a, const Tensor& b) {
  const Dtype common = promote(a.dtype(), b.dtype());
  const bool boolean = kind == BinaryKind::Compare || kind == BinaryKind::Logical;
  const bool bytes = common == Dtype::uint8 || (common == Dtype::boolean && boolean);
  const Dtype computed = kind == BinaryKind::Float               ? promote(common, Dtype::float32)
                         : kind == BinaryKind::Logical && !bytes ? Dtype::boolean
                         : bytes                                 ? common
                                                                 : promote(common, Dtype::int32);
  const Dtype result = boolean ? Dtype::boolean : computed;
  const Tensor y = cast(b, computed), out = result_of(op, a, y, result);
  const Tensor x = result == computed ? converted(a, out) : cast(a, computed);
  launch(op, {x, y}, {out});
  return out;
}

void add_in_place(const Tensor& x, const Tensor& value) {
  if (x.dtype() == Dtype::boolean) fail(ErrorCode::dtype, "addInPlace: expected numbers, got bool");
  check_target("addInPlace", x, value.shape());
  const Tensor operand = cast(value, x.dtype());
  launch(Op::add, {x, overlaps(operand, x) ? copy(operand) : operand}, {x});
}

}  // namespace hebb

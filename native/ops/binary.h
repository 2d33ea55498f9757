// Element-wise functions of two tensors with broadcasting; the list is binary.def.
#pragma once

#include "../core/launch.h"

namespace hebb {

enum class BinaryKind { Arithmetic, Float, Compare, Logical };

Tensor binary(Op op, BinaryKind kind, const Tensor& a, const Tensor& b);

// x += value, in place; value is broadcast and cast to x, which is a number.
void add_in_place(const Tensor& x, const Tensor& value);

#define BINARY(name, kind, ...) \
  inline Tensor name(const Tensor& a, const Tensor& b) { return binary(Op::name, BinaryKind::kind, a, b); }
#include "binary.def"
#undef BINARY

}  // namespace hebb

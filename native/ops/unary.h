// Element-wise functions of one tensor; the list is unary.def.
#pragma once

#include "../core/launch.h"

namespace hebb {

enum class UnaryKind { Number, Float };

struct UnaryAttributes {
  double p, q;
};

Tensor unary(Op op, UnaryKind kind, const Tensor& x, double p, double q);
Tensor unary_grad(Op op, const Tensor& x, const Tensor& y, const Tensor& dy, double p, double q);

#define UNARY(name, kind, ...)                                                                                  \
  inline Tensor name(const Tensor& x, double p, double q) { return unary(Op::name, UnaryKind::kind, x, p, q); } \
  inline Tensor name##_grad(const Tensor& x, const Tensor& y, const Tensor& dy, double p, double q) {           \
    return unary_grad(Op::name##_grad, x, y, dy, p, q);                                                         \
  }
#include "unary.def"
#undef UNARY

}  // namespace hebb

// The matrix product with what surrounds it in a layer, in one launch. Fusion puts it in the place of several launches
// (program/fuse.cpp); it has no function of its own in JavaScript.
//
//   forward  out = activation(a b + bias)          in: a [m,k], b [k,n], bias [n]
//   dX       out = a b where gate > 0, else 0      in: a [m,k], b [k,n], gate [m,n] (the output of the relu below)
//   dW       out = out - rate * a b                in: a [m,k], b [k,n], rate []    (plain SGD, in place)
#pragma once

#include "../core/launch.h"
#include "matmul/gemm.h"

namespace hebb {

struct DenseAttributes {
  enum Extra : int32_t { bias, gate, rate } extra;  // what the third operand is
  Activation activation;
  bool alone = false;  // of a few rows: as in Gemm
};

}  // namespace hebb

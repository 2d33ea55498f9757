// Matrix product, batched over leading dimensions with broadcasting.
#pragma once

#include "../core/launch.h"

namespace hebb {

// a [..., m, k] x b [..., k, n] -> [..., m, n]; with a transpose flag the last two dimensions of that operand are read
// the other way round. Float types; integers are promoted to float32. A rank-1 operand is a row (left) or a column
// (right).
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b);

}  // namespace hebb

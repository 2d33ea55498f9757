// The nearest point of the probability simplex, over the last dimension.
#pragma once

#include "../core/launch.h"

namespace hebb {

// y = max(x - tau, 0) with tau such that every row adds up to 1; x of any rank from 1 on, integers become float32.
Tensor sparsemax(const Tensor& x);

}  // namespace hebb

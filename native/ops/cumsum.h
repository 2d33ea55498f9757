// Running sums along an axis.
#pragma once

#include "../core/launch.h"

namespace hebb {

struct CumsumAttributes {
  bool reverse;
};

// out[i] = x[0] + ... + x[i] along the axis, or with `reverse` x[i] + ... + x[n - 1]; bool and uint8 give int32.
Tensor cumsum(const Tensor& x, int64_t axis, bool reverse);

}  // namespace hebb

// The order of the elements of rows.
#pragma once

#include "../core/launch.h"

namespace hebb {

struct SortAttributes {
  bool descending;
};

// x [..., n] -> int32 [..., n]: the positions of each row's elements in order. Stable: equal elements keep theirs, in
// both directions. A NaN counts as larger than every number.
Tensor argsort(const Tensor& x, bool descending);

// The first k of argsort(x, descending).
Tensor topk(const Tensor& x, int64_t k, bool descending);

}  // namespace hebb

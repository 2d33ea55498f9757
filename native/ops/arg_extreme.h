// The position of the largest or smallest element along an axis.
#pragma once

#include "../core/launch.h"

namespace hebb {

// int32 positions; of equal elements the first, and the first NaN before everything else. ERR_SHAPE when the axis is
// empty.
Tensor argmax(const Tensor& x, int64_t axis);
Tensor argmin(const Tensor& x, int64_t axis);

}  // namespace hebb

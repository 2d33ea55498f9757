// Where the largest or smallest element stands.
#pragma once

#include "../core/launch.h"

namespace hebb {

// The position (int32) of the first largest or smallest element along an axis; a NaN counts as both. ERR_SHAPE when
// the axis is empty.
Tensor argmax(const Tensor& x, int64_t axis, bool keep_dims);
Tensor argmin(const Tensor& x, int64_t axis, bool keep_dims);

}  // namespace hebb

// Class numbers as rows with a single 1.
#pragma once

#include "../core/launch.h"

namespace hebb {

// indices [...] (int32 or uint8) -> [..., classes] of `dtype`: 1 at the index, else 0.
Tensor one_hot(const Tensor& indices, int64_t classes, Dtype dtype);

}  // namespace hebb

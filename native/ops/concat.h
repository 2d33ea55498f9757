// Tensors one after the other.
#pragma once

#include <span>

#include "../core/launch.h"

namespace hebb {

// The tensors joined along an axis, in their promoted type; the other dimensions are equal. At least one tensor.
Tensor concat(std::span<const Tensor> tensors, int64_t axis);

}  // namespace hebb

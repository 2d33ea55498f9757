// Elements of one of two tensors, by a condition.
#pragma once

#include "../core/launch.h"

namespace hebb {

// condition ? a : b, all three broadcast; a and b meet in their promoted type, the condition is read as bool.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

}  // namespace hebb

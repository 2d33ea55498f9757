// softmax and log-softmax over the last dimension.
#pragma once

#include "../core/launch.h"

namespace hebb {

Tensor softmax(const Tensor& x);      // exp(x - max) / sum(exp(x - max)), rows of the last dimension
Tensor log_softmax(const Tensor& x);  // x - max - log(sum(exp(x - max)))

}  // namespace hebb

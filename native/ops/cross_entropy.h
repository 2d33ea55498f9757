// Cross entropies computed from logits, with their gradient in the same pass. Each answers {loss [batch, ...],
// slope = d loss / d logits (the logits' shape)}; the slope is what backward multiplies with.
#pragma once

#include <array>

#include "../core/launch.h"

namespace hebb {

// loss = logsumexp(z) - z[label], slope = softmax(z) - onehot(label). logits [batch, classes], labels [batch] int32 or
// uint8; a label outside [0, classes) is an ERR_ARGUMENT of the kernel.
std::array<Tensor, 2> softmax_cross_entropy(const Tensor& logits, const Tensor& labels);
// loss = sum(t) logsumexp(z) - sum(t z), slope = sum(t) softmax(z) - t; targets [batch, classes] need not sum to 1.
std::array<Tensor, 2> softmax_cross_entropy_dense(const Tensor& logits, const Tensor& targets);
// Element by element: loss = max(z, 0) - z t + log(1 + exp(-|z|)), slope = sigmoid(z) - t.
std::array<Tensor, 2> sigmoid_cross_entropy(const Tensor& logits, const Tensor& targets);

}  // namespace hebb

// Rows picked by index, and their gradient; rows from a start that is itself a tensor.
#pragma once

#include <span>

#include "../core/launch.h"

namespace hebb {

// x [..., n, ...] with indices [...] (int32 or uint8) in the place of axis `axis`: out[o, i, :] = x[o, indices[i], :].
Tensor gather(const Tensor& x, const Tensor& indices, int64_t axis);

// Zeros of `shape` with out[o, indices[i], :] += values[o, i, :], in the order of i: the gradient of gather.
Tensor scatter_add(const Tensor& values, const Tensor& indices, std::span<const int64_t> shape, int64_t axis);

// Rows start ... start + length - 1 of x [n, ...], as a copy; start is one int32 read when the kernel runs.
Tensor dynamic_slice(const Tensor& x, const Tensor& start, int64_t length);

}  // namespace hebb

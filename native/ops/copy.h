// Moving elements: cast, copies between layouts, fills, and the views that move nothing.
#pragma once

#include <span>

#include "../core/launch.h"

namespace hebb {

struct FillAttributes {
  double value;
};

// A new tensor full of `value`.
Tensor fill(Device& device, Dtype dtype, std::span<const int64_t> shape, double value);
// x itself when it already has the type. float -> integer truncates toward zero and saturates, NaN gives 0.
Tensor cast(const Tensor& x, Dtype dtype);
// A row-major copy, always a new buffer.
Tensor copy(const Tensor& x);
// x itself when it is row-major, else a row-major copy.
Tensor contiguous(const Tensor& x);
// Whether dst can be updated in place from a tensor of shape src. ERR_SHAPE, ERR_ARGUMENT for a broadcast view.
void check_target(const char* op, const Tensor& dst, const Shape& src);
// dst[...] = src, src broadcast and cast to dst. Returns nothing: dst is updated in place.
void assign(const Tensor& dst, const Tensor& src);

// Views. reshape copies when the strides do not allow a view; one dimension may be -1.
Tensor reshape(const Tensor& x, std::span<const int64_t> shape);
Tensor transpose(const Tensor& x, std::span<const int64_t> axes);
// begin, end and step per axis, already normalised to 0 <= begin <= end <= dim, step >= 1; fewer axes than the rank:
// the rest whole.
Tensor slice(const Tensor& x, std::span<const int64_t> begin, std::span<const int64_t> end,
             std::span<const int64_t> step);
// Zeros of `shape` with x in the region that slice() with the same ranges would show: the gradient of slice.
Tensor unslice(const Tensor& x, std::span<const int64_t> shape, std::span<const int64_t> begin,
               std::span<const int64_t> end, std::span<const int64_t> step);
Tensor broadcast_to(const Tensor& x, std::span<const int64_t> shape);

}  // namespace hebb

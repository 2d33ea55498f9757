// Sums, products and extremes over any axes.
#pragma once

#include <span>

#include "../core/launch.h"

namespace hebb {

struct ReduceAttributes {
  int kept_rank;  // the input's dimensions from here on are reduced
};

// x reduced over `axes` (each in [-rank, rank), no two alike). Kept dimensions stay in order, reduced ones are dropped,
// or become 1 with keep_dims. sum and prod of bool and uint8 are int32; max and min keep the type and need an element.
Tensor sum(const Tensor& x, std::span<const int64_t> axes, bool keep_dims);
Tensor prod(const Tensor& x, std::span<const int64_t> axes, bool keep_dims);
Tensor max(const Tensor& x, std::span<const int64_t> axes, bool keep_dims);
Tensor min(const Tensor& x, std::span<const int64_t> axes, bool keep_dims);

// x summed over the dimensions along which `shape` would be broadcast to x's shape.
Tensor sum_to(const Tensor& x, std::span<const int64_t> shape);

}  // namespace hebb

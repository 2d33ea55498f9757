// Rows of bytes in a table, read by index and made floats on the way: what gather_scaled would have made of them.
#pragma once

#include "launch.cuh"

namespace hebb::cuda {
namespace {

using PickedBytes = Pack<uint8_t, 4>;

struct PickedRows {
  const uint8_t* table;
  const float* scale;
  int64_t n, step;  // rows there are, bytes from one to the next
  int columns;      // a multiple of 4

  __device__ bool has(int64_t index) const { return index >= 0 && index < n; }
  __device__ const PickedBytes* at(int64_t index, int column) const {
    return reinterpret_cast<const PickedBytes*>(table + index * step + column);
  }
};

// Of a table [1, n, columns] that is readable_by_index().
inline PickedRows picked_rows(const Tensor& table, const Tensor& scale) {
  return {table.data<uint8_t>(), scale.data<float>(), table.dim(1), table.strides()[1], static_cast<int>(table.dim(2))};
}

// Zeros of a row that is not there.
__device__ __forceinline__ Pack<float, 4> scaled(const PickedBytes& bytes, float scale, bool valid) {
  Pack<float, 4> values{};
  if (valid) {
#pragma unroll
    for (int k = 0; k < 4; ++k) values.v[k] = static_cast<float>(bytes.v[k]) * scale;
  }
  return values;
}

}  // namespace
}  // namespace hebb::cuda

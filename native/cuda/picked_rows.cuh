// Rows of a table, read by index where they lie: numbers, or bytes made floats on the way, what gather and
// gather_scaled would have made of them.
#pragma once

#include "async_copy.cuh"
#include "launch.cuh"

namespace hebb::cuda {
namespace {

using PickedBytes = Pack<uint8_t, 4>;

struct PickedRows {
  const void* table;   // of float; with a scale, of bytes
  const float* scale;  // nullptr: the numbers as they are
  int64_t n, step;     // rows there are, elements from one to the next
  int columns;         // of bytes a multiple of 4
  bool vectors;        // of 4 elements can be read

  __device__ bool has(int64_t index) const { return index >= 0 && index < n; }
  template <class T>
  __device__ const T* row(int64_t index) const {
    return static_cast<const T*>(table) + index * step;
  }
};

// Of inputs of a gather from a table that is readable_by_index(); `scale` of one of bytes.
inline PickedRows picked_rows(const Tensor& table, const Tensor* scale) {
  const bool vectors = table.strides()[1] % 4 == 0;
  const int64_t n = table.dim(1), step = table.strides()[1];
  const int columns = static_cast<int>(table.dim(2));
  if (scale) return {table.data<uint8_t>(), scale->data<float>(), n, step, columns, vectors};
  return {table.data<float>(), nullptr, n, step, columns, vectors && aligned(table.data<float>(), 16)};
}

// Of four numbers in a row the first `count` (which may be beyond 0..4), zeros after them; past the registers.
__device__ __forceinline__ void copy_picked(float* to, const float* from, int count, bool vectors) {
  if (vectors) return copy_async_4(to, from, count);
#pragma unroll
  for (int i = 0; i < 4; ++i) copy_async(to + i, i < count ? from + i : from, i < count);
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

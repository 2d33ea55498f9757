// cumsum: [outer, n, inner] row-major, strictly in order (from the end with `reverse`), as on the CPU. Columns: a
// thread each, or, where they are few, a block for 32 of them. Rows (inner = 1): a warp each, whose lanes all add up
// the same 32 elements and keep the sum of their own.
#include "cumsum.h"

#include "../cuda/rows.cuh"

namespace hebb::cuda {
namespace {

template <class T>
__global__ void __launch_bounds__(row_threads)
    cumsum_columns(int64_t columns, int64_t n, int64_t inner, bool reverse, const T* x, T* out) {
  const int64_t column = int64_t{blockIdx.x} * row_threads + threadIdx.x;
  if (column >= columns) return;
  const int64_t outer = divide(column, inner), first = outer * n * inner + (column - outer * inner);
  const int64_t step = reverse ? -inner : inner;
  int64_t at = first + (reverse ? (n - 1) * inner : 0);
  T total = x[at];
  out[at] = total;
  constexpr int unroll = 32;  // rows on their way at once
  int64_t i = 1;
  for (; i + unroll <= n; i += unroll) {
    T values[unroll];
#pragma unroll
    for (int k = 0; k < unroll; ++k) values[k] = x[at + (k + 1) * step];
#pragma unroll
    for (int k = 0; k < unroll; ++k) {
      total = total + values[k];
      out[at + (k + 1) * step] = total;
    }
    at += unroll * step;
  }
  for (; i < n; ++i) {
    at += step;
    total = total + x[at];
    out[at] = total;
  }
}

// A block brings `tile_rows` rows of 32 columns into shared memory, where its first warp adds them up; the next rows
// are on their way meanwhile.
constexpr int tile_rows = 128;

template <class T>
__global__ void __launch_bounds__(row_threads)
    cumsum_tiles(int64_t tiles, int64_t n, int64_t inner, bool reverse, const T* x, T* out) {
  __shared__ T tile[tile_rows][warp];
  const int lane = lane_of_warp(), first = static_cast<int>(threadIdx.x / warp);
  const int64_t outer = divide(blockIdx.x, tiles), column = (blockIdx.x - outer * tiles) * warp + lane;
  const bool inside = column < inner;
  const int64_t step = reverse ? -inner : inner, start = (outer * n + (reverse ? n - 1 : 0)) * inner + column;
  x += start;
  out += start;
  constexpr int each = tile_rows / row_warps;
  T ahead[each];
  const auto read = [&](int64_t from) {
#pragma unroll
    for (int k = 0; k < each; ++k) {
      const int64_t i = from + first + k * row_warps;
      ahead[k] = inside && i < n ? x[i * step] : T(0);
    }
  };
  read(0);
  T total = T(0);
  for (int64_t from = 0; from < n; from += tile_rows) {
#pragma unroll
    for (int k = 0; k < each; ++k) tile[first + k * row_warps][lane] = ahead[k];
    __syncthreads();
    read(from + tile_rows);
    if (first == 0) {
      if (from == 0) total = tile[0][lane];
#pragma unroll 16
      for (int row = 0; row < tile_rows; ++row) {
        if (from + row > 0) total = total + tile[row][lane];
        tile[row][lane] = total;
      }
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < each; ++k) {
      const int64_t i = from + first + k * row_warps;
      if (inside && i < n) out[i * step] = tile[first + k * row_warps][lane];
    }
    __syncthreads();
  }
}

template <class T>
__global__ void __launch_bounds__(row_threads) cumsum_rows(int64_t rows, int64_t n, bool reverse, const T* x, T* out) {
  const int64_t row = row_of_warp();
  if (row >= rows) return;
  const int lane = lane_of_warp();
  T total = T(0);
  T next = T(0);
  const auto position = [=](int64_t i) { return row * n + (reverse ? n - 1 - i : i); };
  if (lane < n) next = x[position(lane)];
  for (int64_t base = 0; base < n; base += warp) {
    const T value = next;
    if (base + warp + lane < n) next = x[position(base + warp + lane)];
    T mine = T(0);
#pragma unroll
    for (int j = 0; j < warp; ++j) {
      const T element = __shfl_sync(all_lanes, value, j);
      total = base == 0 && j == 0 ? element : total + element;
      if (j == lane) mine = total;
    }
    if (base + lane < n) out[position(base + lane)] = mine;
  }
}

template <class T>
void cumsum_map(const Launch& call) {
  const Tensor& x = call.in[0];
  const bool reverse = call.get<CumsumAttributes>().reverse;
  const int64_t outer = x.dim(0), n = x.dim(1), inner = x.dim(2);
  if (x.size() == 0) return;
  const T* const source = x.data<T>();
  T* const target = call.out[0].data<T>();
  if (inner == 1) {
    return submit(cumsum_rows<T>, (outer + row_warps - 1) / row_warps, row_threads, outer, n, reverse, source, target);
  }
  const int64_t tiles = (inner + warp - 1) / warp, enough = int64_t{16} * current().processors;  // warps
  if (n >= tile_rows && outer * tiles < enough) {
    return submit(cumsum_tiles<T>, outer * tiles, row_threads, tiles, n, inner, reverse, source, target);
  }
  submit(cumsum_columns<T>, (outer * inner + row_threads - 1) / row_threads, row_threads, outer * inner, n, inner,
         reverse, source, target);
}

}  // namespace

void cumsum_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return cumsum_map<float>(call);
  if (call.in[0].dtype() == Dtype::float64) return cumsum_map<double>(call);
  cumsum_map<uint32_t>(call);  // int32 that wraps
}

}  // namespace hebb::cuda

// y = exp(x - max(x)) / sum(exp(x - max(x))) and its logarithm, over contiguous rows. Rows of up to 1024 elements: a
// warp keeps one in registers and adds in the order of the CPU, the bits are the same. Longer rows: a block per row, by
// a fixed tree of its own.
#include "softmax.h"

#include "../cuda/rows.cuh"

namespace hebb::cuda {
namespace {

constexpr int long_row_threads = 512;

template <class T, int items, bool logarithm>
__global__ void __launch_bounds__(row_threads) softmax_short(const T* x, T* out, int64_t rows, int n) {
  const int64_t row = row_of_warp();
  if (row >= rows) return;
  const int lane = lane_of_warp();
  const T* const in = x + row * n;
  T* const to = out + row * n;
  T values[items];
  RunFold<MaxFold, T> top;
#pragma unroll
  for (int k = 0; k < items; ++k) {
    const int i = k * warp + lane;
    values[k] = i < n ? in[i] : MaxFold::identity<T>();
  }
#pragma unroll
  for (int k = 0; k < items; ++k) top.add(values[k], k & 1);
  const T largest = top.result();
  VectorSum<T> total;
#pragma unroll
  for (int k = 0; k < items; ++k) {
    if (k * warp >= n) break;
    const T e = k * warp + lane < n ? exp_number(values[k] - largest) : T(0);
    total.add(e);
    if constexpr (!logarithm) values[k] = e;
  }
  const T sum = total.result();
  const T shift = logarithm ? log_number(sum) : T(0);
#pragma unroll
  for (int k = 0; k < items; ++k) {
    const int i = k * warp + lane;
    if (i < n) to[i] = logarithm ? values[k] - largest - shift : values[k] / sum;
  }
}

template <class T, bool logarithm>
__global__ void __launch_bounds__(long_row_threads) softmax_long(const T* x, T* out, int64_t rows, int64_t n) {
  __shared__ T shared[warp + 1];
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const T* const in = x + row * n;
    T* const to = out + row * n;
    T largest = MaxFold::identity<T>();
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) largest = MaxFold::fold(largest, in[i]);
    largest = fold_block<MaxFold>(largest, shared);
    T sum = T(0);
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) {
      const T e = exp_number(in[i] - largest);
      if constexpr (!logarithm) to[i] = e;
      sum = sum + e;
    }
    sum = fold_block<SumFold>(sum, shared);
    const T shift = logarithm ? log_number(sum) : T(0);
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) {
      to[i] = logarithm ? in[i] - largest - shift : to[i] / sum;
    }
  }
}

template <class T, bool logarithm>
void softmax_map(const Launch& call) {
  const Tensor& x = call.in[0];
  const int64_t n = x.dim(-1), rows = n ? x.size() / n : 0;
  if (rows == 0) return;
  const T* const source = x.data<T>();
  T* const target = call.out[0].data<T>();
  const int64_t blocks = (rows + row_warps - 1) / row_warps;
  if (n <= 4 * warp) {
    submit(softmax_short<T, 4, logarithm>, blocks, row_threads, source, target, rows, static_cast<int>(n));
  } else if (n <= 32 * warp) {
    submit(softmax_short<T, 32, logarithm>, blocks, row_threads, source, target, rows, static_cast<int>(n));
  } else {
    submit(softmax_long<T, logarithm>, block_count(rows, 1), long_row_threads, source, target, rows, n);
  }
}

}  // namespace

void softmax_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return softmax_map<float, false>(call);
  softmax_map<double, false>(call);
}

void log_softmax_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return softmax_map<float, true>(call);
  softmax_map<double, true>(call);
}

}  // namespace hebb::cuda

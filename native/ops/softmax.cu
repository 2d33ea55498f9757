// y = exp(x - max(x)) / sum(exp(x - max(x))) and its logarithm, over contiguous rows. Rows of up to 1024 elements
// (float64: 512): half a warp or a warp keeps one in registers and adds in the order of the CPU, the bits are the same.
// Longer rows: a block per row, by a fixed tree of its own; up to 32768 elements (4096) in registers too.
#include "softmax.h"

#include "../cuda/rows.cuh"

namespace hebb::cuda {
namespace {

constexpr int long_row_threads = 512;

template <class Shape, class T, bool logarithm>
__global__ void __launch_bounds__(Shape::threads, Shape::blocks) softmax_rows(const T* x, T* out, int64_t rows, int n) {
  const int lane = Shape::lane(), own = Shape::own(n);
  T values[Shape::rows][Shape::items], largest[Shape::rows];
#pragma unroll
  for (int r = 0; r < Shape::rows; ++r) load_row<Shape>(x + Shape::row(r, rows) * n, n, -Real<T>::infinity, values[r]);
  const bool near = rows_are_near<Shape>(values, n, largest);
  const auto finish = [&](auto numbers) {
    using Numbers = decltype(numbers);
#pragma unroll
    for (int r = 0; r < Shape::rows; ++r) {
      const T sum = row_sum<Shape, T, false>(n, [&](int k) {
        const T below = values[r][k] - largest[r], number = Numbers::exp(below);
        const T e = k < own ? number : T(0);
        values[r][k] = logarithm ? below : e;
        return e;
      });
      const T shift = logarithm ? log_number(sum) : T(0);
      const Quotients<T> divided(sum);
      T* const to = out + Shape::row(r, rows) * n + lane;
      each_item<Shape>(n, [&](int k) {
        const T value = logarithm ? values[r][k] - shift : Numbers::quotient(divided, values[r][k]);
        if (k < own) to[k * Shape::lanes] = value;
      });
    }
  };
  if (near) return finish(NearNumbers<T>());
  finish(AnyNumbers<T>());
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
    const Quotients<T> divided(sum);
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) {
      to[i] = logarithm ? in[i] - largest - shift : divided(to[i]);
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
  const bool started = by_row_shape<T, 1>(n, [&](auto shape) {
    using Shape = decltype(shape);
    submit(softmax_rows<Shape, T, logarithm>, Shape::blocks_for(rows), Shape::threads, source, target, rows,
           static_cast<int>(n));
  });
  if (started) return;
  submit(softmax_long<T, logarithm>, block_count(rows, 1), long_row_threads, source, target, rows, n);
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

// Loss and slope of the cross entropies over contiguous rows of logits, which are shared out as for softmax.
#include "cross_entropy.h"

#include "../cuda/rows.cuh"

namespace hebb::cuda {
namespace {

constexpr int long_row_threads = 512;
constexpr int element_threads = 256;

__device__ __forceinline__ bool valid_label(int32_t label, int64_t classes, Fault* fault, bool reports) {
  if (label >= 0 && label < classes) return true;
  if (reports) report_fault(fault, Fault::label, Op::softmax_cross_entropy, label, classes);
  return false;
}

template <class Shape, class T>
__global__ void __launch_bounds__(Shape::threads, Shape::blocks)
    label_rows(const T* logits, const int32_t* labels, T* loss, T* slope, int64_t rows, int n, Fault* fault) {
  const int lane = Shape::lane(), own = Shape::own(n);
  T values[Shape::rows][Shape::items], largest[Shape::rows], correct[Shape::rows];
  int32_t label[Shape::rows];
#pragma unroll
  for (int r = 0; r < Shape::rows; ++r) {
    label[r] = labels[Shape::row(r, rows)];
    load_row<Shape>(logits + Shape::row(r, rows) * n, n, -Real<T>::infinity, values[r]);
  }
#pragma unroll
  for (int r = 0; r < Shape::rows; ++r) {
    if (!valid_label(label[r], n, fault, lane == 0)) label[r] = -1;
    correct[r] = label[r] >= 0 ? logits[Shape::row(r, rows) * n + label[r]] : T(0);
  }
  const bool near = rows_are_near<Shape>(values, n, largest);
  const auto finish = [&](auto numbers) {
    using Numbers = decltype(numbers);
#pragma unroll
    for (int r = 0; r < Shape::rows; ++r) {
      const T sum = row_sum<Shape, T, false>(n, [&](int k) {
        const T e = Numbers::exp(values[r][k] - largest[r]);
        values[r][k] = k < own ? e : T(0);
        return values[r][k];
      });
      const Quotients<T> divided(sum);
      T* const to = slope + Shape::row(r, rows) * n + lane;
      each_item<Shape>(n, [&](int k) {
        const T share = Numbers::quotient(divided, values[r][k]);
        if (k < own) to[k * Shape::lanes] = k * Shape::lanes + lane == label[r] ? share - T(1) : share;
      });
      if (lane == 0) loss[Shape::row(r, rows)] = log_number(sum) + (largest[r] - correct[r]);
    }
  };
  if (near) return finish(NearNumbers<T>());
  finish(AnyNumbers<T>());
}

template <class T>
__global__ void __launch_bounds__(long_row_threads)
    label_long(const T* logits, const int32_t* labels, T* loss, T* slope, int64_t rows, int64_t n, Fault* fault) {
  __shared__ T shared[warp + 1];
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const T* const in = logits + row * n;
    T* const to = slope + row * n;
    T largest = MaxFold::identity<T>();
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) largest = MaxFold::fold(largest, in[i]);
    largest = fold_block<MaxFold>(largest, shared);
    const int32_t label = labels[row];
    const bool valid = valid_label(label, n, fault, threadIdx.x == 0);
    T sum = T(0);
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) {
      const T e = exp_number(in[i] - largest);
      to[i] = e;
      sum = sum + e;
    }
    sum = fold_block<SumFold>(sum, shared);
    const Quotients<T> divided(sum);
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) {
      to[i] = i == label ? divided(to[i]) - T(1) : divided(to[i]);
    }
    if (threadIdx.x == 0) loss[row] = log_number(sum) + (largest - (valid ? in[label] : T(0)));
  }
}

template <class T>
void label_map(const Launch& call) {
  const Tensor& z = call.in[0];
  const int64_t rows = z.dim(0), n = z.dim(1);
  if (rows == 0) return;
  const T* const logits = z.data<T>();
  const int32_t* const labels = call.in[1].data<int32_t>();
  T *const loss = call.out[0].data<T>(), *const slope = call.out[1].data<T>();
  Fault* const fault = current().fault;
  const bool started = by_row_shape<T, 1>(n, [&](auto shape) {
    using Shape = decltype(shape);
    submit(label_rows<Shape, T>, Shape::blocks_for(rows), Shape::threads, logits, labels, loss, slope, rows,
           static_cast<int>(n), fault);
  });
  if (started) return;
  submit(label_long<T>, block_count(rows, 1), long_row_threads, logits, labels, loss, slope, rows, n, fault);
}

// A target of 0 takes no part, whatever the logit: 0 * inf would be NaN.
template <class T>
__device__ __forceinline__ T weighted(T target, T log_sum, T below) {
  return target == T(0) ? T(0) : target * (log_sum + below);
}

template <class Shape, class T>
__global__ void __launch_bounds__(Shape::threads, Shape::blocks)
    dense_rows(const T* logits, const T* targets, T* loss, T* slope, int64_t rows, int n) {
  const int lane = Shape::lane(), own = Shape::own(n);
  T values[Shape::rows][Shape::items], wanted[Shape::rows][Shape::items], largest[Shape::rows];
#pragma unroll
  for (int r = 0; r < Shape::rows; ++r) {
    const int64_t first = Shape::row(r, rows) * n;
    load_row<Shape>(logits + first, n, -Real<T>::infinity, values[r]);
    load_row<Shape>(targets + first, n, T(0), wanted[r]);
  }
  const bool near = rows_are_near<Shape>(values, n, largest);
  const auto finish = [&](auto numbers) {
    using Numbers = decltype(numbers);
#pragma unroll
    for (int r = 0; r < Shape::rows; ++r) {
      const T mass = row_sum<Shape, T, true>(n, [&](int k) { return wanted[r][k]; });
      const T sum = row_sum<Shape, T, false>(n, [&](int k) {
        values[r][k] = values[r][k] - largest[r];
        const T e = Numbers::exp(values[r][k]);
        return k < own ? e : T(0);
      });
      const T log_sum = log_number(sum), weight = mass / sum;
      T* const to = slope + Shape::row(r, rows) * n + lane;
      const T total = row_sum<Shape, T, false>(n, [&](int k) {
        const T below = Numbers::exp(values[r][k]) * weight - wanted[r][k];
        if (k < own) to[k * Shape::lanes] = below;
        return weighted(wanted[r][k], log_sum, -values[r][k]);
      });
      if (lane == 0) loss[Shape::row(r, rows)] = total;
    }
  };
  if (near) return finish(NearNumbers<T>());
  finish(AnyNumbers<T>());
}

template <class T>
__global__ void __launch_bounds__(long_row_threads)
    dense_long(const T* logits, const T* targets, T* loss, T* slope, int64_t rows, int64_t n) {
  __shared__ T shared[warp + 1];
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const T *const in = logits + row * n, *const wanted = targets + row * n;
    T largest = MaxFold::identity<T>();
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) largest = MaxFold::fold(largest, in[i]);
    largest = fold_block<MaxFold>(largest, shared);
    T sum = T(0), mass = T(0);
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) {
      sum = sum + exp_number(in[i] - largest);
      mass = mass + wanted[i];
    }
    sum = fold_block<SumFold>(sum, shared);
    mass = fold_block<SumFold>(mass, shared);
    const T log_sum = log_number(sum), weight = mass / sum;
    T total = T(0);
    for (int64_t i = threadIdx.x; i < n; i += long_row_threads) {
      const T value = in[i], t = wanted[i];
      total = total + weighted(t, log_sum, largest - value);
      slope[row * n + i] = exp_number(value - largest) * weight - t;
    }
    total = fold_block<SumFold>(total, shared);
    if (threadIdx.x == 0) loss[row] = total;
  }
}

template <class T>
void dense_map(const Launch& call) {
  const Tensor& z = call.in[0];
  const int64_t n = z.dim(-1), rows = n ? z.size() / n : 0;
  if (rows == 0) return;
  const T *const logits = z.data<T>(), *const targets = call.in[1].data<T>();
  T *const loss = call.out[0].data<T>(), *const slope = call.out[1].data<T>();
  const bool started = by_row_shape<T, 2>(n, [&](auto shape) {
    using Shape = decltype(shape);
    submit(dense_rows<Shape, T>, Shape::blocks_for(rows), Shape::threads, logits, targets, loss, slope, rows,
           static_cast<int>(n));
  });
  if (started) return;
  submit(dense_long<T>, block_count(rows, 1), long_row_threads, logits, targets, loss, slope, rows, n);
}

template <class T, int width>
__global__ void __launch_bounds__(element_threads)
    sigmoid_elements(int64_t n, const T* logits, const T* targets, T* loss, T* slope) {
  using P = Pack<T, width>;
  for (int64_t i = (int64_t{blockIdx.x} * element_threads + threadIdx.x) * width; i < n;
       i += int64_t{gridDim.x} * element_threads * width) {
    const P z = *reinterpret_cast<const P*>(logits + i), t = *reinterpret_cast<const P*>(targets + i);
    P losses, slopes;
#pragma unroll
    for (int k = 0; k < width; ++k) {
      const Vec<T> value(z.v[k]), target(t.v[k]);
      losses.v[k] = ((max(value, Vec<T>(T(0))) - value * target) + log1p(exp(-abs(value)))).v;
      slopes.v[k] = (sigmoid(value) - target).v;
    }
    *reinterpret_cast<P*>(loss + i) = losses;
    *reinterpret_cast<P*>(slope + i) = slopes;
  }
}

template <class T>
void sigmoid_map(const Launch& call) {
  constexpr int width = static_cast<int>(16 / sizeof(T));
  const int64_t n = call.in[0].size();
  if (n == 0) return;
  const T *const logits = call.in[0].data<T>(), *const targets = call.in[1].data<T>();
  T *const loss = call.out[0].data<T>(), *const slope = call.out[1].data<T>();
  if (n % width == 0 && aligned(logits, 16) && aligned(targets, 16) && aligned(loss, 16) && aligned(slope, 16)) {
    submit(sigmoid_elements<T, width>, block_count(n, element_threads * width), element_threads, n, logits, targets,
           loss, slope);
  } else {
    submit(sigmoid_elements<T, 1>, block_count(n, element_threads), element_threads, n, logits, targets, loss, slope);
  }
}

}  // namespace

void softmax_cross_entropy_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return label_map<float>(call);
  label_map<double>(call);
}

void softmax_cross_entropy_dense_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return dense_map<float>(call);
  dense_map<double>(call);
}

void sigmoid_cross_entropy_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return sigmoid_map<float>(call);
  sigmoid_map<double>(call);
}

}  // namespace hebb::cuda

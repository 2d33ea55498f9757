// Sums and extremes of rows by one warp, in the order of the CPU (native/ops/reduce.cpu.h, softmax.cpu.h), so that the
// bits are the same: there a run of float or int32 is folded into 4 vectors of 16 lanes (double: 8) and these by a
// fixed tree, or into one vector. Here lane l of the warp reads elements l, l + 32, ...
#pragma once

#include "launch.cuh"
#include "row_numbers.cuh"
#include "simd_cuda.h"

namespace hebb::cuda {
namespace {

constexpr int row_threads = 128;  // of a kernel with a warp per row
constexpr int row_warps = row_threads / warp;

// The row of this warp; all its lanes go on or return together.
__device__ __forceinline__ int64_t row_of_warp() { return int64_t{blockIdx.x} * row_warps + threadIdx.x / warp; }
__device__ __forceinline__ int lane_of_warp() { return static_cast<int>(threadIdx.x % warp); }

struct SumFold {
  template <class T>
  static HEBB_INLINE T identity() {
    return T(0);
  }
  template <class T>
  static HEBB_INLINE T fold(T a, T b) {
    return (Vec<T>(a) + Vec<T>(b)).v;
  }
};
struct ProdFold {
  template <class T>
  static HEBB_INLINE T identity() {
    return T(1);
  }
  template <class T>
  static HEBB_INLINE T fold(T a, T b) {
    return (Vec<T>(a) * Vec<T>(b)).v;
  }
};
struct MaxFold {
  template <class T>
  static HEBB_INLINE T identity() {
    if constexpr (__is_same(T, int32_t))
      return -2147483647 - 1;
    else
      return -Real<T>::infinity;
  }
  template <class T>
  static HEBB_INLINE T fold(T a, T b) {
    return max(Vec<T>(a), Vec<T>(b)).v;
  }
};
struct MinFold {
  template <class T>
  static HEBB_INLINE T identity() {
    if constexpr (__is_same(T, int32_t))
      return 2147483647;
    else
      return Real<T>::infinity;
  }
  template <class T>
  static HEBB_INLINE T fold(T a, T b) {
    return min(Vec<T>(a), Vec<T>(b)).v;
  }
};

template <class F, class T>
__device__ __forceinline__ T fold_down(T value, int distance) {
  return F::fold(value, __shfl_down_sync(all_lanes, value, distance));
}

// The lanes of one CPU vector, lanes i and i + 8, then + 4, + 2, + 1 (double: from 4), in the first lanes of the warp.
template <class F, class T>
__device__ __forceinline__ T fold_lanes(T value) {
  if constexpr (sizeof(T) == 4) value = fold_down<F>(value, 8);
  value = fold_down<F>(value, 4);
  value = fold_down<F>(value, 2);
  value = fold_down<F>(value, 1);
  return __shfl_sync(all_lanes, value, 0);
}

// Folds a run in 4 vectors: add() takes the elements lane + 32 k of the run in the order of k; `odd` says whether k is.
template <class F, class T>
struct RunFold {
  T even = F::template identity<T>(), odd = F::template identity<T>();
  __device__ __forceinline__ void add(T value, bool is_odd) {
    if (sizeof(T) == 4 && is_odd)
      odd = F::fold(odd, value);
    else
      even = F::fold(even, value);
  }
  // In every lane of the warp.
  __device__ __forceinline__ T result() const {
    if constexpr (sizeof(T) == 4) {
      // vectors 0, 1 are the halves of `even`, 2 and 3 those of `odd`
      return fold_lanes<F>(F::fold(fold_down<F>(even, 16), fold_down<F>(odd, 16)));
    } else {
      // four vectors of 8 lanes side by side
      return fold_lanes<F>(fold_down<F>(fold_down<F>(even, 8), 16));
    }
  }
};

// load(i) for i in [0, n), folded in 4 vectors. The next elements are on their way while the last ones are added.
template <class F, class T, class Load>
__device__ __forceinline__ T fold_run(int64_t n, const Load& load) {
  constexpr int unroll = 16, step = unroll * warp;
  RunFold<F, T> run;
  int64_t i = lane_of_warp();
  const int64_t whole = n / step * step;
  T values[unroll], next[unroll];
  if (whole > 0) {
#pragma unroll
    for (int k = 0; k < unroll; ++k) next[k] = load(i + k * warp);
  }
  for (int64_t base = 0; base < whole; base += step) {
    i += step;
#pragma unroll
    for (int k = 0; k < unroll; ++k) values[k] = next[k];
    if (base + step < whole) {
#pragma unroll
      for (int k = 0; k < unroll; ++k) next[k] = load(i + k * warp);
    }
#pragma unroll
    for (int k = 0; k < unroll; ++k) run.add(values[k], k & 1);
  }
  const int left = static_cast<int>(n - whole);
#pragma unroll
  for (int k = 0; k < unroll; ++k) {
    if (k * warp >= left) break;
    run.add(k * warp + lane_of_warp() < left ? load(i + k * warp) : F::template identity<T>(), k & 1);
  }
  __syncwarp();
  return run.result();
}

// load(i) for i in [0, n), folded one after the other; n >= 1.
template <class F, class T, class Load>
__device__ __forceinline__ T fold_in_order(int64_t n, const Load& load) {
  T total = load(0);
  for (int64_t base = 0; base < n; base += warp) {
    const int count = static_cast<int>(n - base < warp ? n - base : warp);
    const T value = load(base + (lane_of_warp() < count ? lane_of_warp() : 0));
    for (int j = base == 0 ? 1 : 0; j < count; ++j) total = F::fold(total, __shfl_sync(all_lanes, value, j));
  }
  return total;
}

// A sum in one vector, as the CPU's exp_row: add() takes the elements lane + 32 k in the order of k, 0 beyond the end.
template <class T>
struct VectorSum {
  T sum = T(0);
  __device__ __forceinline__ void add(T value) {
    if constexpr (sizeof(T) == 4) {
      const T high = __shfl_down_sync(all_lanes, value, 16);
      sum = sum + value;
      sum = sum + high;
    } else {
      const T second = __shfl_down_sync(all_lanes, value, 8), third = __shfl_down_sync(all_lanes, value, 16),
              fourth = __shfl_down_sync(all_lanes, value, 24);
      sum = sum + value;
      sum = sum + second;
      sum = sum + third;
      sum = sum + fourth;
    }
  }
  __device__ __forceinline__ T result() const { return fold_lanes<SumFold>(sum); }
};

// What every thread of a block brings, folded by a fixed tree; the result in every thread. Waits for the block, also
// before it uses `shared`, of 33 elements.
template <class F, class T>
__device__ __forceinline__ T fold_block(T value, T* shared) {
  for (int distance = 16; distance > 0; distance /= 2) value = fold_down<F>(value, distance);
  __syncthreads();
  if (lane_of_warp() == 0) shared[threadIdx.x / warp] = value;
  __syncthreads();
  if (threadIdx.x < warp) {
    const int warps = static_cast<int>(blockDim.x / warp);
    value = lane_of_warp() < warps ? shared[lane_of_warp()] : F::template identity<T>();
    for (int distance = 16; distance > 0; distance /= 2) value = fold_down<F>(value, distance);
    if (threadIdx.x == 0) shared[warp] = value;
  }
  __syncthreads();
  return shared[warp];
}

// Rows of up to lanes * items elements in registers: thread `lane` of a row has its elements lane + lanes k, of `rows`
// rows at a time. Up to 32 lanes the order of additions is the CPU's; a whole block adds by a fixed tree of its own.
// `blocks` of a multiprocessor leave each thread its registers.
template <class T, int lanes_, int items_, int blocks_ = 8, int rows_ = 1>
struct RowShape {
  static constexpr int lanes = lanes_, items = items_, blocks = blocks_, rows = rows_;
  static constexpr int threads = lanes <= warp ? 128 : lanes, side_by_side = threads / lanes;
  static constexpr int group = items < 2 ? items : 2;  // items that are computed together
  static __device__ __forceinline__ int lane() { return static_cast<int>(threadIdx.x % lanes); }
  // How many of n elements are this thread's: those of k below.
  static __device__ __forceinline__ int own(int n) {
    return static_cast<int>(static_cast<unsigned>(n - lane() + lanes - 1) / lanes);
  }
  // Which of `count` rows is number r of this thread; what is left over does the last again.
  static __device__ __forceinline__ int64_t row(int r, int64_t count) {
    const int64_t row = (int64_t{blockIdx.x} * rows + r) * side_by_side + threadIdx.x / lanes;
    return row < count ? row : count - 1;
  }
  static int64_t blocks_for(int64_t count) { return (count + rows * side_by_side - 1) / (rows * side_by_side); }
};

// Calls start(RowShape) with the shape for rows of n elements, of each of which a thread holds `held` values; false
// when they are too long for registers.
template <class T, int held, class Start>
bool by_row_shape(int64_t n, const Start& start) {
  constexpr int items = static_cast<int>(128 / sizeof(T)), words = static_cast<int>(held * sizeof(T) / 4);
  constexpr bool small = words == 1;
  constexpr int wide_items = small ? items : items / 2, widest = small ? 1024 : 512;
  if (n <= 16) {
    start(RowShape < T, 16, 1, small ? 8 : 4, 4 > ());
  } else if (n <= 4 * warp) {
    start(RowShape < T, warp, 4, small ? 8 : 4 > ());
  } else if (n <= items * warp) {
    start(RowShape < T, warp, items, small ? 6 : 4 > ());
  } else if (n <= wide_items * 256) {
    start(RowShape < T, 256, wide_items, small ? 3 : 2 > ());
  } else if (n <= wide_items * widest) {
    start(RowShape<T, widest, wide_items, 1>());
  } else {
    return false;
  }
  return true;
}

// The elements of a row that this thread has; `beyond` its end.
template <class Shape, class T>
__device__ __forceinline__ void load_row(const T* row, int n, T beyond, T* values) {
  const int own = Shape::own(n);
  row += Shape::lane();
#pragma unroll
  for (int k = 0; k < Shape::items; ++k) {
    values[k] = k < own ? row[k * Shape::lanes] : beyond;
  }
}

// body(k) for every k with k * lanes < n, and a few more; groups without a branch inside.
template <class Shape, class Body>
__device__ __forceinline__ void each_item(int n, const Body& body) {
#pragma unroll
  for (int first = 0; first < Shape::items; first += Shape::group) {
    if (first * Shape::lanes >= n) break;
#pragma unroll
    for (int k = first; k < first + Shape::group; ++k) body(k);
  }
}

struct LargestFold {
  template <class T>
  static HEBB_INLINE T identity() {
    return -Real<T>::infinity;
  }
  template <class T>
  static HEBB_INLINE T fold(T a, T b) {
    return lane_at_least(a, b);
  }
};

template <class Shape, class T>
__device__ __forceinline__ T row_largest(const T* values) {
  T top = values[0];
#pragma unroll
  for (int k = 1; k < Shape::items; ++k) top = lane_at_least(top, values[k]);
  if constexpr (Shape::lanes <= warp) {
#pragma unroll
    for (int distance = Shape::lanes / 2; distance > 0; distance /= 2) {
      top = lane_at_least(top, __shfl_xor_sync(all_lanes, top, distance));
    }
    return top;
  } else {
    __shared__ T shared[warp + 1];
    return fold_block<LargestFold>(top, shared);
  }
}

// element(k) for every k with k * lanes < n, added as in one vector (exp_row of the CPU) or, `run`, as in four
// (fold_run); 0 beyond the end.
template <class Shape, class T, bool run, class Element>
__device__ __forceinline__ T row_sum(int n, const Element& element) {
  if constexpr (Shape::lanes == warp) {
    VectorSum<T> vector;
    RunFold<SumFold, T> vectors;
    each_item<Shape>(n, [&](int k) {
      if constexpr (run)
        vectors.add(element(k), k & 1);
      else
        vector.add(element(k));
    });
    return run ? vectors.result() : vector.result();
  } else if constexpr (Shape::lanes < warp) {  // 16 elements at most: both orders are the same
    static_assert(Shape::lanes == 16 && Shape::items == 1);
    const T value = element(0);
    T sum = T(0) + value;
    if constexpr (sizeof(T) == 8) sum = sum + __shfl_down_sync(all_lanes, value, 8);
#pragma unroll
    for (int distance = sizeof(T) == 4 ? 8 : 4; distance > 0; distance /= 2) {
      sum = sum + __shfl_down_sync(all_lanes, sum, distance);
    }
    return __shfl_sync(all_lanes, sum, lane_of_warp() / 16 * 16);
  } else {
    __shared__ T shared[warp + 1];
    T sum = T(0);
    each_item<Shape>(n, [&](int k) { sum = sum + element(k); });
    return fold_block<SumFold>(sum, shared);
  }
}

// Whether the elements of a row are near the largest for all that compute it together; a NaN is not.
template <class Shape, class T>
__device__ __forceinline__ bool row_is_near(const T* values, T largest, int n) {
  const int own = Shape::own(n);
  T smallest = largest;
#pragma unroll
  for (int k = 0; k < Shape::items; ++k) {
    if (k < own) smallest = values[k] < smallest ? values[k] : smallest;
  }
  const bool near = smallest - largest >= NearNumbers<T>::least;
  if constexpr (Shape::lanes <= warp) return __all_sync(all_lanes, near);
  return __syncthreads_and(near);
}

// The same for all rows of a thread, whose largest elements it stores.
template <class Shape, class T>
__device__ __forceinline__ bool rows_are_near(const T (&values)[Shape::rows][Shape::items], int n, T* largest) {
  bool near = true;
#pragma unroll
  for (int r = 0; r < Shape::rows; ++r) {
    largest[r] = row_largest<Shape>(values[r]);
    near = row_is_near<Shape>(values[r], largest[r], n) && near;
  }
  return near;
}

}  // namespace
}  // namespace hebb::cuda

// argmax, argmin: [outer, n, inner] of any strides -> int32 [outer, inner], the first position of the extreme; a NaN is
// the extreme. A warp searches a piece of a line, a second kernel compares the pieces. Where there are many lines side
// by side in memory, a thread searches each.
#include "arg_reduce.h"

#include "../cuda/rows.cuh"

namespace hebb::cuda {
namespace {

template <bool largest, class T>
__device__ __forceinline__ bool beats(T a, T b) {
  if (b != b) return false;
  if (a != a) return true;
  return largest ? a > b : a < b;
}

template <class T>
struct Candidate {
  T value;
  int64_t position;
};
// Of two candidates the better, of equals the one that stands first.
template <bool largest, class T>
__device__ __forceinline__ Candidate<T> better(Candidate<T> a, Candidate<T> b) {
  if (beats<largest>(a.value, b.value)) return a;
  if (beats<largest>(b.value, a.value)) return b;
  return a.position < b.position ? a : b;
}

template <bool largest, class T>
__device__ __forceinline__ Candidate<T> best_of_warp(Candidate<T> best) {
  for (int distance = 16; distance > 0; distance /= 2) {
    const Candidate<T> other{__shfl_xor_sync(all_lanes, best.value, distance),
                             __shfl_xor_sync(all_lanes, best.position, distance)};
    best = better<largest>(best, other);
  }
  return best;
}

// Of the elements lane, lane + 32, ... of `count`; a read beyond the end is of the last one, which is then offered
// twice.
template <bool largest, class T, class Step>
__device__ __forceinline__ Candidate<T> best_of_lane(const T* x, int count, Step step) {
  constexpr int unroll = 16;  // on their way at once
  const auto inside = [=](int i) { return i < count ? i : count - 1; };
  int best = inside(lane_of_warp());
  T top = x[best * static_cast<int64_t>(step)];
  for (int first = lane_of_warp(); first < count; first += unroll * warp) {
    T values[unroll];
#pragma unroll
    for (int k = 0; k < unroll; ++k) values[k] = x[inside(first + k * warp) * static_cast<int64_t>(step)];
#pragma unroll
    for (int k = 0; k < unroll; ++k) {
      const bool better = beats<largest>(values[k], top);
      top = better ? values[k] : top;
      best = better ? inside(first + k * warp) : best;
    }
  }
  __syncwarp();
  return {top, best};
}

struct Lines {
  int64_t lines, inner, n, outer_step, step, inner_step;
  int64_t piece, pieces;
  __device__ int64_t start(int64_t line) const {
    const int64_t outer = divide(line, inner);
    return outer * outer_step + (line - outer * inner) * inner_step;
  }
};

template <bool largest, class T>
__global__ void __launch_bounds__(row_threads)
    search_pieces(const __grid_constant__ Lines l, const T* x, int32_t* found) {
  const int64_t item = row_of_warp();
  if (item >= l.lines * l.pieces) return;
  const int64_t line = divide(item, l.pieces), begin = (item - line * l.pieces) * l.piece;
  const int64_t end = l.n - begin < l.piece ? l.n : begin + l.piece;
  const T* const source = x + l.start(line);
  const int count = static_cast<int>(end - begin);
  Candidate<T> best = l.step == 1 ? best_of_lane<largest>(source + begin, count, std::integral_constant<int, 1>())
                                  : best_of_lane<largest>(source + begin * l.step, count, l.step);
  best.position += begin;
  best = best_of_warp<largest>(best);
  if (lane_of_warp() == 0) found[item] = static_cast<int32_t>(best.position);
}

template <bool largest, class T>
__global__ void __launch_bounds__(row_threads)
    compare_pieces(const __grid_constant__ Lines l, const T* x, const int32_t* found, int32_t* out) {
  const int64_t line = row_of_warp();
  if (line >= l.lines) return;
  const T* const source = x + l.start(line);
  found += line * l.pieces;
  Candidate<T> best{source[found[0] * l.step], found[0]};
  for (int64_t i = lane_of_warp(); i < l.pieces; i += warp) {
    const int64_t position = found[i];
    best = better<largest>(best, {source[position * l.step], position});
  }
  __syncwarp();
  best = best_of_warp<largest>(best);
  if (lane_of_warp() == 0) out[line] = static_cast<int32_t>(best.position);
}

template <bool largest, class T>
__global__ void __launch_bounds__(row_threads)
    search_columns(const __grid_constant__ Lines l, const T* x, int32_t* out) {
  const int64_t line = int64_t{blockIdx.x} * row_threads + threadIdx.x;
  if (line >= l.lines) return;
  const T* const source = x + l.start(line);
  Candidate<T> best{source[0], 0};
#pragma unroll 8
  for (int64_t i = 1; i < l.n; ++i) {
    const T value = source[i * l.step];
    if (beats<largest>(value, best.value)) best = {value, i};
  }
  out[line] = static_cast<int32_t>(best.position);
}

template <bool largest, class T>
void arg_map(const Launch& call) {
  const Tensor& x = call.in[0];
  Lines l;
  l.inner = x.dim(2);
  l.lines = x.dim(0) * l.inner;
  if (l.lines == 0) return;
  l.n = x.dim(1);
  l.outer_step = x.strides()[0];
  l.step = x.strides()[1];
  l.inner_step = x.strides()[2];
  const T* const source = x.data<T>();
  int32_t* const target = call.out[0].data<int32_t>();
  if (l.step != 1 && (l.lines >= 4096 || l.n <= 64)) {
    l.piece = l.n;
    l.pieces = 1;
    return submit(search_columns<largest, T>, (l.lines + row_threads - 1) / row_threads, row_threads, l, source,
                  target);
  }
  l.piece = 4096;
  while ((l.n + l.piece - 1) / l.piece > 2048) l.piece *= 2;
  l.pieces = (l.n + l.piece - 1) / l.piece;
  const auto blocks = [](int64_t items) { return (items + row_warps - 1) / row_warps; };
  if (l.pieces == 1) return submit(search_pieces<largest, T>, blocks(l.lines), row_threads, l, source, target);
  auto* const found = reinterpret_cast<int32_t*>(scratch(l.lines * l.pieces * 4));
  submit(search_pieces<largest, T>, blocks(l.lines * l.pieces), row_threads, l, source, found);
  submit(compare_pieces<largest, T>, blocks(l.lines), row_threads, l, source, found, target);
}

template <bool largest>
void arg_by_dtype(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return arg_map<largest, float>(call);
  if (call.in[0].dtype() == Dtype::float64) return arg_map<largest, double>(call);
  arg_map<largest, int32_t>(call);
}

}  // namespace

void argmax_kernel(const Launch& call) { arg_by_dtype<true>(call); }
void argmin_kernel(const Launch& call) { arg_by_dtype<false>(call); }

}  // namespace hebb::cuda

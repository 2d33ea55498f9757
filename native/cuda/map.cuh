// The loop under every element-wise kernel: out = f(a, b, c), up to three inputs, broadcast and strided. Where every
// operand is contiguous (or one repeated value) a thread handles 16 bytes of the widest operand at once; elsewhere it
// handles as many elements, neighbouring threads neighbouring elements. Inputs may be the output itself.
#pragma once

#include "../core/random.h"
#include "launch.cuh"

namespace hebb::cuda {
namespace {

#include "../cpu/loop_shape.h"

constexpr int map_threads = 256;
constexpr int64_t map_limit = int64_t{1} << 30;  // elements of one kernel, so that an index is 32 bits

// x / divisor for x < 2^31 by a multiplication (Granlund and Montgomery 1994).
struct Divider {
  uint32_t divisor, magic, shift;
};
inline Divider divider(int64_t divisor) {
  uint32_t shift = 0;
  while ((int64_t{1} << shift) < divisor) ++shift;
  const uint64_t d = static_cast<uint64_t>(divisor);
  const uint64_t magic = ((uint64_t{1} << 32) * ((uint64_t{1} << shift) - d)) / d + 1;
  return {static_cast<uint32_t>(d), static_cast<uint32_t>(magic), shift};
}
__device__ __forceinline__ uint32_t divide(uint32_t x, const Divider& d) {
  return (__umulhi(x, d.magic) + x) >> d.shift;
}

struct MapLoop {
  uint32_t total;
  int32_t rank;
  bool flat;  // rank 1, strides 0 or 1 (the output's 1), aligned
  Divider dims[max_rank];
  int64_t strides[4][max_rank];  // operand 0 is the output
};

template <class T, int width>
__device__ __forceinline__ Pack<T, width> load_pack(const MapLoop& loop, int operand, const T* x, bool whole,
                                                    uint32_t first) {
  Pack<T, width> pack;
  if (whole) {
    if (loop.strides[operand][0]) return *reinterpret_cast<const Pack<T, width>*>(x + first + threadIdx.x * width);
    const T value = x[0];
#pragma unroll
    for (int k = 0; k < width; ++k) pack.v[k] = value;
    return pack;
  }
#pragma unroll
  for (int k = 0; k < width; ++k) {
    uint32_t position = first + k * map_threads + threadIdx.x;
    if (position >= loop.total) {
      pack.v[k] = T();
      continue;
    }
    int64_t offset = 0;
    for (int axis = loop.rank - 1; axis > 0; --axis) {
      const uint32_t outer = divide(position, loop.dims[axis]);
      offset += (position - outer * loop.dims[axis].divisor) * loop.strides[operand][axis];
      position = outer;
    }
    pack.v[k] = x[offset + position * loop.strides[operand][0]];
  }
  return pack;
}

template <class T, int width>
__device__ __forceinline__ void store_pack(const MapLoop& loop, T* out, bool whole, uint32_t first,
                                           const Pack<T, width>& pack) {
  if (whole) {
    *reinterpret_cast<Pack<T, width>*>(out + first + threadIdx.x * width) = pack;
    return;
  }
#pragma unroll
  for (int k = 0; k < width; ++k) {
    uint32_t position = first + k * map_threads + threadIdx.x;
    if (position >= loop.total) return;
    int64_t offset = 0;
    for (int axis = loop.rank - 1; axis > 0; --axis) {
      const uint32_t outer = divide(position, loop.dims[axis]);
      offset += (position - outer * loop.dims[axis].divisor) * loop.strides[0][axis];
      position = outer;
    }
    out[offset + position * loop.strides[0][0]] = pack.v[k];
  }
}

template <int inputs, int width, class F, class Out, class A, class B, class C>
__global__ void __launch_bounds__(map_threads) map_elements(const __grid_constant__ MapLoop loop, const F f, Out* out,
                                                            const A* a_data, const B* b_data, const C* c_data) {
  const uint32_t first = blockIdx.x * (map_threads * width);
  const bool whole = loop.flat && first + map_threads * width <= loop.total;
  Pack<Out, width> result;
  Pack<A, width> a;
  Pack<B, width> b;
  Pack<C, width> c;
  if constexpr (inputs >= 1) a = load_pack<A, width>(loop, 1, a_data, whole, first);
  if constexpr (inputs >= 2) b = load_pack<B, width>(loop, 2, b_data, whole, first);
  if constexpr (inputs >= 3) c = load_pack<C, width>(loop, 3, c_data, whole, first);
#pragma unroll
  for (int k = 0; k < width; ++k) {
    if constexpr (inputs == 0) result.v[k] = f();
    if constexpr (inputs == 1) result.v[k] = f(a.v[k]);
    if constexpr (inputs == 2) result.v[k] = f(a.v[k], b.v[k]);
    if constexpr (inputs == 3) result.v[k] = f(a.v[k], b.v[k], c.v[k]);
  }
  store_pack<Out, width>(loop, out, whole, first, result);
}

template <int inputs, int width, class F, class Out, class A, class B, class C>
void map_range(LoopShape shape, const F& f, Out* out, const A* a, const B* b, const C* c) {
  int64_t total = 1;
  for (int i = 0; i < shape.rank; ++i) total *= shape.dims[i];
  if (total > map_limit) {  // in two halves, along the first dimension that can be halved
    int axis = 0;
    while (shape.dims[axis] < 2) ++axis;
    const int64_t half = shape.dims[axis] / 2 < 64 ? shape.dims[axis] / 2 : shape.dims[axis] / 128 * 64;
    LoopShape rest = shape;
    shape.dims[axis] = half;
    rest.dims[axis] -= half;
    map_range<inputs, width>(shape, f, out, a, b, c);
    map_range<inputs, width>(rest, f, out + half * shape.strides[0][axis], a + half * shape.strides[1][axis],
                             b + half * shape.strides[2][axis], c + half * shape.strides[3][axis]);
    return;
  }
  MapLoop loop{};
  loop.total = static_cast<uint32_t>(total);
  loop.rank = shape.rank;
  for (int i = 0; i < shape.rank; ++i) {
    loop.dims[i] = divider(shape.dims[i]);
    for (int k = 0; k <= inputs; ++k) loop.strides[k][i] = shape.strides[k][i];
  }
  loop.flat = shape.rank == 1 && shape.strides[0][0] == 1 && aligned(out, sizeof(Out) * width);
  const auto flat = [&](int operand, const void* data, int64_t bytes) {
    const int64_t stride = shape.strides[operand][0];
    return stride == 0 || (stride == 1 && aligned(data, bytes));
  };
  if (inputs >= 1) loop.flat = loop.flat && flat(1, a, sizeof(A) * width);
  if (inputs >= 2) loop.flat = loop.flat && flat(2, b, sizeof(B) * width);
  if (inputs >= 3) loop.flat = loop.flat && flat(3, c, sizeof(C) * width);
  submit(map_elements<inputs, width, F, Out, A, B, C>, (total + map_threads * width - 1) / (map_threads * width),
         map_threads, loop, f, out, a, b, c);
}

// out[0] = f(in...), element by element; f is a function object of the device.
template <int inputs, class Out, class A = uint8_t, class B = uint8_t, class C = uint8_t, class F>
void map(const Launch& call, const F& f) {
  const Tensor& out = call.out[0];
  if (out.size() == 0) return;
  constexpr size_t ab = sizeof(A) > sizeof(B) ? sizeof(A) : sizeof(B),
                   oc = sizeof(Out) > sizeof(C) ? sizeof(Out) : sizeof(C);
  constexpr int width = static_cast<int>(16 / (ab > oc ? ab : oc));
  LoopShape shape = collapse(out, call.in, inputs);
  for (int k = inputs + 1; k < 4; ++k) {
    for (int i = 0; i < shape.rank; ++i) shape.strides[k][i] = 0;
  }
  map_range<inputs, width>(shape, f, out.data<Out>(), inputs >= 1 ? call.in[0].data<A>() : nullptr,
                           inputs >= 2 ? call.in[1].data<B>() : nullptr, inputs >= 3 ? call.in[2].data<C>() : nullptr);
}

}  // namespace
}  // namespace hebb::cuda

// The loop under every element-wise kernel: out = f(a, b, c), up to three inputs, broadcast and strided. Where every
// operand is contiguous (or one repeated value) along the last dimension, a thread handles a pack: 16 bytes of the
// widest operand at once. Elsewhere it handles as many elements, neighbouring threads neighbouring elements. Inputs may
// be the output itself.
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
  bool packed;    // the last dimension goes by packs of `width`; with rank > 1 its size in dims counts packs
  bool plain[4];  // the operand's elements lie one after the other in the order of the loop
  Divider dims[max_rank];
  int64_t strides[4][max_rank];  // in elements; operand 0 is the output
};

// Where an operand has element (or pack) `position` of the loop.
template <int unit>
__device__ __forceinline__ int64_t locate(const MapLoop& loop, int operand, uint32_t position) {
  if (loop.plain[operand]) return int64_t{position} * unit;
  const int last = loop.rank - 1;
  int64_t offset = 0;
  for (int axis = last; axis > 0; --axis) {
    const uint32_t outer = divide(position, loop.dims[axis]), index = position - outer * loop.dims[axis].divisor;
    offset += index * (axis == last ? unit * loop.strides[operand][axis] : loop.strides[operand][axis]);
    position = outer;
  }
  return offset + position * (last == 0 ? unit * loop.strides[operand][0] : loop.strides[operand][0]);
}

template <class T, int width>
__device__ __forceinline__ Pack<T, width> load_pack(const MapLoop& loop, int operand, const T* x, bool packs,
                                                    uint32_t first) {
  Pack<T, width> pack;
  if (packs) {
    x += locate<width>(loop, operand, first / width + threadIdx.x);
    if (loop.strides[operand][loop.rank - 1]) return *reinterpret_cast<const Pack<T, width>*>(x);
    const T value = *x;
#pragma unroll
    for (int k = 0; k < width; ++k) pack.v[k] = value;
    return pack;
  }
#pragma unroll
  for (int k = 0; k < width; ++k) {
    const uint32_t position = first + k * map_threads + threadIdx.x;
    pack.v[k] = position < loop.total ? x[locate<1>(loop, operand, position)] : T();
  }
  return pack;
}

template <class T, int width>
__device__ __forceinline__ void store_pack(const MapLoop& loop, T* out, bool packs, uint32_t first,
                                           const Pack<T, width>& pack) {
  if (packs) {
    *reinterpret_cast<Pack<T, width>*>(out + locate<width>(loop, 0, first / width + threadIdx.x)) = pack;
    return;
  }
#pragma unroll
  for (int k = 0; k < width; ++k) {
    const uint32_t position = first + k * map_threads + threadIdx.x;
    if (position < loop.total) out[locate<1>(loop, 0, position)] = pack.v[k];
  }
}

template <int inputs, int width, class F, class Out, class A, class B, class C>
__global__ void __launch_bounds__(map_threads) map_elements(const __grid_constant__ MapLoop loop, const F f, Out* out,
                                                            const A* a_data, const B* b_data, const C* c_data) {
  const uint32_t first = blockIdx.x * (map_threads * width);
  // The elements that do not fill a pack are in the last block, which then goes by elements.
  const bool packs = loop.packed && (first + map_threads * width <= loop.total || loop.total % width == 0);
  if (packs && first + threadIdx.x * width >= loop.total) return;
  Pack<Out, width> result;
  Pack<A, width> a;
  Pack<B, width> b;
  Pack<C, width> c;
  if constexpr (inputs >= 1) a = load_pack<A, width>(loop, 1, a_data, packs, first);
  if constexpr (inputs >= 2) b = load_pack<B, width>(loop, 2, b_data, packs, first);
  if constexpr (inputs >= 3) c = load_pack<C, width>(loop, 3, c_data, packs, first);
#pragma unroll
  for (int k = 0; k < width; ++k) {
    if constexpr (inputs == 0) result.v[k] = f();
    if constexpr (inputs == 1) result.v[k] = f(a.v[k]);
    if constexpr (inputs == 2) result.v[k] = f(a.v[k], b.v[k]);
    if constexpr (inputs == 3) result.v[k] = f(a.v[k], b.v[k], c.v[k]);
  }
  store_pack<Out, width>(loop, out, packs, first, result);
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
  const int last = shape.rank - 1;
  const void* const data[4] = {out, a, b, c};
  const int64_t bytes[4] = {sizeof(Out), sizeof(A), sizeof(B), sizeof(C)};
  loop.packed = shape.strides[0][last] == 1 && (last == 0 || shape.dims[last] % width == 0);
  for (int k = 0; k <= inputs; ++k) {
    int64_t size = 1;
    loop.plain[k] = true;
    for (int i = last; i >= 0; --i) {
      loop.strides[k][i] = shape.strides[k][i];
      loop.plain[k] = loop.plain[k] && shape.strides[k][i] == size;
      size *= shape.dims[i];
    }
    if (loop.strides[k][last] == 0) continue;  // one value for a pack
    loop.packed = loop.packed && loop.strides[k][last] == 1 && aligned(data[k], bytes[k] * width);
    for (int i = 0; i < last; ++i) loop.packed = loop.packed && loop.strides[k][i] % width == 0;
  }
  for (int i = 0; i <= last; ++i) {
    loop.dims[i] = divider(loop.packed && i == last && last > 0 ? shape.dims[i] / width : shape.dims[i]);
  }
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

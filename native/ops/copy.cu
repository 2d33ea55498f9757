// fill: out[...] = value. copy: out[...] = in[...] between any layouts and types.
#include "copy.h"

#include "../cuda/map.cuh"

namespace hebb::cuda {
namespace {

#include "convert.h"

template <class T>
struct Constant {
  T value;
  __device__ T operator()() const { return value; }
};

template <class To, class From>
struct Convert {
  __device__ To operator()(From x) const { return convert<To>(x); }
};

// A copy whose input is contiguous along another dimension than its output: tiles of [64, 64], or where
// those are few [32, 32], are turned in shared memory, so that both sides are read and written in whole lines. The
// sides of a tile: `down`, along which the input is contiguous, and `across`, the output's last dimension.
constexpr int turn_threads = 256, turn_rows = turn_threads / warp;

struct Turn {
  int64_t down, across, down_tiles, across_tiles;
  int64_t in_across, out_down;  // the strides that are not 1
  int rest_rank;                // the other dimensions
  int64_t rest[max_rank], in_rest[max_rank], out_rest[max_rank];
};

template <int side, class T>
__global__ void __launch_bounds__(turn_threads) turn_tiles(const __grid_constant__ Turn t, const T* x, T* out) {
  __shared__ T tile[side][side + 1];
  const int64_t line = divide(blockIdx.x, t.across_tiles), across = (blockIdx.x - line * t.across_tiles) * side;
  int64_t block = divide(line, t.down_tiles);
  const int64_t down = (line - block * t.down_tiles) * side;
  for (int axis = t.rest_rank - 1; axis >= 0; --axis) {
    const int64_t outer = divide(block, t.rest[axis]), index = block - outer * t.rest[axis];
    x += index * t.in_rest[axis];
    out += index * t.out_rest[axis];
    block = outer;
  }
  const int lane = static_cast<int>(threadIdx.x % warp), first = static_cast<int>(threadIdx.x / warp);
  const auto each = [&](const auto& body) {
#pragma unroll
    for (int row = 0; row < side; row += turn_rows) {
#pragma unroll
      for (int column = 0; column < side; column += warp) body(first + row, lane + column);
    }
  };
  x += across * t.in_across + down;
  each([&](int i, int column) {
    if (down + column < t.down && across + i < t.across) tile[i][column] = x[i * t.in_across + column];
  });
  __syncthreads();
  out += down * t.out_down + across;
  each([&](int i, int column) {
    if (down + i < t.down && across + column < t.across) out[i * t.out_down + column] = tile[column][i];
  });
}

// Whether the copy was of this kind; then it is under way.
template <class T>
bool turned(const Launch& call) {
  const LoopShape loop = collapse(call.out[0], call.in, 1);
  const int last = loop.rank - 1;
  if (loop.strides[0][last] != 1 || loop.strides[1][last] <= 1 || loop.dims[last] < 8) return false;
  int side = last - 1;
  while (side >= 0 && (loop.strides[1][side] != 1 || loop.dims[side] < 8)) --side;
  if (side < 0) return false;
  Turn t;
  t.down = loop.dims[side];
  t.across = loop.dims[last];
  t.in_across = loop.strides[1][last];
  t.out_down = loop.strides[0][side];
  t.rest_rank = 0;
  int64_t rest = 1;
  for (int axis = 0; axis < last; ++axis) {
    if (axis == side) continue;
    t.rest[t.rest_rank] = loop.dims[axis];
    t.in_rest[t.rest_rank] = loop.strides[1][axis];
    t.out_rest[t.rest_rank++] = loop.strides[0][axis];
    rest *= loop.dims[axis];
  }
  const auto blocks = [&](int64_t side) {
    t.down_tiles = (t.down + side - 1) / side;
    t.across_tiles = (t.across + side - 1) / side;
    return rest * t.down_tiles * t.across_tiles;
  };
  const bool few = blocks(64) < 4 * current().processors;
  const int64_t count = blocks(few ? 32 : 64);
  if (count >= int64_t{1} << 31) return false;
  submit(few ? turn_tiles<32, T> : turn_tiles<64, T>, count, turn_threads, t, call.in[0].data<T>(),
         call.out[0].data<T>());
  return true;
}

bool turned(const Launch& call) {
  if (call.in[0].dtype() != call.out[0].dtype() || call.out[0].size() == 0) return false;
  const int64_t element = size_of(call.out[0].dtype());
  return element == 1 ? turned<uint8_t>(call) : element == 4 ? turned<uint32_t>(call) : turned<uint64_t>(call);
}

}  // namespace

void fill_kernel(const Launch& call) {
  const double value = call.get<FillAttributes>().value;
  dispatch(call.out[0].dtype(), [&](auto type) {
    using T = decltype(type);
    map<0, T>(call, Constant<T>{convert<T>(value)});
  });
}

void copy_kernel(const Launch& call) {
  if (turned(call)) return;
  dispatch(call.in[0].dtype(), [&](auto from) {
    using From = decltype(from);
    dispatch(call.out[0].dtype(), [&](auto to) {
      using To = decltype(to);
      map<1, To, From>(call, Convert<To, From>());
    });
  });
}

}  // namespace hebb::cuda

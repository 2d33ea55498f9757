// The first layer of a network in the kernel of phase `batch`: activation(x w + bias), the rows of x being those of a
// table, found by index. A block has 4 * group rows and 16 columns of the result and goes along k in steps; what it
// reads is on its way some steps ahead, past the registers. Every sum is one FMA chain in order of k, the order of the
// CPU: k cannot be cut in slices for several blocks, but a chain of 784 takes only 4 * 784 clocks.
#pragma once

#include "../cuda/picked_rows.cuh"
#include "../cuda/simd_cuda.h"

namespace hebb::cuda {
namespace {

struct FirstLayer {
  PickedRows x;
  const float *w, *bias;  // [x.columns, n], [n]
  float* out;             // [rows, n]
  int rows, n;
  unsigned tiles_n;
  bool relu;
  bool vectors;  // of 4 floats can be read from w
};

namespace layer {

constexpr int threads = 64, lanes = 16, row_lanes = threads / lanes;  // a thread for each column, a lane for each row
constexpr int depth = 4 * lanes, stages = 4;                          // a lane fetches four numbers of a row in a step
constexpr int weight_floats = stages * depth * lanes;
constexpr int pitch = depth + 4;  // of x: its rows do not meet in a bank

// The tiles of x, one for each step. A thread fetches four columns, from `column` on, of rows first, first + row_lanes
// and so on; `from` is where they are in the first step. Numbers are copied to where they are read...
template <int group, class T>
struct RowTiles {
  static constexpr int64_t floats = stages * group * row_lanes * pitch;
  const PickedRows& x;
  float* const own;  // [stages][rows][pitch], from the first row on
  const int column;

  __device__ RowTiles(const PickedRows& x, float* shared, int first, int column)
      : x(x), own(shared + first * pitch), column(column) {}
  __device__ float* tile(int step) const { return own + step % stages * group * row_lanes * pitch; }
  __device__ void fetch(int step, int r, const float* from, bool valid) const {
    const int count = valid ? x.columns - step * depth - column : 0;
    copy_picked(tile(step) + r * row_lanes * pitch + column, count > 0 ? from + step * depth : from, count, x.vectors);
  }
  __device__ void arrive(int, int, bool) const {}
};

// ...bytes to places of the thread's own, from where it brings them on.
template <int group>
struct RowTiles<group, uint8_t> {
  static constexpr int tile_floats = group * row_lanes * pitch;
  static constexpr int64_t floats = 2 * tile_floats + stages * group * threads;
  const PickedRows& x;
  float *const own, *const bytes;  // [2][rows][pitch], from the first row on; [stages][group][threads] of 4 bytes
  const int column;
  const float scale;

  __device__ RowTiles(const PickedRows& x, float* shared, int first, int column)
      : x(x),
        own(shared + first * pitch),
        bytes(shared + 2 * tile_floats + threadIdx.x),
        column(column),
        scale(*x.scale) {}
  __device__ float* tile(int step) const { return own + step % 2 * tile_floats; }
  __device__ float* place(int step, int r) const { return bytes + (step % stages * group + r) * threads; }
  __device__ void fetch(int step, int r, const uint8_t* from, bool valid) const {
    const bool inside = valid && step * depth + column < x.columns;
    copy_async(place(step, r), reinterpret_cast<const float*>(inside ? from + step * depth : from), inside);
  }
  __device__ void arrive(int step, int r, bool valid) const {
    *reinterpret_cast<Pack<float, 4>*>(tile(step) + r * row_lanes * pitch + column) =
        scaled(*reinterpret_cast<const PickedBytes*>(place(step, r)), scale, valid);
  }
};

template <int group, class T>
constexpr int64_t shared_floats = RowTiles<group, T>::floats + weight_floats;

}  // namespace layer

// `indices`: of the batch's rows in the table; nullptr if its start was out of range, then all are row 0.
template <int group, class T>
__device__ __forceinline__ void first_layer(const FirstLayer& f, const int32_t* indices, unsigned tile, Fault* fault) {
  using namespace layer;
  const int thread = static_cast<int>(threadIdx.x), lane = thread % lanes, first = thread / lanes;
  const int row0 = static_cast<int>(tile / f.tiles_n) * row_lanes * group + first;  // the others are row_lanes apart
  const int col0 = static_cast<int>(tile % f.tiles_n) * lanes, steps = (f.x.columns + depth - 1) / depth;
  float* const w_tiles = shared_memory();  // [stages][depth][lanes]
  const RowTiles<group, T> x_tiles(f.x, w_tiles + weight_floats, first, lane * 4);

  const auto fetch_weights_by = [&]<int width>(int step) {
    float* const to = w_tiles + step % stages * depth * lanes;
    constexpr int across = lanes / width, pace = threads / across;
    const int col = thread % across * width;
#pragma unroll 4
    for (int k = thread / across; k < depth; k += pace) {
      const bool inside = step * depth + k < f.x.columns && col0 + col < f.n;
      const float* const from = inside ? f.w + int64_t{step * depth + k} * f.n + col0 + col : f.w;
      if constexpr (width == 4)
        copy_async_4(to + k * lanes + col, from, inside ? 4 : 0);
      else
        copy_async(to + k * lanes + col, from, inside);
    }
  };
  const auto fetch_weights = [&](int step) {
    if (f.vectors) return fetch_weights_by.template operator()<4>(step);
    fetch_weights_by.template operator()<1>(step);
  };
#pragma unroll
  for (int step = 0; step < stages - 1; ++step) fetch_weights(step);

  const T* from[group];
  bool valid[group];
#pragma unroll
  for (int r = 0; r < group; ++r) {
    const int row = row0 + r * row_lanes;
    const int64_t index = row < f.rows && indices ? indices[row] : 0;
    valid[r] = f.x.has(index);
    if (!valid[r] && col0 + lane == 0) report_fault(fault, Fault::index, Op::gather, index, f.x.n);
    from[r] = f.x.row<T>(valid[r] ? index : 0) + lane * 4;
  }
  const auto fetch_rows = [&](int step) {
#pragma unroll
    for (int r = 0; r < group; ++r) x_tiles.fetch(step, r, from[r], valid[r]);
  };
#pragma unroll
  for (int step = 0; step < stages - 1; ++step) {
    fetch_rows(step);
    commit_copies();
  }

  float sums[group] = {};
  for (int step = 0; step < steps; ++step) {
    wait_copies<stages - 2>();
#pragma unroll
    for (int r = 0; r < group; ++r) x_tiles.arrive(step, r, valid[r]);
    __syncthreads();  // tile `step` is there for all, and nobody reads the one before any more
    if (step + stages - 1 < steps) {
      fetch_weights(step + stages - 1);
      fetch_rows(step + stages - 1);
    }
    commit_copies();
    const float *const x = x_tiles.tile(step), *const w = w_tiles + step % stages * depth * lanes + lane;
    const auto add = [&]<int count>(int k) {
      float weights[count];
#pragma unroll
      for (int i = 0; i < count; ++i) weights[i] = w[(k + i) * lanes];
#pragma unroll
      for (int r = 0; r < group; ++r) {
        const auto values = *reinterpret_cast<const Pack<float, count>*>(x + r * row_lanes * pitch + k);
#pragma unroll
        for (int i = 0; i < count; ++i) sums[r] = lane_fma(values.v[i], weights[i], sums[r]);
      }
    };
    const int left = f.x.columns - step * depth;
    if (left >= depth) {
#pragma unroll 4
      for (int k = 0; k < depth; k += 4) add.template operator()<4>(k);
    } else {
      int k = 0;
#pragma unroll 1
      for (; k + 4 <= left; k += 4) add.template operator()<4>(k);
#pragma unroll 1
      for (; k < left; ++k) add.template operator()<1>(k);
    }
  }

  if (col0 + lane >= f.n) return;
  const float bias = f.bias[col0 + lane];
#pragma unroll
  for (int r = 0; r < group; ++r) {
    const int row = row0 + r * row_lanes;
    if (row >= f.rows) return;
    const float value = sums[r] + bias;
    f.out[int64_t{row} * f.n + col0 + lane] = f.relu && value <= 0 ? 0 : value;
  }
}

// Rows for each thread, by an estimate of clocks per step of k: a processor reads shared memory for all its blocks in
// turn, and a chain of sums waits four clocks for itself.
inline int choose_group(int64_t rows, int64_t n, int processors) {
  constexpr struct {
    int group;
    double clocks;  // of a block's reads
  } shapes[] = {{1, 2.5}, {4, 4}, {8, 6}};
  int best = 0;
  double least = 0;
  for (const auto& shape : shapes) {
    const int64_t blocks = ((rows - 1) / (layer::row_lanes * shape.group) + 1) * ((n - 1) / layer::lanes + 1);
    const double read = static_cast<double>((blocks - 1) / processors + 1) * shape.clocks, clocks = read < 5 ? 5 : read;
    if (best == 0 || clocks < least) best = shape.group, least = clocks;
  }
  return best;
}

}  // namespace
}  // namespace hebb::cuda

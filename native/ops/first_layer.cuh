// The first layer of a network in the kernel of phase `batch`: activation(x w + bias), the rows of x being bytes of a
// table, found by index and scaled on the way. A block has 4 * group rows and 16 columns of the result and goes along k
// in steps; what it reads is on its way some steps ahead, past the registers. Every sum is one FMA chain in order of k,
// the order of the CPU: k cannot be cut in slices for several blocks, but a chain of 784 takes only 4 * 784 clocks.
#pragma once

#include "../cuda/async_copy.cuh"
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
constexpr int depth = 4 * lanes, stages = 4;                          // a lane fetches four bytes of a row in a step
constexpr int pitch = depth + 4;                                      // of x: its rows do not meet in a bank

constexpr int64_t shared_floats(int group) {
  return 2 * group * row_lanes * pitch + stages * (depth * lanes + group * threads);
}

}  // namespace layer

// `indices`: of the batch's rows in the table; nullptr if its start was out of range, then all are row 0.
template <int group>
__device__ __forceinline__ void first_layer(const FirstLayer& f, const int32_t* indices, unsigned tile, Fault* fault) {
  using namespace layer;
  const int thread = static_cast<int>(threadIdx.x), lane = thread % lanes, first = thread / lanes;
  const int row0 = static_cast<int>(tile / f.tiles_n) * row_lanes * group + first;  // the others are row_lanes apart
  const int col0 = static_cast<int>(tile % f.tiles_n) * lanes, steps = (f.x.columns + depth - 1) / depth;
  float* const x_tiles = shared_memory();                              // [2][rows][pitch]
  float* const w_tiles = x_tiles + 2 * group * row_lanes * pitch;      // [stages][depth][lanes]
  float* const own_bytes = w_tiles + stages * depth * lanes + thread;  // [stages][group][threads] of 4 bytes

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

  const PickedBytes* from[group];
  bool valid[group];
#pragma unroll
  for (int r = 0; r < group; ++r) {
    const int row = row0 + r * row_lanes;
    const int64_t index = row < f.rows && indices ? indices[row] : 0;
    valid[r] = f.x.has(index);
    if (!valid[r] && col0 + lane == 0) report_fault(fault, Fault::index, Op::gather, index, f.x.n);
    from[r] = f.x.at(valid[r] ? index : 0, lane * 4);
  }
  const auto fetch_bytes = [&](int step) {
    const bool inside = step * depth + lane * 4 < f.x.columns;
#pragma unroll
    for (int r = 0; r < group; ++r) {
      copy_async(own_bytes + (step % stages * group + r) * threads,
                 reinterpret_cast<const float*>(inside ? from[r] + step * lanes : from[r]), inside);
    }
  };
#pragma unroll
  for (int step = 0; step < stages - 1; ++step) {
    fetch_bytes(step);
    commit_copies();
  }

  const float scale = *f.x.scale;
  float sums[group] = {};
  for (int step = 0; step < steps; ++step) {
    wait_copies<stages - 2>();
    float* const x = x_tiles + (step % 2 * group * row_lanes + first) * pitch;
#pragma unroll
    for (int r = 0; r < group; ++r) {
      const float* const bytes = own_bytes + (step % stages * group + r) * threads;
      *reinterpret_cast<Pack<float, 4>*>(x + r * row_lanes * pitch + lane * 4) =
          scaled(*reinterpret_cast<const PickedBytes*>(bytes), scale, valid[r]);
    }
    __syncthreads();  // tile `step` is there for all, and nobody reads the one before any more
    if (step + stages - 1 < steps) {
      fetch_weights(step + stages - 1);
      fetch_bytes(step + stages - 1);
    }
    commit_copies();
    const float* const w = w_tiles + step % stages * depth * lanes + lane;
    const auto add_four = [&](int k) {
      float weights[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) weights[i] = w[(k + i) * lanes];
#pragma unroll
      for (int r = 0; r < group; ++r) {
        const auto values = *reinterpret_cast<const Pack<float, 4>*>(x + r * row_lanes * pitch + k);
#pragma unroll
        for (int i = 0; i < 4; ++i) sums[r] = lane_fma(values.v[i], weights[i], sums[r]);
      }
    };
    const int left = f.x.columns - step * depth;
    if (left >= depth) {
#pragma unroll 4
      for (int k = 0; k < depth; k += 4) add_four(k);
    } else {
      for (int k = 0; k < left; k += 4) add_four(k);
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

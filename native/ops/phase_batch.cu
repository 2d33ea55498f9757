// Phase `batch`: the next indices of a shuffled list, and the rows that they name gathered from up to four tensors, all
// in one launch. A bad start or index is noted as by the ops themselves.
#include "../cuda/launch.cuh"
#include "../cuda/phases.h"

namespace hebb::cuda {
namespace {

constexpr int batch_threads = 256, most_gathers = 4;

// Rows of `units` pieces of `width` bytes each; with a scale, bytes become floats.
struct BatchGather {
  const uint8_t* from;
  uint8_t* to;
  const float* scale;
  int64_t n, step;  // rows there are, bytes from one to the next
  int64_t units;
  int width;
  unsigned end_block;  // one past the last block that works on it
};
struct BatchOfRows {
  const int32_t *list, *start;
  int32_t* indices;  // those of this batch
  int64_t length, rows;
  int gathers;
  unsigned index_blocks;  // the first blocks copy the indices
  BatchGather gather[most_gathers];
};

template <class Unit>
__device__ void move_unit(uint8_t* to, const uint8_t* from, bool valid) {
  *reinterpret_cast<Unit*>(to) = valid ? *reinterpret_cast<const Unit*>(from) : Unit();
}

template <int width>
__device__ void scale_unit(float* to, const uint8_t* from, float scale, bool valid) {
  Pack<float, width> values{};
  if (valid) {
    const auto bytes = *reinterpret_cast<const Pack<uint8_t, width>*>(from);
#pragma unroll
    for (int k = 0; k < width; ++k) values.v[k] = static_cast<float>(bytes.v[k]) * scale;
  }
  *reinterpret_cast<Pack<float, width>*>(to) = values;
}

__global__ void __launch_bounds__(batch_threads) gather_batch(const __grid_constant__ BatchOfRows b, Fault* fault) {
  const int64_t start = *b.start;
  const bool listed = start >= 0 && start + b.rows <= b.length;
  if (blockIdx.x < b.index_blocks) {
    const int64_t row = int64_t{blockIdx.x} * batch_threads + threadIdx.x;
    if (row == 0 && !listed) report_fault(fault, Fault::index, Op::dynamic_slice, start, b.length - b.rows + 1);
    if (row < b.rows) b.indices[row] = listed ? b.list[start + row] : 0;
    return;
  }
  unsigned first = b.index_blocks;
  int which = 0;
  while (blockIdx.x >= b.gather[which].end_block) first = b.gather[which++].end_block;
  const BatchGather& g = b.gather[which];
  const int64_t item = int64_t{blockIdx.x - first} * batch_threads + threadIdx.x;
  if (item >= b.rows * g.units) return;
  const int64_t row = divide(item, g.units), unit = item - row * g.units;
  const int64_t index = listed ? b.list[start + row] : 0;
  const bool valid = index >= 0 && index < g.n;
  if (!valid && unit == 0) report_fault(fault, Fault::index, Op::gather, index, g.n);
  const uint8_t* const from = g.from + (valid ? index * g.step + unit * g.width : 0);
  if (g.scale) {
    float* const to = reinterpret_cast<float*>(g.to) + item * g.width;
    if (g.width == 4)
      scale_unit<4>(to, from, *g.scale, valid);
    else
      scale_unit<1>(to, from, *g.scale, valid);
    return;
  }
  uint8_t* const to = g.to + item * g.width;
  if (g.width == 16)
    move_unit<uint4>(to, from, valid);
  else if (g.width == 4)
    move_unit<uint32_t>(to, from, valid);
  else
    move_unit<uint8_t>(to, from, valid);
}

BatchGather gather_of(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int64_t element = size_of(x.dtype());
  BatchGather g{};
  g.from = reinterpret_cast<const uint8_t*>(x.buffer->data) + x.offset * element;
  g.to = reinterpret_cast<uint8_t*>(out.buffer->data) + out.offset * size_of(out.dtype());
  g.n = x.dim(1);
  g.step = x.strides()[1] * element;
  const int64_t bytes = x.dim(2) * element;
  const auto allows = [&](int width) {
    return bytes % width == 0 && g.step % width == 0 && aligned(g.from, width) && aligned(g.to, width);
  };
  if (call.op == Op::gather_scaled) {
    g.scale = call.in[2].data<float>();
    g.width = allows(4) && aligned(g.to, 16) ? 4 : 1;
  } else {
    g.width = allows(16) ? 16 : allows(4) ? 4 : 1;
  }
  g.units = bytes / g.width;
  return g;
}

bool fits(const Launch* calls, int count) {
  if (count > 1 + most_gathers || calls[0].out[0].size() == 0) return false;
  int64_t blocks = 0;
  for (int i = 0; i < count; ++i) blocks += calls[i].out[0].size() / batch_threads + 1;
  return blocks < 1 << 24;
}

void run(const Launch* calls, int count) {
  const Launch& slice = calls[0];
  BatchOfRows b{};
  b.list = slice.in[0].data<int32_t>();
  b.start = slice.in[1].data<int32_t>();
  b.indices = slice.out[0].data<int32_t>();
  b.length = slice.in[0].dim(1);
  b.rows = slice.out[0].size();
  b.gathers = count - 1;
  const auto blocks_for = [](int64_t items) {
    return static_cast<unsigned>((items + batch_threads - 1) / batch_threads);
  };
  unsigned blocks = b.index_blocks = blocks_for(b.rows);
  for (int i = 0; i < b.gathers; ++i) {
    b.gather[i] = gather_of(calls[1 + i]);
    blocks += blocks_for(b.rows * b.gather[i].units);
    b.gather[i].end_block = blocks;
  }
  submit(gather_batch, blocks, batch_threads, b, current().fault);
}

}  // namespace

const PhaseKernel& batch_phase() {
  static constexpr PhaseKernel kernel{fits, run};
  return kernel;
}

}  // namespace hebb::cuda

// Phase `batch`: the next indices of a shuffled list, the rows that they name gathered from up to four tensors, and the
// first layer, all in one launch. Rows that only the first layer and updates read stay where they are. A bad start or
// index is noted as by the ops themselves.
#include "../cuda/phases.h"
#include "dense.h"
#include "first_layer.cuh"

namespace hebb::cuda {
namespace {

constexpr int most_gathers = 4;
constexpr int64_t most_layer_rows = 512;  // beyond, larger tiles have enough blocks

// Of a block, with a first layer of `group` rows for each thread, or without one (0).
constexpr int threads_for(int group) { return group == 0 ? 256 : layer::threads; }

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
  FirstLayer layer;
  unsigned layer_blocks;  // the first blocks
  unsigned index_blocks;  // one past the last block that copies indices
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

// T: what the rows that the first layer reads are made of.
template <int group, class T>
__global__ void __launch_bounds__(threads_for(group)) run_batch(const __grid_constant__ BatchOfRows b, Fault* fault) {
  constexpr int threads = threads_for(group);
  const int64_t start = *b.start;
  const bool listed = start >= 0 && start + b.rows <= b.length;
  if constexpr (group > 0) {
    if (blockIdx.x < b.layer_blocks) {
      return first_layer<group, T>(b.layer, listed ? b.list + start : nullptr, blockIdx.x, fault);
    }
  }
  if (blockIdx.x < b.index_blocks) {
    const int64_t row = int64_t{blockIdx.x - b.layer_blocks} * threads + threadIdx.x;
    if (row == 0 && !listed) report_fault(fault, Fault::index, Op::dynamic_slice, start, b.length - b.rows + 1);
    if (row < b.rows) b.indices[row] = listed ? b.list[start + row] : 0;
    return;
  }
  unsigned first = b.index_blocks;
  int which = 0;
  while (blockIdx.x >= b.gather[which].end_block) first = b.gather[which++].end_block;
  const BatchGather& g = b.gather[which];
  const int64_t item = int64_t{blockIdx.x - first} * threads + threadIdx.x;
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

// The gather that makes the rows which the layer reads.
const Launch& rows_of(const Launch* calls, const Launch& layer) {
  while (calls->out[0].buffer != layer.in[0].buffer || calls->out[0].offset != layer.in[0].offset) ++calls;
  return *calls;
}

bool takes_layer(const Launch* calls, const Launch& layer) {
  const Launch& rows = rows_of(calls, layer);
  return readable_by_index(rows.in[0]) && layer.in[1].size() > 0 && layer.in[1].size() < int64_t{1} << 28 &&
         layer.out[0].dim(0) <= most_layer_rows;
}

int takes(const Launch* calls, int count) {
  const bool layer = calls[count - 1].op == Op::dense;
  const int others = count - layer;
  if (others > 1 + most_gathers || calls[0].out[0].size() == 0) return 0;
  int64_t blocks = 0;
  for (int i = 0; i < others; ++i) blocks += calls[i].out[0].size() / layer::threads + 1;
  if (blocks >= 1 << 24) return 0;
  return layer && takes_layer(calls, calls[others]) ? count : others;
}

FirstLayer layer_of(const Launch& call, const Launch& rows) {
  FirstLayer f{};
  f.x = picked_rows(rows.in[0], rows.op == Op::gather_scaled ? &rows.in[2] : nullptr);
  f.w = call.in[1].data<float>();
  f.bias = call.in[2].data<float>();
  f.out = call.out[0].data<float>();
  f.rows = static_cast<int>(call.out[0].dim(0));
  f.n = static_cast<int>(call.out[0].dim(1));
  f.tiles_n = static_cast<unsigned>((f.n + layer::lanes - 1) / layer::lanes);
  f.relu = call.get<DenseAttributes>().activation == Activation::relu;
  f.vectors = f.n % 4 == 0 && aligned(f.w, 16);
  return f;
}

void run(const Part& part) {
  const Launch& slice = part.calls[0];
  const Launch& last = part.calls[part.count - 1];
  const bool with_layer = last.op == Op::dense;
  const Launch* const rows = with_layer ? &rows_of(part.calls, last) : nullptr;
  BatchOfRows b{};
  b.list = slice.in[0].data<int32_t>();
  b.start = slice.in[1].data<int32_t>();
  b.indices = slice.out[0].data<int32_t>();
  b.length = slice.in[0].dim(1);
  b.rows = slice.out[0].size();
  int group = 0;
  if (with_layer) {
    b.layer = layer_of(last, *rows);
    group = choose_group(b.rows, b.layer.n, current().processors);
    b.layer_blocks = b.layer.tiles_n * static_cast<unsigned>((b.rows - 1) / (layer::row_lanes * group) + 1);
  }
  const int threads = threads_for(group);
  const auto blocks_for = [&](int64_t items) { return static_cast<unsigned>((items + threads - 1) / threads); };
  unsigned blocks = b.index_blocks = b.layer_blocks + blocks_for(b.rows);
  for (const Launch* call = part.calls + 1; call != part.calls + part.count - with_layer; ++call) {
    if (call == rows && part.rows_unread) continue;
    BatchGather& gather = b.gather[b.gathers++] = gather_of(*call);
    blocks += blocks_for(b.rows * gather.units);
    gather.end_block = blocks;
  }
  const auto start = [&](auto kernel, int64_t shared_floats) {
    submit_with(shared_floats * static_cast<int64_t>(sizeof(float)), kernel, blocks, threads, b, current().fault);
  };
  const auto start_layer = [&]<int size>() {
    if (b.layer.x.scale) return start(run_batch<size, uint8_t>, layer::shared_floats<size, uint8_t>);
    start(run_batch<size, float>, layer::shared_floats<size, float>);
  };
  if (group == 0) return start(run_batch<0, float>, 0);
  if (group == 1) return start_layer.template operator()<1>();
  if (group == 4) return start_layer.template operator()<4>();
  start_layer.template operator()<8>();
}

}  // namespace

const PhaseKernel& batch_phase() {
  static constexpr PhaseKernel kernel{takes, run};
  return kernel;
}

}  // namespace hebb::cuda

// Phase `head`: the last layers of a network, its softmax cross entropy, and the same layers back to the slope of their
// input, for a tile of rows in one block. Each row needs no other; the weights stay in the block's shared memory, and
// so does what the layers hand on. Every sum is one FMA chain in the order of the CPU.
#include "../cuda/async_copy.cuh"
#include "../cuda/phases.h"
#include "../cuda/rows.cuh"
#include "dense.h"

namespace hebb::cuda {
namespace {

constexpr int head_threads = 512, head_warps = head_threads / warp;
constexpr int most_layers = 4, most_row_groups = 4;
using ClassRow = RowShape<float, warp, 4>;
constexpr int most_classes = ClassRow::lanes * ClassRow::items;

struct HeadLayer {
  const float *w, *bias;  // [in, out], [out]
  float* result;          // [rows, out]: activations, of the last layer logits
  float* slope;           // [rows, in], of the layer's input, 0 where that is not above 0; nullptr: not wanted
  int in, out;
  int w_at, input_at;  // floats into shared memory, rows `pitch` apart
  bool vectors;        // of 4 floats can be read from w
};
struct Head {
  const float* x;
  const int32_t* labels;
  float *loss, *difference;  // softmax - label
  const float* scale;        // nullptr: 1
  float* scaled;             // difference * scale, with a scale
  int64_t rows;
  int layers, tile, logits_at;
  HeadLayer layer[most_layers];
};

// Floats from row to row: whole vectors of 4, an odd number of them, so that neither rows nor columns meet in a bank.
__host__ __device__ constexpr int pitch_of(int columns) { return ((columns + 3) / 4 | 1) * 4; }

__device__ __forceinline__ void copy_weights(float* to, const HeadLayer& layer) {
  const int lane = lane_of_warp(), pitch = pitch_of(layer.out), width = layer.vectors ? 4 : 1;
  for (int k = static_cast<int>(threadIdx.x) / warp; k < layer.in; k += head_warps) {
    const float* const from = layer.w + int64_t{k} * layer.out;
    for (int j = lane * width; j < layer.out; j += warp * width) {
      if (layer.vectors)
        copy_async_4(to + k * pitch + j, from + j, 4);
      else
        copy_async(to + k * pitch + j, from + j, true);
    }
  }
}

// body(first row of a group, column) for all groups of the tile, a thread each.
template <int group, class Body>
__device__ __forceinline__ void each_sum(int rows, int columns, const Body& body) {
  const int items = (rows + group - 1) / group * columns;
  for (int item = static_cast<int>(threadIdx.x); item < items; item += head_threads) {
    const int row = item / columns;
    body(row * group, item - row * columns);
  }
}

template <int group>
__device__ __forceinline__ void forward(const Head& head, int l, float* shared, int64_t row0, int rows) {
  const HeadLayer& layer = head.layer[l];
  const bool last = l + 1 == head.layers;
  const int pitch = pitch_of(layer.in), w_pitch = pitch_of(layer.out), n = layer.out;
  float* const result = shared + (last ? head.logits_at : head.layer[l + 1].input_at);
  each_sum<group>(rows, n, [&](int first, int j) {
    const float* const input = shared + layer.input_at + first * pitch;
    const float* const w = shared + layer.w_at + j;
    float sums[group] = {};
    int k = 0;
#pragma unroll 2
    for (; k + 4 <= layer.in; k += 4) {
      float weights[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) weights[i] = w[(k + i) * w_pitch];
#pragma unroll
      for (int r = 0; r < group; ++r) {
        const auto values = *reinterpret_cast<const Pack<float, 4>*>(input + r * pitch + k);
#pragma unroll
        for (int i = 0; i < 4; ++i) sums[r] = lane_fma(values.v[i], weights[i], sums[r]);
      }
    }
    for (; k < layer.in; ++k) {
#pragma unroll
      for (int r = 0; r < group; ++r) sums[r] = lane_fma(input[r * pitch + k], w[k * w_pitch], sums[r]);
    }
    const float bias = layer.bias[j];
#pragma unroll
    for (int r = 0; r < group; ++r) {
      if (first + r >= rows) break;
      float value = sums[r] + bias;
      if (!last && value <= 0) value = 0;
      result[(first + r) * w_pitch + j] = value;
      layer.result[(row0 + first + r) * n + j] = value;
    }
  });
}

// The slopes of the layer's input take its place in shared memory.
template <int group>
__device__ __forceinline__ void backward(const Head& head, int l, float* shared, int64_t row0, int rows) {
  const HeadLayer& layer = head.layer[l];
  const int pitch = pitch_of(layer.in), w_pitch = pitch_of(layer.out), n = layer.in;
  const float* const slopes = shared + (l + 1 == head.layers ? head.logits_at : head.layer[l + 1].input_at);
  each_sum<group>(rows, n, [&](int first, int i) {
    const float* const w = shared + layer.w_at + i * w_pitch;
    const float* const from = slopes + first * w_pitch;
    float sums[group] = {};
    int j = 0;
#pragma unroll 2
    for (; j + 4 <= layer.out; j += 4) {
      const auto weights = *reinterpret_cast<const Pack<float, 4>*>(w + j);
#pragma unroll
      for (int r = 0; r < group; ++r) {
        const auto values = *reinterpret_cast<const Pack<float, 4>*>(from + r * w_pitch + j);
#pragma unroll
        for (int k = 0; k < 4; ++k) sums[r] = lane_fma(values.v[k], weights.v[k], sums[r]);
      }
    }
    for (; j < layer.out; ++j) {
#pragma unroll
      for (int r = 0; r < group; ++r) sums[r] = lane_fma(from[r * w_pitch + j], w[j], sums[r]);
    }
#pragma unroll
    for (int r = 0; r < group; ++r) {
      if (first + r >= rows) break;
      float& input = shared[layer.input_at + (first + r) * pitch + i];
      input = input > 0 ? sums[r] : 0;
      layer.slope[(row0 + first + r) * n + i] = input;
    }
  });
}

// As label_rows of cross_entropy.cu, a warp per row; the slopes take the place of the logits in shared memory.
__device__ __forceinline__ void cross_entropy(const Head& head, float* shared, int64_t row0, int rows, Fault* fault) {
  const int lane = lane_of_warp(), n = head.layer[head.layers - 1].out;
  const float scale = head.scale ? *head.scale : 1.0f;
  for (int row = static_cast<int>(threadIdx.x) / warp; row < rows; row += head_warps) {
    float* const logits = shared + head.logits_at + row * pitch_of(n);
    const int32_t label = head.labels[row0 + row];
    const bool valid = label >= 0 && label < n;
    if (!valid && lane == 0) report_fault(fault, Fault::label, Op::softmax_cross_entropy, label, n);
    float values[ClassRow::items];
#pragma unroll
    for (int k = 0; k < ClassRow::items; ++k) {
      values[k] = k * warp + lane < n ? logits[k * warp + lane] : -Real<float>::infinity;
    }
    const float correct = valid ? logits[label] : 0.0f;
    const float largest = row_largest<ClassRow>(values);
    const float sum = row_sum<ClassRow, float, false>(n, [&](int k) {
      values[k] = k * warp + lane < n ? exp_number(values[k] - largest) : 0.0f;
      return values[k];
    });
    const Quotients<float> divided(sum);
    __syncwarp();  // all have read the logits
#pragma unroll
    for (int k = 0; k < ClassRow::items; ++k) {
      const int j = k * warp + lane;
      if (j >= n) break;
      const float slope = j == label ? divided(values[k]) - 1.0f : divided(values[k]);
      head.difference[(row0 + row) * n + j] = slope;
      logits[j] = slope * scale;
      if (head.scale) head.scaled[(row0 + row) * n + j] = slope * scale;
    }
    if (lane == 0) head.loss[row0 + row] = log_number(sum) + (largest - correct);
  }
}

// `group` rows share each weight that a thread reads.
template <int group>
__global__ void __launch_bounds__(head_threads) run_head(const __grid_constant__ Head head, Fault* fault) {
  float* const shared = shared_memory();
  for (int l = 0; l < head.layers; ++l) copy_weights(shared + head.layer[l].w_at, head.layer[l]);
  const HeadLayer& entry = head.layer[0];
  for (int64_t row0 = int64_t{blockIdx.x} * head.tile; row0 < head.rows; row0 += int64_t{gridDim.x} * head.tile) {
    const int rows = static_cast<int>(head.rows - row0 < head.tile ? head.rows - row0 : head.tile);
    for (int row = static_cast<int>(threadIdx.x) / warp; row < rows; row += head_warps) {
      float* const to = shared + entry.input_at + row * pitch_of(entry.in);
      const float* const from = head.x + (row0 + row) * entry.in;
      for (int k = lane_of_warp(); k < entry.in; k += warp) copy_async(to + k, from + k, true);
    }
    commit_copies();
    wait_copies<0>();
    __syncthreads();
    for (int l = 0; l < head.layers; ++l) {
      forward<group>(head, l, shared, row0, rows);
      __syncthreads();
    }
    cross_entropy(head, shared, row0, rows, fault);
    __syncthreads();
    for (int l = head.layers - 1; l >= 0 && head.layer[l].slope; --l) {
      backward<group>(head, l, shared, row0, rows);
      __syncthreads();
    }
  }
}

// Places in shared memory for tiles of head.tile rows; the bytes of a block.
int64_t place_head(Head& head) {
  int64_t floats = 0;
  const auto take = [&](int64_t rows, int columns) {
    const int64_t at = floats;
    floats += rows * pitch_of(columns);
    return static_cast<int>(at);
  };
  for (int l = 0; l < head.layers; ++l) {
    head.layer[l].w_at = take(head.layer[l].in, head.layer[l].out);
    head.layer[l].input_at = take(head.tile, head.layer[l].in);
  }
  head.logits_at = take(head.tile, head.layer[head.layers - 1].out);
  return floats * static_cast<int64_t>(sizeof(float));
}

// Rows of a tile that give every processor one, up to four groups of four; fewer where shared memory ends.
int64_t choose_tile(Head& head) {
  const int64_t each = (head.rows + current().processors - 1) / current().processors;
  const int64_t groups = each <= 2 ? 1 : (each + 3) / 4 < most_row_groups ? (each + 3) / 4 : most_row_groups;
  head.tile = static_cast<int>(each <= 2 ? each : 4 * groups);
  int64_t bytes = place_head(head);
  while (bytes > current().shared_bytes && head.tile > 1) {
    head.tile = head.tile > 4 ? head.tile - 4 : head.tile / 2;
    bytes = place_head(head);
  }
  return bytes;
}

Head head_of(const Launch* calls, int count) {
  Head head{};
  head.x = calls[0].in[0].data<float>();
  head.rows = calls[0].in[0].dim(0);
  const Launch* call = calls;
  for (; call->op == Op::dense; ++call) {
    HeadLayer& layer = head.layer[head.layers++];
    layer.w = call->in[1].data<float>();
    layer.bias = call->in[2].data<float>();
    layer.result = call->out[0].data<float>();
    layer.in = static_cast<int>(call->in[1].dim(0));
    layer.out = static_cast<int>(call->in[1].dim(1));
    layer.vectors = layer.out % 4 == 0 && aligned(layer.w, 16);
  }
  head.labels = call->in[1].data<int32_t>();
  head.loss = call->out[0].data<float>();
  head.difference = call->out[1].data<float>();
  ++call;
  const Launch* const end = calls + count;
  if (call != end && call->op == Op::mul) {
    head.scale = call->in[1].data<float>();
    head.scaled = call->out[0].data<float>();
    ++call;
  }
  for (int l = head.layers - 1; call != end; ++call, --l) head.layer[l].slope = call->out[0].data<float>();
  return head;
}

int takes(const Launch* calls, int count) {
  const Launch* loss = calls;
  while (loss->op == Op::dense) ++loss;
  if (loss - calls > most_layers || loss->in[0].dim(1) > most_classes || calls[0].out[0].size() == 0) return 0;
  Head head = head_of(calls, count);
  return choose_tile(head) <= current().shared_bytes ? count : 0;
}

void run(const Part& part) {
  Head head = head_of(part.calls, part.count);
  const int64_t bytes = choose_tile(head);
  const int64_t blocks = block_count(head.rows, head.tile, current().processors);
  Fault* const fault = current().fault;
  if (head.tile % 4 == 0) return submit_with(bytes, run_head<4>, blocks, head_threads, head, fault);
  if (head.tile == 2) return submit_with(bytes, run_head<2>, blocks, head_threads, head, fault);
  submit_with(bytes, run_head<1>, blocks, head_threads, head, fault);
}

}  // namespace

const PhaseKernel& head_phase() {
  static constexpr PhaseKernel kernel{takes, run};
  return kernel;
}

}  // namespace hebb::cuda

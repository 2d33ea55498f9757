// Phase `update`: what plain SGD does to all weights and biases of a network, in one launch. A block takes a tile of a
// weight, sums x^T dy over the rows of the batch and takes the step; or it takes columns of a bias. The rows of x may
// be those of a table, found by their indices. The sums have the order of the CPU.
#include "../cuda/phases.h"
#include "../cuda/picked_rows.cuh"
#include "../cuda/simd_cuda.h"

namespace hebb::cuda {
namespace {

constexpr int side = 32, depth = 32, update_threads = 256, update_warps = update_threads / warp;
constexpr int thread_rows = side / update_warps, stages = 2;
constexpr int most_weights = 8, most_biases = 8;
constexpr int64_t group_rows = 128;                       // of a column, folded before they join the total
constexpr int64_t most_rows = group_rows * update_warps;  // beyond, products by themselves have larger tiles

struct Operand {
  const float* data;  // [rows, columns]
  int columns;
  bool vectors;
};
struct WeightUpdate {
  Operand x, dy;
  PickedRows picked;       // in the place of x, if it has a table
  const int32_t* indices;  // of its rows
  float* w;                // [x.columns, dy.columns]
  unsigned tiles_n, end_block;
};
struct BiasUpdate {
  const float* dy;  // [rows, n]
  float *slope, *b;
  int n;
  unsigned end_block;
};
struct Updates {
  const float* rate;
  int rows, weights, biases;
  WeightUpdate weight[most_weights];
  BiasUpdate bias[most_biases];
};

// `depth` rows from `row0` on of `side` columns from `col0` on; zeros beyond the ends.
__device__ __forceinline__ void copy_tile(float* to, const Operand& x, int rows, int row0, int col0) {
  const int thread = static_cast<int>(threadIdx.x);
  if (x.vectors) {
    constexpr int across = side / 4;
    static_assert(depth * across == update_threads);
    const int row = thread / across, col = thread % across * 4;
    const bool inside = row0 + row < rows && col0 + col < x.columns;
    copy_async_4(to + row * side + col, inside ? x.data + int64_t{row0 + row} * x.columns + col0 + col : x.data,
                 inside ? 4 : 0);
    return;
  }
#pragma unroll
  for (int i = 0; i < depth * side / update_threads; ++i) {
    const int row = i * update_warps + thread / side, col = thread % side;
    const bool inside = row0 + row < rows && col0 + col < x.columns;
    copy_async(to + row * side + col, inside ? x.data + int64_t{row0 + row} * x.columns + col0 + col : x.data, inside);
  }
}

// A weight's tiles of x, one step of `depth` rows after the other: copied past the registers...
struct CopiedTiles {
  const Operand& x;
  const int rows, col0;

  __device__ CopiedTiles(const WeightUpdate& update, int rows, int col0) : x(update.x), rows(rows), col0(col0) {}
  __device__ void fetch(float* tile, int step) { copy_tile(tile, x, rows, step * depth, col0); }
  __device__ void arrive(float*) const {}
};

// ...or picked: four columns of a row for each thread, whose index is on its way during the step before.
struct PickedPlace {
  const PickedRows& x;
  const int32_t* const indices;
  const int rows, row, col;
  int32_t index;  // of the row that is fetched next

  __device__ PickedPlace(const WeightUpdate& update, int rows, int col0)
      : x(update.picked),
        indices(update.indices),
        rows(rows),
        row(static_cast<int>(threadIdx.x) / (side / 4)),
        col(col0 + static_cast<int>(threadIdx.x) % (side / 4) * 4),
        index(row < rows ? indices[row] : -1) {}
  // How many of the row's columns there are from `col` on, none of a row that is not there.
  __device__ int count() const { return x.has(index) ? x.columns - col : 0; }
  __device__ void go_on(int step) {
    const int next = (step + 1) * depth + row;
    index = next < rows ? indices[next] : -1;
  }
};

template <class T>
struct PickedTiles : PickedPlace {
  using PickedPlace::PickedPlace;
  __device__ void fetch(float* tile, int step) {
    const int available = count();
    const float* const from = x.row<float>(available > 0 ? index : 0) + (available > 0 ? col : 0);
    copy_picked(tile + threadIdx.x * 4, from, available, x.vectors);
    go_on(step);
  }
  __device__ void arrive(float*) const {}
};

// Bytes are on their way to registers during the step before.
template <>
struct PickedTiles<uint8_t> : PickedPlace {
  const float scale;
  PickedBytes bytes{};
  bool valid = false;

  __device__ PickedTiles(const WeightUpdate& update, int rows, int col0)
      : PickedPlace(update, rows, col0), scale(*update.picked.scale) {}
  __device__ void fetch(float*, int step) {
    valid = count() > 0;
    if (valid) bytes = *reinterpret_cast<const PickedBytes*>(x.row<uint8_t>(index) + col);
    go_on(step);
  }
  __device__ void arrive(float* tile) const {
    *reinterpret_cast<Pack<float, 4>*>(tile + threadIdx.x * 4) = scaled(bytes, scale, valid);
  }
};

template <class Tiles>
__device__ __forceinline__ void update_weight(const WeightUpdate& update, int rows, float rate, unsigned tile,
                                              float* shared) {
  const int row0 = static_cast<int>(tile / update.tiles_n) * side,
            col0 = static_cast<int>(tile % update.tiles_n) * side;
  const int first = static_cast<int>(threadIdx.x) / warp * thread_rows, col = static_cast<int>(threadIdx.x) % warp;
  const int steps = (rows + depth - 1) / depth;
  Tiles x_tiles(update, rows, row0);
  const auto fetch = [&](int step) {
    if (step < steps) {
      float* const to = shared + step % stages * 2 * depth * side;
      x_tiles.fetch(to, step);
      copy_tile(to + depth * side, update.dy, rows, step * depth, col0);
    }
    commit_copies();
  };
  float sums[thread_rows] = {};
  fetch(0);
  for (int step = 0; step < steps; ++step) {
    x_tiles.arrive(shared + step % stages * 2 * depth * side);
    fetch(step + 1);
    wait_copies<1>();
    __syncthreads();
    const float* const x = shared + step % stages * 2 * depth * side + first;
    const float* const dy = shared + step % stages * 2 * depth * side + depth * side + col;
    const auto add = [&](int k) {
      const auto values = *reinterpret_cast<const Pack<float, thread_rows>*>(x + k * side);
      const float slope = dy[k * side];
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) sums[i] = lane_fma(values.v[i], slope, sums[i]);
    };
    const int left = rows - step * depth;
    if (left >= depth) {
#pragma unroll 8
      for (int k = 0; k < depth; ++k) add(k);
    } else {
      for (int k = 0; k < left; ++k) add(k);
    }
    __syncthreads();
  }
  if (col0 + col >= update.dy.columns) return;
#pragma unroll
  for (int i = 0; i < thread_rows; ++i) {
    if (row0 + first + i >= update.x.columns) return;
    float& w = update.w[int64_t{row0 + first + i} * update.dy.columns + col0 + col];
    w = lane_fma(-rate, sums[i], w);
  }
}

// A warp folds a group of rows, then the first one joins the groups.
__device__ __forceinline__ void update_bias(const BiasUpdate& update, int rows, float rate, unsigned tile,
                                            float* shared) {
  const int group = static_cast<int>(threadIdx.x) / warp, lane = static_cast<int>(threadIdx.x) % warp;
  const int col = static_cast<int>(tile) * warp + lane;
  const int begin = group * static_cast<int>(group_rows),
            groups = (rows + static_cast<int>(group_rows) - 1) / static_cast<int>(group_rows);
  const int end = begin + static_cast<int>(group_rows) < rows ? begin + static_cast<int>(group_rows) : rows;
  if (group < groups && col < update.n) {
    const float* const from = update.dy + col;
    float part = from[int64_t{begin} * update.n];
    int row = begin + 1;
    constexpr int ahead = 16;  // so many are on their way together
    for (; row + ahead <= end; row += ahead) {
      float values[ahead];
#pragma unroll
      for (int k = 0; k < ahead; ++k) values[k] = from[int64_t{row + k} * update.n];
#pragma unroll
      for (int k = 0; k < ahead; ++k) part = part + values[k];
    }
    for (; row < end; ++row) part = part + from[int64_t{row} * update.n];
    shared[group * warp + lane] = part;
  }
  __syncthreads();
  if (group > 0 || col >= update.n) return;
  float total = shared[lane];
  for (int g = 1; g < groups; ++g) total = total + shared[g * warp + lane];
  update.slope[col] = total;
  update.b[col] = lane_fma(-rate, total, update.b[col]);
}

__global__ void __launch_bounds__(update_threads) run_updates(const __grid_constant__ Updates updates) {
  alignas(16) __shared__ float shared[stages * 2 * depth * side];
  const float rate = *updates.rate;
  unsigned first = 0;
  // The biases' blocks come first: they take longest.
  for (int i = 0; i < updates.biases; first = updates.bias[i++].end_block) {
    if (blockIdx.x < updates.bias[i].end_block) {
      return update_bias(updates.bias[i], updates.rows, rate, blockIdx.x - first, shared);
    }
  }
  for (int i = 0; i < updates.weights; first = updates.weight[i++].end_block) {
    if (blockIdx.x < updates.weight[i].end_block) {
      const WeightUpdate& update = updates.weight[i];
      const auto run = [&]<class Tiles>() {
        update_weight<Tiles>(update, updates.rows, rate, blockIdx.x - first, shared);
      };
      if (!update.picked.table) return run.template operator()<CopiedTiles>();
      if (update.picked.scale) return run.template operator()<PickedTiles<uint8_t>>();
      return run.template operator()<PickedTiles<float>>();
    }
  }
}

Operand operand_of(const float* data, int64_t columns) {
  return {data, static_cast<int>(columns), columns % 4 == 0 && aligned(data, 16)};
}

// The batch is the rows of dy: of a weight's second operand, or what a bias sums up.
int64_t rows_of(const Launch& call) { return call.op == Op::dense ? call.in[1].dim(0) : call.in[0].dim(1); }

int takes(const Launch* calls, int count) {
  int weights = 0, biases = 0;
  for (int i = 0; i < count; ++i) {
    if (calls[i].op == Op::sgd_update) continue;
    ++(calls[i].op == Op::dense ? weights : biases);
    const int64_t rows = rows_of(calls[i]);
    if (rows != rows_of(calls[0]) || rows < 1 || rows > most_rows || calls[i].out[0].size() == 0) return 0;
    if (calls[i].out[0].size() >= int64_t{1} << 28) return 0;
  }
  return weights <= most_weights && biases <= most_biases && calls[0].op != Op::sgd_update ? count : 0;
}

void run(const Part& part) {
  const Launch* const calls = part.calls;
  const int count = part.count;
  Updates updates{};
  updates.rows = static_cast<int>(rows_of(calls[0]));
  unsigned blocks = 0;
  const auto tiles = [](int64_t n) { return static_cast<unsigned>((n + side - 1) / side); };
  for (int i = 0; i < count; ++i) {
    if (calls[i].op != Op::sum) continue;
    const Tensor &dy = calls[i].in[0], &slope = calls[i].out[0];
    const Launch* step = calls;
    while (step->op != Op::sgd_update || step->in[1].buffer != slope.buffer || step->in[1].offset != slope.offset)
      ++step;
    blocks += tiles(dy.dim(0));
    updates.bias[updates.biases++] = {dy.data<float>(), slope.data<float>(), step->out[0].data<float>(),
                                      static_cast<int>(dy.dim(0)), blocks};
    updates.rate = step->in[2].data<float>();
  }
  for (int i = 0; i < count; ++i) {
    if (calls[i].op != Op::dense) continue;
    const Tensor &x = calls[i].in[0], &dy = calls[i].in[1];
    blocks += tiles(x.dim(0)) * tiles(dy.dim(1));
    WeightUpdate& update = updates.weight[updates.weights++];
    update = {operand_of(x.data<float>(), x.dim(0)),
              operand_of(dy.data<float>(), dy.dim(1)),
              {},
              nullptr,
              calls[i].out[0].data<float>(),
              tiles(dy.dim(1)),
              blocks};
    if (reads_by_index(calls[i])) {
      update.picked = picked_rows(calls[i].in[4], calls[i].in_count > 6 ? &calls[i].in[6] : nullptr);
      update.indices = calls[i].in[5].data<int32_t>();
    }
    updates.rate = calls[i].in[2].data<float>();
  }
  submit(run_updates, blocks, update_threads, updates);
}

}  // namespace

const PhaseKernel& update_phase() {
  static constexpr PhaseKernel kernel{takes, run};
  return kernel;
}

}  // namespace hebb::cuda

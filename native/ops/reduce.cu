// sum, prod, max, min over the trailing dimensions of a view, in the order of reduce.cpu.h: the bits are those of the
// CPU. Runs: a warp folds a piece of a run; where an output has more than one, the pieces go through working memory and
// a second kernel joins them. Columns (neighbouring outputs side by side in memory): a thread folds a group of rows of
// one column, and the groups are joined in the same way.
#include "reduce.h"

#include "../cuda/rows.cuh"

namespace hebb::cuda {
namespace {

#include "../cpu/loop_shape.h"

constexpr int64_t group_rows = 128;     // of a column, folded before they join the total
constexpr int64_t strided_piece = 256;  // elements of a run that is not contiguous
constexpr int column_threads = 128;
constexpr int block_threads = 512;  // of a block that folds a piece together

// The element at position `index` of the first `rank` dimensions.
__device__ __forceinline__ int64_t offset_at(const LoopShape& loop, int64_t index, int rank) {
  int64_t offset = 0;
  for (int i = rank - 1; i >= 0; --i) {
    const int64_t outer = divide(index, loop.dims[i]);
    offset += (index - outer * loop.dims[i]) * loop.strides[0][i];
    index = outer;
  }
  return offset;
}

int64_t count_of(const LoopShape& loop, int rank) {
  int64_t count = 1;
  for (int i = 0; i < rank; ++i) count *= loop.dims[i];
  return count;
}

struct Reduction {
  LoopShape kept, reduced;
  int64_t outputs, n, step, runs;  // an output has `runs` runs of n elements, `step` apart
  int64_t piece, pieces;           // of a run; columns: groups of rows
};

template <class F, class T, class S>
__global__ void __launch_bounds__(row_threads) fold_pieces(const __grid_constant__ Reduction r, const S* x, T* parts) {
  const int64_t item = row_of_warp();
  if (item >= r.outputs * r.runs * r.pieces) return;
  const int64_t line = divide(item, r.pieces), output = divide(line, r.runs);
  const int64_t begin = (item - line * r.pieces) * r.piece;
  const int64_t n = r.n - begin < r.piece ? r.n - begin : r.piece, step = r.step;
  const S* const source = x + offset_at(r.kept, output, r.kept.rank) +
                          offset_at(r.reduced, line - output * r.runs, r.reduced.rank - 1) + begin * step;
  const T part = step == 1 ? fold_run<F, T>(n, [=](int64_t i) { return T(source[i]); })
                           : fold_run<F, T>(n, [=](int64_t i) { return T(source[i * step]); });
  if (lane_of_warp() == 0) parts[item] = part;
}

// The same for few and long contiguous pieces, a block each, many times as fast: the block brings the piece into shared
// memory in parts, where one thread per chain of the 4 vectors folds it; the next part is on its way meanwhile.
template <class F, class T, class S>
__global__ void __launch_bounds__(block_threads)
    fold_piece_by_block(const __grid_constant__ Reduction r, const S* x, T* parts) {
  constexpr int chains = sizeof(T) == 4 ? 64 : 32, part = 32768 / sizeof(T), each = part / block_threads;
  __shared__ T shared[part];
  const int64_t item = blockIdx.x, line = divide(item, r.pieces), output = divide(line, r.runs);
  const int64_t begin = (item - line * r.pieces) * r.piece;
  const int64_t n = r.n - begin < r.piece ? r.n - begin : r.piece;
  const S* const source = x + offset_at(r.kept, output, r.kept.rank) +
                          offset_at(r.reduced, line - output * r.runs, r.reduced.rank - 1) + begin;
  const int thread = static_cast<int>(threadIdx.x);
  T ahead[each];
  const auto read = [&](int64_t from) {
#pragma unroll
    for (int k = 0; k < each; ++k) {
      const int64_t i = from + k * block_threads + thread;
      ahead[k] = i < n ? source[i] : F::template identity<T>();
    }
  };
  read(0);
  T total = F::template identity<T>();
  for (int64_t from = 0; from < n; from += part) {
#pragma unroll
    for (int k = 0; k < each; ++k) shared[k * block_threads + thread] = ahead[k];
    __syncthreads();
    read(from + part);
    if (thread < chains) {
      const int rows = static_cast<int>((n - from < part ? n - from : part) + chains - 1) / chains;
#pragma unroll 8
      for (int row = 0; row < rows; ++row) total = F::fold(total, shared[row * chains + thread]);
    }
    __syncthreads();
  }
  if (thread < chains) shared[thread] = total;
  __syncthreads();
  if (thread < warp) {
    RunFold<F, T> run;
    run.even = shared[thread];
    if (chains > warp) run.odd = shared[chains - warp + thread];
    const T result = run.result();
    if (thread == 0) parts[item] = result;
  }
}

template <class F, class T>
__global__ void __launch_bounds__(row_threads)
    join_pieces(const __grid_constant__ Reduction r, const T* parts, T* out) {
  const int64_t output = row_of_warp();
  if (output >= r.outputs) return;
  const T* const first = parts + output * r.runs * r.pieces;
  T total;
  if (r.pieces == 1) {
    total = fold_in_order<F, T>(r.runs, [=](int64_t i) { return first[i]; });
  } else {
    for (int64_t run = 0; run < r.runs; ++run) {
      const T* const source = first + run * r.pieces;
      const T part = r.step == 1 ? fold_run<F, T>(r.pieces, [=](int64_t i) { return source[i]; })
                                 : fold_in_order<F, T>(r.pieces, [=](int64_t i) { return source[i]; });
      total = run == 0 ? part : F::fold(total, part);
    }
  }
  if (lane_of_warp() == 0) out[output] = total;
}

// In the order of the rows, `unroll` of which are on their way together; what is read beyond the end does not count.
template <class F, class T, class S>
__device__ __forceinline__ T fold_rows(const S* source, int64_t rows, int64_t step) {
  constexpr int unroll = sizeof(T) == 4 ? 32 : 16;
  T part = source[0];
  for (int64_t row = 1; row < rows; row += unroll) {
    const int count = static_cast<int>(rows - row < unroll ? rows - row : unroll);
    T values[unroll];
#pragma unroll
    for (int k = 0; k < unroll; ++k) values[k] = source[(row + (k < count ? k : count - 1)) * step];
#pragma unroll
    for (int k = 0; k < unroll; ++k) part = k < count ? F::fold(part, values[k]) : part;
  }
  return part;
}

// parts [outputs / width, runs * pieces, width] of the groups; `joined`: straight to out, the groups of a thread's
// column one after the other.
template <class F, class T, class S, bool joined>
__global__ void __launch_bounds__(column_threads)
    fold_columns(const __grid_constant__ Reduction r, int64_t width, const S* x, T* parts) {
  const int64_t groups = r.runs * r.pieces, split = joined ? 1 : groups;
  const int64_t item = int64_t{blockIdx.x} * column_threads + threadIdx.x;
  if (item >= r.outputs * split) return;
  const int64_t line = divide(item, width), column = item - line * width;
  const int64_t row = divide(line, split), first = joined ? 0 : line - row * split;
  const S* const source = x + offset_at(r.kept, row, r.kept.rank - 1) + column;
  T total = F::template identity<T>();
  for (int64_t group = first; group < (joined ? groups : first + 1); ++group) {
    const int64_t run = divide(group, r.pieces), begin = (group - run * r.pieces) * group_rows;
    const int64_t rows = r.n - begin < group_rows ? r.n - begin : group_rows;
    const T part =
        fold_rows<F, T>(source + offset_at(r.reduced, run, r.reduced.rank - 1) + begin * r.step, rows, r.step);
    total = group == first ? part : F::fold(total, part);
  }
  parts[item] = total;
}

template <class F, class T>
__global__ void __launch_bounds__(column_threads)
    join_columns(int64_t outputs, int64_t groups, int64_t width, const T* parts, T* out) {
  const int64_t item = int64_t{blockIdx.x} * column_threads + threadIdx.x;
  if (item >= outputs) return;
  const int64_t row = divide(item, width);
  out[item] = fold_rows<F, T>(parts + row * groups * width + (item - row * width), groups, width);
}

template <class F, class T>
__global__ void fill_identity(int64_t n, T* out) {
  const int64_t i = int64_t{blockIdx.x} * column_threads + threadIdx.x;
  if (i < n) out[i] = F::template identity<T>();
}

template <class F, class T, class S = T>
void reduce_map(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int kept_rank = call.get<ReduceAttributes>().kept_rank;
  T* const target = out.data<T>();
  const S* const source = x.data<S>();
  Reduction r;
  r.outputs = out.size();
  if (r.outputs == 0) return;
  const auto column_blocks = [](int64_t items) { return (items + column_threads - 1) / column_threads; };
  const auto row_blocks = [](int64_t items) { return (items + row_warps - 1) / row_warps; };
  if (x.size() == 0) {
    return submit(fill_identity<F, T>, column_blocks(r.outputs), column_threads, r.outputs, target);
  }
  r.kept = collapse_range(x, 0, kept_rank);
  r.reduced = collapse_range(x, kept_rank, x.rank());
  if (r.reduced.rank == 0) {
    r.reduced.rank = 1;
    r.reduced.dims[0] = 1;
    r.reduced.strides[0][0] = 1;
  }
  const int outer = r.reduced.rank - 1;
  r.n = r.reduced.dims[outer];
  r.step = r.reduced.strides[0][outer];
  r.runs = count_of(r.reduced, outer);
  if (r.kept.rank > 0 && r.kept.strides[0][r.kept.rank - 1] == 1 && r.step != 1) {
    const int64_t width = r.kept.dims[r.kept.rank - 1];
    r.pieces = (r.n + group_rows - 1) / group_rows;
    const int64_t groups = r.runs * r.pieces;
    constexpr int64_t enough = 1 << 17;  // threads to keep a GPU busy
    if (groups == 1 || r.outputs >= enough) {
      return submit(fold_columns<F, T, S, true>, column_blocks(r.outputs), column_threads, r, width, source, target);
    }
    T* const parts = reinterpret_cast<T*>(scratch(r.outputs * groups * static_cast<int64_t>(sizeof(T))));
    submit(fold_columns<F, T, S, false>, column_blocks(r.outputs * groups), column_threads, r, width, source, parts);
    return submit(join_columns<F, T>, column_blocks(r.outputs), column_threads, r.outputs, groups, width, parts,
                  target);
  }
  if (r.step == 1) {
    constexpr int64_t most_pieces = 1024;
    r.piece = 16384;
    while ((r.n + r.piece - 1) / r.piece > most_pieces) r.piece *= 2;
  } else {
    r.piece = strided_piece;
  }
  r.pieces = (r.n + r.piece - 1) / r.piece;
  const int64_t items = r.outputs * r.runs * r.pieces;
  const bool few = r.step == 1 && r.n >= 1024 && items < int64_t{16} * current().processors;
  const auto fold = [&](T* parts) {
    if (few) return submit(fold_piece_by_block<F, T, S>, items, block_threads, r, source, parts);
    submit(fold_pieces<F, T, S>, row_blocks(items), row_threads, r, source, parts);
  };
  if (items == r.outputs) return fold(target);
  T* const parts = reinterpret_cast<T*>(scratch(items * static_cast<int64_t>(sizeof(T))));
  fold(parts);
  submit(join_pieces<F, T>, row_blocks(r.outputs), row_threads, r, parts, target);
}

template <class F>
void reduce_by_dtype(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return reduce_map<F, float>(call);
  if (call.in[0].dtype() == Dtype::float64) return reduce_map<F, double>(call);
  if constexpr (!__is_same(F, ProdFold)) {
    if (size_of(call.in[0].dtype()) == 1) return reduce_map<F, int32_t, uint8_t>(call);
  }
  reduce_map<F, int32_t>(call);
}

}  // namespace

void sum_kernel(const Launch& call) { reduce_by_dtype<SumFold>(call); }
void prod_kernel(const Launch& call) { reduce_by_dtype<ProdFold>(call); }
void max_kernel(const Launch& call) { reduce_by_dtype<MaxFold>(call); }
void min_kernel(const Launch& call) { reduce_by_dtype<MinFold>(call); }

}  // namespace hebb::cuda

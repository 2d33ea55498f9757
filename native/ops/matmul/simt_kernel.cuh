// The fast kernel of float32 without tensor cores. A block computes an m x n tile of C, `depth` of k at a time: the
// tiles of A and B come by asynchronous copies, several in flight, into shared memory as [k][row], whatever their
// layout. A thread has rows x cols sums; a warp's lanes stand lanes_m x lanes_n. When a tile is too small to fill a
// block, `groups` groups of threads share each step of k and add up their sums in order at the end. Slices of k (Cut)
// go to different blocks.
#pragma once

#include "../../cuda/async_copy.cuh"
#include "kernel.cuh"

namespace hebb::cuda {

// How an operand is read: 16 bytes along its rows' direction (m of A, n of B), or single elements with neighbouring
// threads along the rows' direction or along k.
enum class Read { vectors, rows, depth };

template <int m_, int n_, int depth_, int rows_, int cols_, int lanes_m_, int groups_, int stages_, int resident_>
struct SimtConfig {
  static constexpr int m = m_, n = n_, depth = depth_, rows = rows_, cols = cols_;
  static constexpr int lanes_m = lanes_m_, lanes_n = 32 / lanes_m;
  static constexpr int warp_m = lanes_m * rows, warp_n = lanes_n * cols;
  static constexpr int warps_m = m / warp_m, warps_n = n / warp_n;
  static constexpr int groups = groups_, group_threads = 32 * warps_m * warps_n, threads = groups * group_threads;
  static constexpr int stages = stages_, resident = resident_;
  static constexpr int a_pitch = m + 4, b_pitch = n + 4;  // no bank conflicts, 16-byte aligned
  static constexpr int a_stage = depth * a_pitch, stage = a_stage + depth * b_pitch;
  static constexpr int row_vector = rows < 4 ? rows : 4, col_vector = cols < 4 ? cols : 4;
  static_assert(m % warp_m == 0 && n % warp_n == 0 && depth % groups == 0);
  static_assert((groups - 1) * m * n <= stages * stage && stages * stage * 4 <= 48 * 1024);
};

// Copies tile after tile of one operand: `size` rows, `depth` of k. The thread's elements are `step` apart in memory
// and `pace` rows or steps of k apart in the tile.
template <int size, int depth, int pitch, int threads, Read read>
struct TileCopier {
  static constexpr int width = read == Read::vectors ? 4 : 1;
  static constexpr int total = size / width * depth;
  static constexpr int count = (total + threads - 1) / threads;
  static constexpr bool along_k = read != Read::depth;  // the thread's next element is further along k
  // Read::depth: a warp takes 4 rows x 8 of k, the warps lie along k first.
  static constexpr int warps_k = depth / 8, pace = along_k ? threads / (size / width) : threads / 32 / warps_k * 4;
  static_assert(along_k ? threads % (size / width) == 0 : depth % 8 == 0 && threads / 32 % warps_k == 0);

  const float* from;
  int64_t step;
  int row, k, rows_left;  // of the operand from the thread's row on

  __device__ TileCopier(const float* x, int64_t row_stride, int64_t k_stride, int64_t row0, int64_t rows, int64_t k0) {
    const int thread = threadIdx.x;
    if constexpr (along_k) {
      row = thread % (size / width) * width;
      k = thread / (size / width);
      step = pace * k_stride;
    } else {
      const int lane = thread % 32, warp = thread / 32;
      row = warp / warps_k * 4 + lane / 8;
      k = warp % warps_k * 8 + lane % 8;
      step = pace * row_stride;
    }
    const int64_t left = rows - row0 - row;
    rows_left = left > size ? size : left < 0 ? 0 : static_cast<int>(left);
    from = x + (row0 + row) * row_stride + (k0 + k) * k_stride;
  }

  // The next tile into shared memory; `k_left` of k are still to come, this tile included.
  __device__ void copy(float* to, int64_t k_stride, int k_left) {
#pragma unroll
    for (int i = 0; i < count; ++i) {
      const int r = along_k ? row : row + i * pace, p = along_k ? k + i * pace : k;
      if (total % threads != 0 && (along_k ? p >= depth : r >= size)) break;
      float* target = to + p * pitch + r;
      if constexpr (read == Read::vectors) {
        copy_async_4(target, from + i * step, p < k_left ? rows_left : 0);
      } else {
        copy_async(target, from + i * step, p < k_left && (along_k ? 0 : i * pace) < rows_left);
      }
    }
    from += depth * k_stride;
  }
};

// `width` neighbouring floats of shared memory.
template <int width>
__device__ void read_vector(float* to, const float* from) {
  if constexpr (width == 4) {
    const float4 v = *reinterpret_cast<const float4*>(from);
    to[0] = v.x, to[1] = v.y, to[2] = v.z, to[3] = v.w;
  } else if constexpr (width == 2) {
    const float2 v = *reinterpret_cast<const float2*>(from);
    to[0] = v.x, to[1] = v.y;
  } else {
    to[0] = *from;
  }
}

// The thread's sums to C, or to what is added up later. (row, col) is its first element.
template <class C, Last last>
__device__ void store_sums(const BatchedGemm<float>& g, const float (&sums)[C::rows][C::cols], float* c, int64_t pitch,
                           int64_t row, int64_t col, float alpha, bool aligned_c) {
  constexpr int va = C::row_vector, vb = C::col_vector;
  const int rows_left = static_cast<int>(g.m - row < C::m ? g.m - row : C::m);
  const int cols_left = static_cast<int>(g.n - col < C::n ? g.n - col : C::n);
#pragma unroll
  for (int i = 0; i < C::rows; ++i) {
    const int r = i / va * C::lanes_m * va + i % va;
    if (r >= rows_left) continue;
    float* out = c + (row + r) * pitch + col;
#pragma unroll
    for (int part = 0; part < C::cols / vb; ++part) {
      const int s = part * C::lanes_n * vb;
      float v[vb];
      if (vb == 4 && aligned_c && s + vb <= cols_left) {
        if constexpr (reads_c(last)) {
          if (last != Last::any || g.beta != 0) read_vector<vb>(v, out + s);
        }
#pragma unroll
        for (int j = 0; j < vb; ++j) {
          v[j] = finish_as<last>(g, alpha, sums[i][part * vb + j], reads_c(last) ? v[j] : 0, row + r, col + s + j);
        }
        *reinterpret_cast<float4*>(out + s) = float4{v[0], v[1], v[2], v[vb - 1]};
        continue;
      }
#pragma unroll
      for (int j = 0; j < vb; ++j) {
        if (s + j >= cols_left) continue;
        const float old = reads_c(last) && (last != Last::any || g.beta != 0) ? out[s + j] : 0;
        out[s + j] = finish_as<last>(g, alpha, sums[i][part * vb + j], old, row + r, col + s + j);
      }
    }
  }
}

template <class Config, Read read_a, Read read_b>
__global__ void __launch_bounds__(Config::threads, Config::resident)
    simt_kernel(const BatchedGemm<float> g, const Cut cut, const bool aligned_c) {
  using C = Config;
  constexpr int va = C::row_vector, vb = C::col_vector, parts_a = C::rows / va, parts_b = C::cols / vb;
  alignas(16) __shared__ float tiles[C::stages * C::stage];

  if (cut.needed && *cut.needed == 0) return;
  const unsigned grid = cut.tiles_m * cut.tiles_n, slot = blockIdx.x / grid, product = slot / cut.splits;
  const TileIndex tile = tile_at(blockIdx.x % grid, cut.tiles_m, cut.tiles_n);
  const int64_t k_begin = slot % cut.splits * cut.slice;
  const int k_count = static_cast<int>(g.k - k_begin < cut.slice ? g.k - k_begin : cut.slice);
  const int64_t row0 = int64_t{tile.m} * C::m, col0 = int64_t{tile.n} * C::n;
  const BatchOffsets offsets = offsets_of(g.batch, product);
  TileCopier<C::m, C::depth, C::a_pitch, C::threads, read_a> copier_a(g.a + offsets.a, g.a_row, g.a_col, row0, g.m,
                                                                      k_begin);
  TileCopier<C::n, C::depth, C::b_pitch, C::threads, read_b> copier_b(g.b + offsets.b, g.b_col, g.b_row, col0, g.n,
                                                                      k_begin);

  // Where there are registers to spare, the rate is on its way early.
  constexpr bool large = C::m * C::n >= 64 * 64;
  float alpha = 1;
  if constexpr (!large) alpha = alpha_of(g);

  const int lane = threadIdx.x % 32, group = threadIdx.x / C::group_threads;
  const int warp = threadIdx.x % C::group_threads / 32;
  // The thread's first row and column in the tile; its other ones follow in vectors, lanes_m * va rows apart.
  const int row = warp / C::warps_n * C::warp_m + lane / C::lanes_n * va;
  const int col = warp % C::warps_n * C::warp_n + lane % C::lanes_n * vb;

  const int steps = (k_count + C::depth - 1) / C::depth;
  const auto fetch = [&](int step) {
    if (step < steps) {
      float* to = tiles + step % C::stages * C::stage;
      copier_a.copy(to, g.a_col, k_count - step * C::depth);
      copier_b.copy(to + C::a_stage, g.b_row, k_count - step * C::depth);
    }
    commit_copies();
  };
#pragma unroll
  for (int step = 0; step < C::stages - 1; ++step) fetch(step);

  float sums[C::rows][C::cols] = {};
  for (int step = 0; step < steps; ++step) {
    wait_copies<C::stages - 2>();
    __syncthreads();  // tile `step` is there for all, and nobody reads the one before any more
    constexpr int share = C::depth / C::groups;
    const float* a = tiles + step % C::stages * C::stage + group * share * C::a_pitch + row;
    const float* b = tiles + step % C::stages * C::stage + C::a_stage + group * share * C::b_pitch + col;
    // A few steps of k are read ahead of the sums; small tiles, which have few warps to wait with, read further.
    constexpr int ahead = large ? 1 : 3;
    float left[ahead + 1][C::rows], right[ahead + 1][C::cols];
    const auto read = [&](int p) {
#pragma unroll
      for (int i = 0; i < parts_a; ++i)
        read_vector<va>(left[p % (ahead + 1)] + i * va, a + p * C::a_pitch + i * C::lanes_m * va);
#pragma unroll
      for (int j = 0; j < parts_b; ++j) {
        read_vector<vb>(right[p % (ahead + 1)] + j * vb, b + p * C::b_pitch + j * C::lanes_n * vb);
      }
    };
#pragma unroll
    for (int p = 0; p < ahead; ++p) {
      if (p < share) read(p);
    }
    fetch(step + C::stages - 1);
#pragma unroll
    for (int p = 0; p < share; ++p) {
      if (p + ahead < share) read(p + ahead);
#pragma unroll
      for (int i = 0; i < C::rows; ++i)
#pragma unroll
        for (int j = 0; j < C::cols; ++j)
          sums[i][j] = fma(left[p % (ahead + 1)][i], right[p % (ahead + 1)][j], sums[i][j]);
    }
  }

  if constexpr (C::groups > 1) {
    __syncthreads();
    const int thread = threadIdx.x % C::group_threads;
    const auto at = [&](int g, int i, int j) {
      return tiles + ((g - 1) * C::rows * C::cols + i * C::cols + j) * C::group_threads + thread;
    };
#pragma unroll
    for (int i = 0; i < C::rows; ++i)
#pragma unroll
      for (int j = 0; j < C::cols; ++j)
        if (group > 0) *at(group, i, j) = sums[i][j];
    __syncthreads();
    if (group > 0) return;
    for (int other = 1; other < C::groups; ++other)
#pragma unroll
      for (int i = 0; i < C::rows; ++i)
#pragma unroll
        for (int j = 0; j < C::cols; ++j) sums[i][j] += *at(other, i, j);
  }

  const bool whole = cut.splits == 1;
  if constexpr (large) alpha = whole ? alpha_of(g) : 1.0f;
  float* c = whole ? g.c + product * g.m * g.n : cut.partial + slot * g.m * g.n;
  with_last(whole ? g.last : Last::sum, [&]<Last last>() {
    store_sums<C, last>(g, sums, c, whole ? g.c_row : g.n, row0 + row, col0 + col, alpha, aligned_c);
  });
}

// The slices' sums added up in order, and the last step of the product.
constexpr int join_threads = 256;
static __global__ void __launch_bounds__(join_threads) join_kernel(const BatchedGemm<float> g, const Cut cut) {
  const unsigned index = blockIdx.x * join_threads + threadIdx.x, matrix = static_cast<unsigned>(g.m * g.n);
  if (index >= matrix * g.batch.count) return;
  const unsigned product = index / matrix, element = index % matrix, n = static_cast<unsigned>(g.n);
  const unsigned i = element / n, j = element % n;
  const float alpha = alpha_of(g);
  const float* partial = cut.partial + int64_t{product} * cut.splits * matrix + element;
  float sum = partial[0];
#pragma unroll 4
  for (unsigned split = 1; split < cut.splits; ++split) sum += partial[int64_t{split} * matrix];
  float* out = g.c + int64_t{product} * matrix + i * g.c_row + j;
  *out = finish(g, alpha, sum, g.beta != 0 ? *out : 0, i, j);
}

}  // namespace hebb::cuda

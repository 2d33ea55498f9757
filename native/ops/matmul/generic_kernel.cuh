// The plain kernel: a block of 256 threads computes a 64 x 64 tile of C, 16 of k at a time through shared memory, a
// thread 4 x 4 elements. Any size, any strides, float and double. Every element is one FMA chain in order of k: the
// same bits as on the CPU.
#pragma once

#include "kernel.cuh"

namespace hebb::cuda {

struct GenericTile {
  static constexpr int size = 64, depth = 16, threads = 256, side = 4;
};

template <class T>
__global__ void __launch_bounds__(GenericTile::threads)
    generic_kernel(BatchedGemm<T> g, int64_t tiles_m, int64_t tiles_n) {
  constexpr int size = GenericTile::size, depth = GenericTile::depth, side = GenericTile::side;
  __shared__ T a_tile[depth][size + 1], b_tile[depth][size + 1];
  const unsigned tiles = tiles_m * tiles_n, product = blockIdx.x / tiles;
  const TileIndex tile = tile_at(blockIdx.x % tiles, tiles_m, tiles_n);
  const int64_t row0 = int64_t{tile.m} * size, col0 = int64_t{tile.n} * size;
  const BatchOffsets offsets = offsets_of(g.batch, product);
  const T *a = g.a + offsets.a, *b = g.b + offsets.b;
  const int x = threadIdx.x % 16, y = threadIdx.x / 16;

  T sums[side][side] = {};
  for (int64_t k0 = 0; k0 < g.k; k0 += depth) {
    // Neighbouring threads read neighbouring elements of whichever direction is contiguous.
    for (int i = threadIdx.x; i < size * depth; i += GenericTile::threads) {
      const int r = g.a_col == 1 ? i / depth : i % size, p = g.a_col == 1 ? i % depth : i / size;
      const bool inside = row0 + r < g.m && k0 + p < g.k;
      a_tile[p][r] = inside ? a[(row0 + r) * g.a_row + (k0 + p) * g.a_col] : T(0);
    }
    for (int i = threadIdx.x; i < size * depth; i += GenericTile::threads) {
      const int r = g.b_row == 1 ? i / depth : i % size, p = g.b_row == 1 ? i % depth : i / size;
      const bool inside = col0 + r < g.n && k0 + p < g.k;
      b_tile[p][r] = inside ? b[(k0 + p) * g.b_row + (col0 + r) * g.b_col] : T(0);
    }
    __syncthreads();
    const int count = g.k - k0 < depth ? static_cast<int>(g.k - k0) : depth;
    for (int p = 0; p < count; ++p) {
      T left[side], right[side];
      for (int i = 0; i < side; ++i) left[i] = a_tile[p][y + 16 * i];
      for (int j = 0; j < side; ++j) right[j] = b_tile[p][x + 16 * j];
      for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) sums[i][j] = fma(left[i], right[j], sums[i][j]);
    }
    __syncthreads();
  }

  const T alpha = alpha_of(g);
  T* c = g.c + product * g.m * g.n;
  for (int i = 0; i < side; ++i) {
    for (int j = 0; j < side; ++j) {
      const int64_t row = row0 + y + 16 * i, col = col0 + x + 16 * j;
      if (row >= g.m || col >= g.n) continue;
      T& out = c[row * g.c_row + col];
      out = finish(g, alpha, sums[i][j], g.beta != T(0) ? out : T(0), row, col);
    }
  }
}

}  // namespace hebb::cuda

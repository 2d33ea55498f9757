// How simt_kernel.cuh is launched: the instance that fits the way in which A and B are laid out. The tiles are compiled
// in two files, side by side.
#pragma once

#include "../../cuda/context.h"
#include "simt_kernel.cuh"

namespace hebb::cuda {

inline bool aligned(const float* x) { return reinterpret_cast<uintptr_t>(x) % 16 == 0; }

// Rows and columns are strides of the direction that stays (m of A, n of B) and of k.
inline Read read_of(const float* x, int64_t rows, int64_t row_stride, int64_t k_stride, const Batch& batch,
                    const int64_t* batch_strides) {
  if (row_stride != 1 || rows < 4) return Read::depth;
  bool vectors = aligned(x) && k_stride % 4 == 0;
  for (int axis = 0; axis < batch.rank; ++axis) vectors &= batch_strides[axis] % 4 == 0;
  return vectors ? Read::vectors : Read::rows;
}

// `tile` is the number of the tile in simt_tiles.
template <int tile, class Config>
void launch_simt(const BatchedGemm<float>& g, const Cut& cut) {
  static_assert(simt_tiles[tile].m == Config::m && simt_tiles[tile].n == Config::n &&
                simt_tiles[tile].depth == Config::depth && simt_tiles[tile].resident == Config::resident);
  const bool aligned_c =
      g.n % 4 == 0 && (cut.splits > 1 || (aligned(g.c) && g.c_row % 4 == 0));  // one product after the other
  const int64_t blocks = int64_t{cut.tiles_m} * cut.tiles_n * cut.splits * g.batch.count;
  const auto run = [&](auto kernel) {
    kernel<<<static_cast<unsigned>(blocks), Config::threads, 0, stream()>>>(g, cut, aligned_c);
    check_launch();
  };
  const Read a = read_of(g.a, g.m, g.a_row, g.a_col, g.batch, g.batch.a);
  const Read b = read_of(g.b, g.n, g.b_col, g.b_row, g.batch, g.batch.b);
  const auto with = [&]<Read read_a>() {
    if (b == Read::vectors) return run(simt_kernel<Config, read_a, Read::vectors>);
    if (b == Read::rows) return run(simt_kernel<Config, read_a, Read::rows>);
    run(simt_kernel<Config, read_a, Read::depth>);
  };
  if (a == Read::vectors) return with.template operator()<Read::vectors>();
  if (a == Read::rows) return with.template operator()<Read::rows>();
  with.template operator()<Read::depth>();
}

// Of the tiles for few rows or columns, gemm_simt_narrow.cu.
void launch_16x64(const BatchedGemm<float>& g, const Cut& cut);
void launch_64x16(const BatchedGemm<float>& g, const Cut& cut);
void launch_4x128(const BatchedGemm<float>& g, const Cut& cut);
void launch_128x4(const BatchedGemm<float>& g, const Cut& cut);

}  // namespace hebb::cuda

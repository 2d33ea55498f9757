// From the registers in which wgmma leaves its sums to C.
#pragma once

#include "kernel.cuh"

namespace hebb::cuda {

// The sums of a group of warps to C; (row0, col0) is the first element of the group's 64 rows.
template <Last last, int count>
__device__ void store_warpgroup(const BatchedGemm<float>& g, const float (&sums)[count], int64_t row0, int64_t col0,
                                float alpha, bool aligned_c) {
  // A thread holds, of every 8 columns, two neighbours in each of two rows.
  const int lane = threadIdx.x % 32, warp = threadIdx.x % 128 / 32;
  const int64_t col = col0 + lane % 4 * 2;
  const int cols_left = static_cast<int>(g.n - col < 2 * count ? g.n - col : 2 * count);
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int64_t row = row0 + warp * 16 + lane / 4 + half * 8;
    if (row >= g.m) continue;
    float* out = g.c + row * g.c_row + col;
#pragma unroll
    for (int part = 0; part < count / 4; ++part) {
      const int at = part * 8;
      const float x = sums[part * 4 + half * 2], y = sums[part * 4 + half * 2 + 1];
      const bool reads = reads_c(last) && (last != Last::any || g.beta != 0);
      if (aligned_c && at + 1 < cols_left) {
        float2* pair = reinterpret_cast<float2*>(out + at);
        const float2 old = reads ? *pair : float2{0, 0};
        *pair = float2{finish_as<last>(g, alpha, x, old.x, row, col + at),
                       finish_as<last>(g, alpha, y, old.y, row, col + at + 1)};
        continue;
      }
      if (at < cols_left) out[at] = finish_as<last>(g, alpha, x, reads ? out[at] : 0, row, col + at);
      if (at + 1 < cols_left) out[at + 1] = finish_as<last>(g, alpha, y, reads ? out[at + 1] : 0, row, col + at + 1);
    }
  }
}

}  // namespace hebb::cuda

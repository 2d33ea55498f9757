// The matrix product on Hopper's tensor cores. A block stays on its multiprocessor and computes one 128 x n tile of C
// after the other. One thread fetches: box after box of bfloat16 planes, 64 of k at a time, through a ring of stages
// in shared memory. Two groups of four warps multiply, 64 rows each. A barrier `full` says that a stage has come, a
// barrier `empty` that both groups are done with it.
//
// Products of float32 are sums of products of planes (3 or 6 of them, plane_pair()). The tensor cores round their sums
// toward zero; so after every 64 of k they are added, rounded to nearest, to sums in other registers.
#pragma once

#include "hopper_layout.h"
#include "hopper_store.cuh"
#include "wgmma.cuh"

namespace hebb::cuda {

struct HopperOperands {
  CUtensorMap a, b;
};

// `skip`, if given, is a flag on the device: when it is set, nothing is done.
template <class Tile, bool a_along_m, bool b_along_n>
__global__ void __launch_bounds__(Tile::threads, 1)
    hopper_kernel(const BatchedGemm<float> g, const __grid_constant__ HopperOperands maps, const int tiles_m,
                  const int tiles_n, const bool aligned_c, const int* skip) {
  extern __shared__ char memory[];
  __shared__ __align__(8) uint64_t barriers[2 * Tile::stages];
  if (skip && *skip) return;
  const uint32_t ring = (shared_address_of(memory) + 1023) & ~1023u;
  const auto full = [&](int stage) { return shared_address_of(barriers + stage); };
  const auto empty = [&](int stage) { return shared_address_of(barriers + Tile::stages + stage); };
  if (threadIdx.x == 0) {
    for (int stage = 0; stage < Tile::stages; ++stage) {
      init_barrier(full(stage), 1);
      init_barrier(empty(stage), Tile::consumers * 4);  // a lane of every warp
    }
    fence_barriers();
  }
  __syncthreads();

  const int tiles = tiles_m * tiles_n, steps = static_cast<int>((g.k + Tile::depth - 1) / Tile::depth);
  const int warpgroup = __shfl_sync(0xFFFFFFFF, threadIdx.x / 128, 0);
  // The stage in turn, and how often the ring has come round.
  int stage = 0;
  uint32_t parity = 0;
  const auto advance = [&] {
    if (++stage == Tile::stages) stage = 0, parity ^= 1;
  };

  if (warpgroup == 0) {
    give_registers<40>();
    if (threadIdx.x == 0) {
      prefetch_map(&maps.a);
      prefetch_map(&maps.b);
      for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        const TileIndex at = tile_at(tile, tiles_m, tiles_n);
        const int row0 = static_cast<int>(at.m) * Tile::m, col0 = static_cast<int>(at.n) * Tile::n;
        for (int step = 0; step < steps; ++step) {
          wait_for_phase(empty(stage), parity ^ 1);
          arrive_and_expect(full(stage), Tile::stage_bytes);
          const uint32_t to = ring + stage * Tile::stage_bytes;
          const int k0 = step * Tile::depth;
          for (int plane = 0; plane < Tile::planes; ++plane) {
            for (int chunk = 0; chunk < Tile::a_chunks; ++chunk) {
              const int row = row0 + chunk * chunk_side;
              copy_box(to + Tile::a_offset(plane, chunk), &maps.a, a_along_m ? row : k0, a_along_m ? k0 : row, plane,
                       full(stage));
            }
            for (int chunk = 0; chunk < Tile::b_chunks; ++chunk) {
              const int col = col0 + chunk * chunk_side;
              copy_box(to + Tile::b_offset(plane, chunk), &maps.b, b_along_n ? col : k0, b_along_n ? k0 : col, plane,
                       full(stage));
            }
          }
          advance();
        }
      }
    }
  } else {
    take_registers<232>();
    constexpr OperandLayout layout_a = operand_layout(a_along_m), layout_b = operand_layout(b_along_n);
    constexpr int count = Tile::n / 2, slices = Tile::depth / 16;
    const float alpha = alpha_of(g);
    const auto release = [&](int which) {
      if (threadIdx.x % 32 == 0) arrive(empty(which));
    };
    for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
      const TileIndex at = tile_at(tile, tiles_m, tiles_n);
      float sums[count];
      float total[Tile::products > 1 ? count : 1];
#pragma unroll
      for (int i = 0; i < count; ++i) sums[i] = 0;
#pragma unroll
      for (float& x : total) x = 0;
      int previous = 0;
      for (int step = 0; step < steps; ++step) {
        wait_for_phase(full(stage), parity);
        const uint32_t from = ring + stage * Tile::stage_bytes;
        if constexpr (Tile::products > 1) hold(sums);
        wgmma_fence();
#pragma unroll
        for (int pair = 0; pair < Tile::products; ++pair) {
          const PlanePair planes = plane_pair(Tile::products, pair);
          const uint64_t a = matrix_descriptor(from + Tile::a_offset(planes.a, warpgroup - 1), layout_a);
          const uint64_t b = matrix_descriptor(from + Tile::b_offset(planes.b, 0), layout_b);
#pragma unroll
          for (int slice = 0; slice < slices; ++slice) {
            const int keep = Tile::products > 1 ? pair + slice > 0 : step + slice > 0;
            wgmma<a_along_m, b_along_n>(sums, a + (slice * layout_a.advance >> 4), b + (slice * layout_b.advance >> 4),
                                        keep);
          }
        }
        wgmma_commit();
        if constexpr (Tile::products > 1) {
          wgmma_wait<0>();
          hold(sums);
          release(stage);
#pragma unroll
          for (int i = 0; i < count; ++i) total[i] += sums[i];
        } else {
          // One step of products is always under way; the stage of the one before is free.
          wgmma_wait<1>();
          if (step > 0) release(previous);
          previous = stage;
        }
        advance();
      }
      if constexpr (Tile::products == 1) {
        wgmma_wait<0>();
        hold(sums);
        if (steps > 0) release(previous);
      }
      with_last(g.last, [&]<Last last>() {
        const int64_t row0 = int64_t{at.m} * Tile::m + (warpgroup - 1) * 64, col0 = int64_t{at.n} * Tile::n;
        if constexpr (Tile::products == 1) {
          store_warpgroup<last>(g, sums, row0, col0, alpha, aligned_c);
        } else {
          store_warpgroup<last>(g, total, row0, col0, alpha, aligned_c);
        }
      });
    }
  }
}

}  // namespace hebb::cuda

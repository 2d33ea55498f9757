// Which kernel computes a matrix product on the CUDA device, with which tile and in how many slices of k: a pure
// function of the problem and the GPU, so that the same product has the same bits every time. The clock counts were
// fitted to times of an H200 (native/bench/cuda_gemm.cpp); only their relations matter.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "../../core/accelerator.h"

namespace hebb::cuda {

enum class GemmTier : int32_t { generic, simt, hopper };

// A block of gemm_simt.cu: its tile of C, how far it goes along k at once, and how it was seen or is thought to run.
struct SimtTile {
  const char* name;
  int m, n, depth;
  int resident;       // blocks of a multiprocessor at a time
  double efficiency;  // share of the peak with `resident` blocks
  double clocks;      // of one step of k when the block is alone
};
// (8 x 16 sums a thread, 128 x 256 a block, were no faster than the first: 42.3 and 42.8 TFLOP/s at 4096.)
constexpr SimtTile simt_tiles[] = {
    {"128x128", 128, 128, 16, 2, 0.77, 200}, {"64x64", 64, 64, 16, 5, 0.60, 62}, {"32x32", 32, 32, 32, 3, 0.38, 22},
    {"16x16", 16, 16, 64, 3, 0.20, 10},      {"16x64", 16, 64, 32, 3, 0.38, 22}, {"64x16", 64, 16, 32, 3, 0.36, 26},
    {"4x128", 4, 128, 16, 3, 0.40, 16},      {"128x4", 128, 4, 16, 3, 0.40, 16},
};
constexpr int simt_tile_count = static_cast<int>(std::size(simt_tiles));

// The tiles of gemm_hopper.cu; the second is for bfloat16 alone.
constexpr const char* hopper_tiles[] = {"128x128", "128x256"};

struct GemmProblem {
  int64_t m, n, k, batch;
  bool float64;
  bool matrices;  // a and b each have a contiguous direction and no stride of 0: what the tensor cores can read
  int capability, processors;
  MatmulPrecision precision;
};

struct GemmPlan {
  GemmTier tier = GemmTier::generic;
  int tile = 0;       // of simt_tiles, or of hopper_tiles
  int splits = 1;     // slices of k, summed up in order
  int64_t slice = 0;  // their length, a multiple of the tile's depth
  int products = 1;   // of bfloat16 planes, per product of float32 (hopper)
};

// From HEBB_CUDA_GEMM, for tests and benchmarks: "simt", "hopper", "generic", with a tile and a number of slices if
// need be: "simt,128x128,4". What it leaves open is chosen.
struct GemmForce {
  bool any = false;
  GemmTier tier = GemmTier::generic;
  int tile = -1;
  int splits = 0;
};

// nullptr or a text of another form forces nothing.
inline GemmForce parse_gemm_force(const char* text) {
  GemmForce force;
  if (!text) return force;
  const char* const tiers[] = {"generic", "simt", "hopper"};
  const auto word_is = [&](const char* word) {
    const size_t size = std::strlen(word);
    return std::strncmp(text, word, size) == 0 && (text[size] == ',' || text[size] == 0);
  };
  const auto next = [&] {
    text = std::strchr(text, ',');
    return text && *++text;
  };
  for (int tier = 0; tier < 3; ++tier) {
    if (!word_is(tiers[tier])) continue;
    force.any = true;
    force.tier = static_cast<GemmTier>(tier);
  }
  if (!force.any || !next()) return force;
  const bool hopper = force.tier == GemmTier::hopper;
  for (int tile = 0; tile < (hopper ? 2 : simt_tile_count); ++tile) {
    if (word_is(hopper ? hopper_tiles[tile] : simt_tiles[tile].name)) force.tile = tile;
  }
  if (next()) force.splits = std::atoi(text);
  return force;
}

inline int64_t ceil_div(int64_t x, int64_t y) { return (x + y - 1) / y; }

// k in at most `splits` slices, each a multiple of the tile's depth.
inline void set_slices(GemmPlan& plan, int64_t k, int64_t splits) {
  const int64_t depth = simt_tiles[plan.tile].depth;
  plan.slice = std::max(ceil_div(ceil_div(k, splits), depth), int64_t{1}) * depth;
  plan.splits = static_cast<int>(std::max(ceil_div(k, plan.slice), int64_t{1}));
}

// Estimated clocks of a plan of the SIMT kernels.
inline double simt_clocks(const GemmProblem& p, const GemmPlan& plan) {
  constexpr double start = 2500, second_kernel = 4000, lanes = 128, l2_bytes = 40, memory_bytes = 2000;
  const SimtTile& tile = simt_tiles[plan.tile];
  const int64_t tiles = ceil_div(p.m, tile.m) * ceil_div(p.n, tile.n) * p.batch, blocks = tiles * plan.splits;
  const double steps = static_cast<double>(plan.slice);
  const double busy = std::max(tile.m * tile.n / (lanes * tile.efficiency), (tile.m + tile.n) * 4 / l2_bytes);
  const double shared = static_cast<double>(ceil_div(blocks, p.processors)) * busy;
  const double alone = static_cast<double>(ceil_div(blocks, int64_t{p.processors} * tile.resident)) * tile.clocks;
  double clocks = start + steps * std::max(shared, alone);
  if (plan.splits > 1) {
    clocks += second_kernel + 8.0 * plan.splits * static_cast<double>(p.m * p.n * p.batch) / memory_bytes;
  }
  return clocks;
}

inline GemmPlan choose_simt(const GemmProblem& p, const GemmForce& force) {
  constexpr int64_t shortest_slice = 64, most_splits = 64, workspace = int64_t{1} << 26;  // elements
  GemmPlan best;
  double least = -1;
  for (int tile = 0; tile < simt_tile_count; ++tile) {
    if (force.tile >= 0 && tile != force.tile) continue;
    const SimtTile& shape = simt_tiles[tile];
    const auto consider = [&](int64_t splits) {
      GemmPlan plan{.tier = GemmTier::simt, .tile = tile};
      set_slices(plan, p.k, splits);
      const double clocks = simt_clocks(p, plan);
      if (least < 0 || clocks < least) least = clocks, best = plan;
    };
    consider(force.splits > 0 ? force.splits : 1);
    if (force.splits > 0) continue;
    // Slices that fill the GPU once, or with all the blocks that it can hold.
    const int64_t tiles = ceil_div(p.m, shape.m) * ceil_div(p.n, shape.n) * p.batch;
    const int64_t most =
        std::min({most_splits, p.k / shortest_slice, workspace / std::max(p.m * p.n * p.batch, int64_t{1})});
    for (const int64_t full : {int64_t{p.processors}, int64_t{p.processors} * shape.resident}) {
      const int64_t splits = std::min(full / tiles, most);
      if (splits > 1) consider(splits);
    }
  }
  return best;
}

// Estimated clocks of a plan on Hopper's tensor cores: splitting A and B into planes, then the product.
inline double hopper_clocks(const GemmProblem& p, const GemmPlan& plan) {
  constexpr double memory_bytes = 2000, last_step = 3000;
  const int columns = plan.tile == 1 ? 256 : 128;
  const double start = plan.products == 1 ? 9000 : 12000;  // of three kernels, or four
  const double step = plan.products == 6 ? 3600 : plan.products == 3 ? 2160 : plan.tile == 1 ? 1180 : 700;
  const int planes = plan.products == 6 ? 3 : plan.products == 3 ? 2 : 1;
  const double elements = static_cast<double>(p.k) * static_cast<double>(p.m + p.n);
  const int64_t tiles = ceil_div(p.m, int64_t{128}) * ceil_div(p.n, int64_t{columns});
  const auto rounds = static_cast<double>(ceil_div(tiles, p.processors));
  const auto steps = static_cast<double>(ceil_div(p.k, int64_t{64}));
  return start + elements * (4 + 2 * planes) / memory_bytes + rounds * (steps * step + last_step);
}

inline bool hopper_can(const GemmProblem& p) {
  constexpr int64_t limit = int64_t{1} << 31;
  return p.capability == 90 && p.matrices && p.batch == 1 && p.m < limit && p.n < limit && p.k < limit;
}

// float32 of full precision takes six products of planes: twice as fast as sums of float32, and more accurate.
inline GemmPlan choose_hopper(const GemmProblem& p, const GemmForce& force) {
  GemmPlan plan{.tier = GemmTier::hopper, .slice = p.k};
  plan.products = p.precision == MatmulPrecision::highest ? 6 : p.precision == MatmulPrecision::high ? 3 : 1;
  if (plan.products > 1) return plan;
  GemmPlan wide = plan;
  wide.tile = 1;
  if (force.tile >= 0) return force.tile == 1 ? wide : plan;
  return hopper_clocks(p, wide) < hopper_clocks(p, plan) ? wide : plan;
}

inline GemmPlan choose_gemm(const GemmProblem& p, const GemmForce& force = {}) {
  const GemmPlan generic;
  if (p.float64 || p.k == 0) return generic;
  if (force.any && force.tier == GemmTier::generic) return generic;
  if (!hopper_can(p) || (force.any && force.tier == GemmTier::simt)) return choose_simt(p, force);
  const GemmPlan hopper = choose_hopper(p, force);
  if (force.any) return hopper;
  const GemmPlan simt = choose_simt(p, force);
  return hopper_clocks(p, hopper) < simt_clocks(p, simt) ? hopper : simt;
}

}  // namespace hebb::cuda

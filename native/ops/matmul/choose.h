// Which kernel computes a matrix product on the CUDA device, with which tile and in how many slices of k: a pure
// function of the problem and the GPU, so that the same product has the same bits every time. The clock counts are
// estimates of a Hopper multiprocessor (128 lanes); only their relations matter.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>

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
constexpr SimtTile simt_tiles[] = {
    {"128x256", 128, 256, 8, 1, 0.90, 285}, {"128x128", 128, 128, 16, 2, 0.86, 185}, {"64x64", 64, 64, 16, 5, 0.65, 55},
    {"32x32", 32, 32, 32, 3, 0.40, 13},     {"16x64", 16, 64, 32, 4, 0.40, 13},      {"64x16", 64, 16, 32, 4, 0.40, 13},
    {"16x16", 16, 16, 64, 4, 0.25, 5},      {"4x128", 4, 128, 16, 4, 0.50, 13},      {"128x4", 128, 4, 16, 4, 0.50, 13},
};
constexpr int simt_tile_count = static_cast<int>(std::size(simt_tiles));

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
  for (int tile = 0; tile < simt_tile_count; ++tile) {
    if (word_is(simt_tiles[tile].name)) force.tile = tile;
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
    for (int64_t splits = 1; splits <= most_splits; ++splits) {
      const int64_t wanted = force.splits > 0 ? force.splits : splits;
      GemmPlan plan{.tier = GemmTier::simt, .tile = tile};
      set_slices(plan, p.k, wanted);
      if (force.splits <= 0 && splits > 1 &&
          (plan.splits != splits || plan.slice < shortest_slice || p.m * p.n * p.batch > workspace / splits)) {
        continue;
      }
      const double clocks = simt_clocks(p, plan);
      if (least < 0 || clocks < least) least = clocks, best = plan;
      if (force.splits > 0) break;
    }
  }
  return best;
}

// From which m n k on a product is worth the splitting into planes for Hopper's tensor cores. `highest` (six products
// of planes, more accurate than float32 sums) waits for its measurement and must be forced.
inline double hopper_least_work(MatmulPrecision precision) {
  switch (precision) {
    case MatmulPrecision::highest:
      return std::numeric_limits<double>::infinity();
    case MatmulPrecision::high:
      return 768.0 * 768 * 768;
    default:
      return 512.0 * 512 * 512;
  }
}

inline bool hopper_can(const GemmProblem& p) {
  constexpr int64_t limit = int64_t{1} << 31;
  return p.capability == 90 && p.matrices && p.batch == 1 && p.m < limit && p.n < limit && p.k < limit;
}

inline GemmPlan choose_hopper(const GemmProblem& p, const GemmForce& force) {
  GemmPlan plan{.tier = GemmTier::hopper, .slice = p.k};
  plan.products = p.precision == MatmulPrecision::highest ? 6 : p.precision == MatmulPrecision::high ? 3 : 1;
  // Tile 1 has 256 columns and room for one product only; it wants a tile for every multiprocessor.
  const bool fills = ceil_div(p.m, int64_t{128}) * ceil_div(p.n, int64_t{256}) >= p.processors;
  plan.tile = plan.products == 1 && (force.tile < 0 ? fills : simt_tiles[force.tile].n == 256);
  return plan;
}

inline GemmPlan choose_gemm(const GemmProblem& p, const GemmForce& force = {}) {
  const GemmPlan generic;
  if (p.float64 || p.k == 0) return generic;
  if (force.any && force.tier == GemmTier::generic) return generic;
  const double work = static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
  const bool worth = force.any ? force.tier == GemmTier::hopper : work >= hopper_least_work(p.precision);
  if (worth && hopper_can(p)) return choose_hopper(p, force);
  return choose_simt(p, force);
}

}  // namespace hebb::cuda

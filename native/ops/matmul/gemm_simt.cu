// The product in float32: slices, tiles, and the second kernel when there are slices. See simt_kernel.cuh.
#include "simt_launch.cuh"

namespace hebb::cuda {

namespace {

Cut cut_of(const BatchedGemm<float>& g, const SimtTile& tile, int splits, int64_t slice) {
  return {static_cast<unsigned>(ceil_div(g.m, tile.m)), static_cast<unsigned>(ceil_div(g.n, tile.n)),
          static_cast<unsigned>(splits), slice};
}

// In the order of simt_tiles. SimtConfig: m, n, depth, rows, cols, lanes_m, groups, stages, resident.
using Launcher = void (*)(const BatchedGemm<float>&, const Cut&);
constexpr Launcher launchers[] = {
    launch_simt<0, SimtConfig<128, 128, 16, 8, 8, 4, 1, 2, 2>>,
    launch_simt<1, SimtConfig<64, 64, 16, 8, 4, 4, 1, 4, 5>>,
    launch_simt<2, SimtConfig<32, 32, 32, 4, 4, 4, 4, 4, 3>>,
    launch_simt<3, SimtConfig<16, 16, 64, 2, 4, 8, 8, 4, 3>>,
    launch_16x64,
    launch_64x16,
    launch_4x128,
    launch_128x4,
};
static_assert(std::size(launchers) == simt_tile_count);

}  // namespace

void gemm_simt(const BatchedGemm<float>& g, const GemmPlan& plan) {
  Cut cut = cut_of(g, simt_tiles[plan.tile], plan.splits, plan.slice);
  const int64_t elements = g.m * g.n * g.batch.count;
  if (plan.splits > 1) {
    cut.partial = reinterpret_cast<float*>(scratch(elements * plan.splits * static_cast<int64_t>(sizeof(float))));
  }
  launchers[plan.tile](g, cut);
  if (plan.splits == 1) return;
  join_kernel<<<static_cast<unsigned>(ceil_div(elements, join_threads)), join_threads, 0, stream()>>>(g, cut);
  check_launch();
}

void gemm_simt_if(const BatchedGemm<float>& g, const int* flag) {
  constexpr int square = 0;
  Cut cut = cut_of(g, simt_tiles[square], 1, g.k);
  cut.needed = flag;
  launchers[square](g, cut);
}

}  // namespace hebb::cuda

// The tiles of simt_kernel.cuh for few rows or columns.
#include "simt_launch.cuh"

namespace hebb::cuda {

// SimtConfig: m, n, depth, rows, cols, lanes_m, groups, stages, resident.
void launch_16x64(const BatchedGemm<float>& g, const Cut& cut) {
  launch_simt<4, SimtConfig<16, 64, 32, 4, 4, 4, 4, 4, 3>>(g, cut);
}
void launch_64x16(const BatchedGemm<float>& g, const Cut& cut) {
  launch_simt<5, SimtConfig<64, 16, 32, 4, 4, 8, 4, 4, 3>>(g, cut);
}
void launch_4x128(const BatchedGemm<float>& g, const Cut& cut) {
  launch_simt<6, SimtConfig<4, 128, 16, 1, 4, 4, 2, 4, 3>>(g, cut);
}
void launch_128x4(const BatchedGemm<float>& g, const Cut& cut) {
  launch_simt<7, SimtConfig<128, 4, 16, 4, 1, 8, 2, 4, 3>>(g, cut);
}

}  // namespace hebb::cuda

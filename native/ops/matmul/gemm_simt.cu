// The launches of simt_kernel.cuh: one per tile of choose.h and way to read A and B.
#include "../../cuda/context.h"
#include "simt_kernel.cuh"

namespace hebb::cuda {

namespace {

bool aligned(const float* x) { return reinterpret_cast<uintptr_t>(x) % 16 == 0; }

// Rows and columns are strides of the direction that stays (m of A, n of B) and of k.
Read read_of(const float* x, int64_t rows, int64_t row_stride, int64_t k_stride, const Batch& batch,
             const int64_t* batch_strides) {
  if (row_stride != 1 || rows < 4) return Read::depth;
  bool vectors = aligned(x) && k_stride % 4 == 0;
  for (int axis = 0; axis < batch.rank; ++axis) vectors &= batch_strides[axis] % 4 == 0;
  return vectors ? Read::vectors : Read::rows;
}

template <class Config>
void launch(const BatchedGemm<float>& g, const Cut& cut) {
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

Cut cut_of(const BatchedGemm<float>& g, const SimtTile& tile, int splits, int64_t slice) {
  return {static_cast<unsigned>(ceil_div(g.m, tile.m)), static_cast<unsigned>(ceil_div(g.n, tile.n)),
          static_cast<unsigned>(splits), slice};
}

using Launcher = void (*)(const BatchedGemm<float>&, const Cut&);
//                                         m    n  depth rows cols lanes_m groups stages resident
constexpr Launcher launchers[] = {
    launch<SimtConfig<128, 256, 8, 8, 16, 4, 1, 3, 1>>, launch<SimtConfig<128, 128, 16, 8, 8, 4, 1, 2, 2>>,
    launch<SimtConfig<64, 64, 16, 8, 4, 4, 1, 4, 5>>,   launch<SimtConfig<32, 32, 32, 4, 4, 4, 4, 4, 3>>,
    launch<SimtConfig<16, 64, 32, 4, 4, 4, 4, 4, 4>>,   launch<SimtConfig<64, 16, 32, 4, 4, 8, 4, 4, 4>>,
    launch<SimtConfig<16, 16, 64, 2, 4, 8, 8, 4, 4>>,   launch<SimtConfig<4, 128, 16, 1, 4, 4, 2, 4, 4>>,
    launch<SimtConfig<128, 4, 16, 4, 1, 8, 2, 4, 4>>,
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
  constexpr int square = 1;
  Cut cut = cut_of(g, simt_tiles[square], 1, g.k);
  cut.needed = flag;
  launchers[square](g, cut);
}

}  // namespace hebb::cuda

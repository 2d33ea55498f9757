// The launch of generic_kernel.cuh: the product that takes everything, and the reference of the faster ones.
#include "../../cuda/context.h"
#include "generic_kernel.cuh"

namespace hebb::cuda {

namespace {

template <class T>
void run(const BatchedGemm<T>& g) {
  const int64_t tiles_m = (g.m + GenericTile::size - 1) / GenericTile::size;
  const int64_t tiles_n = (g.n + GenericTile::size - 1) / GenericTile::size;
  const int64_t blocks = tiles_m * tiles_n * g.batch.count;
  generic_kernel<<<static_cast<unsigned>(blocks), GenericTile::threads, 0, stream()>>>(
      g, static_cast<unsigned>(tiles_m), static_cast<unsigned>(tiles_n));
  check_launch();
}

}  // namespace

void gemm_generic(const BatchedGemm<float>& g) { run(g); }
void gemm_generic(const BatchedGemm<double>& g) { run(g); }

}  // namespace hebb::cuda

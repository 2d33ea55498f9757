// The choice among the kernels of the matrix product.
#include "../../cuda/context.h"
#include "gemm.cuh"

namespace hebb::cuda {

GemmProblem problem_of(const BatchedGemm<float>& g) {
  const bool a = (g.a_row == 1 || g.a_col == 1) && g.a_row > 0 && g.a_col > 0;
  const bool b = (g.b_row == 1 || g.b_col == 1) && g.b_row > 0 && g.b_col > 0;
  return {g.m, g.n, g.k, g.batch.count, false, a && b, current().capability, current().processors, current().precision};
}

void gemm(const BatchedGemm<float>& product) {
  BatchedGemm<float> g = product;
  g.last = last_of(g);
  const GemmPlan plan = choose_gemm(problem_of(g), parse_gemm_force(current().gemm_force.c_str()));
  switch (plan.tier) {
    case GemmTier::generic:
      return gemm_generic(g);
    case GemmTier::simt:
      return gemm_simt(g, plan);
    case GemmTier::hopper:
      return gemm_hopper(g, plan);
  }
}

void gemm(const BatchedGemm<double>& g) { gemm_generic(g); }

}  // namespace hebb::cuda

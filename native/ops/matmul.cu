// out[batch..., m, n] = sum over k of a[batch..., m, k] * b[batch..., k, n], all of the batch in one launch.
#include "../cuda/context.h"
#include "matmul/launch.cuh"

namespace hebb::cuda {

void matmul_kernel(const Launch& call) {
  if (call.out[0].size() == 0) return;
  if (call.out[0].dtype() == Dtype::float32) return gemm(gemm_of<float>(call));
  gemm(gemm_of<double>(call));
}

}  // namespace hebb::cuda

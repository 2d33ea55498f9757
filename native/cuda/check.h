// Every call into CUDA is checked: CUDA_CHECK(cudaMemcpyAsync(...)) throws ERR_CUDA, or ERR_OUT_OF_MEMORY, with CUDA's
// own words.
#pragma once

#include <cuda_runtime_api.h>

#include "../core/error.h"

namespace hebb::cuda {

inline void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // or the next call would report it again
  const ErrorCode code = status == cudaErrorMemoryAllocation ? ErrorCode::out_of_memory : ErrorCode::cuda;
  fail(code, "CUDA: ", cudaGetErrorString(status), " (", cudaGetErrorName(status), ") in ", call);
}

}  // namespace hebb::cuda

#define CUDA_CHECK(call) ::hebb::cuda::check(call, #call)

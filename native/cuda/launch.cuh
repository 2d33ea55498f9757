// How kernels are started: submit(kernel, blocks, threads, arguments...) on the stream of the call under way.
#pragma once

#include "context.h"

namespace hebb::cuda {
namespace {

constexpr int warp = 32;
constexpr unsigned all_lanes = 0xffffffffu;

// `blocks` is below 2^31: callers that could have more split their work or loop inside. `shared_bytes` of
// shared_memory() are for each block.
template <class... Parameters, class... Arguments>
void submit_with(int64_t shared_bytes, void (*kernel)(Parameters...), int64_t blocks, int threads,
                 const Arguments&... arguments) {
#if defined(HEBB_EMULATED_KERNELS)
  emulated::launch(blocks, threads, shared_bytes, [=] { kernel(arguments...); });  // test/native/emulated
#else
  constexpr int64_t without_asking = 48 * 1024;
  if (shared_bytes > without_asking) {
    CUDA_CHECK(
        cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)));
  }
  kernel<<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads), static_cast<size_t>(shared_bytes),
           stream()>>>(arguments...);
#endif
  check_launch();
}

template <class... Parameters, class... Arguments>
void submit(void (*kernel)(Parameters...), int64_t blocks, int threads, const Arguments&... arguments) {
  submit_with(0, kernel, blocks, threads, arguments...);
}

__device__ __forceinline__ float* shared_memory() {
#if defined(HEBB_EMULATED_KERNELS)
  return emulated::shared_memory;
#else
  extern __shared__ float4 dynamic_shared_memory[];
  return reinterpret_cast<float*>(dynamic_shared_memory);
#endif
}

// Blocks for `items` of which each block takes `each`, at most `most`: such kernels loop over what is left.
inline int64_t block_count(int64_t items, int64_t each, int64_t most = 1 << 20) {
  const int64_t blocks = (items + each - 1) / each;
  return blocks < most ? blocks : most;
}

// Elements that move together.
template <class T, int width>
struct alignas(sizeof(T) * width) Pack {
  T v[width];
};

inline bool aligned(const void* data, int64_t bytes) { return reinterpret_cast<uintptr_t>(data) % bytes == 0; }

// a / b for a, b >= 0; 64-bit divisions are ten times as slow.
__device__ __forceinline__ int64_t divide(int64_t a, int64_t b) {
  if (((a | b) >> 32) == 0) return static_cast<uint32_t>(a) / static_cast<uint32_t>(b);
  return a / b;
}

}  // namespace
}  // namespace hebb::cuda

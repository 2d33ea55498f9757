// The CUDA kernels without CUDA, for tests on any machine: this header stands in the place of the toolkit's, with what
// native/cuda and native/ops use of it. Threads of a block are fibers that take turns at barriers and shuffles; a
// kernel that waits for threads which do not come is an error. Asynchronous copies arrive as late as allowed. With
// HEBB_EMULATED_KERNELS it also makes C++ of a kernel's source.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(HEBB_EMULATED_KERNELS)
#define __CUDACC__ 1
#define __host__
#define __device__
#define __global__
#define __shared__ static
#define __grid_constant__
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#endif

struct dim3 {
  unsigned x, y, z;
};
struct uint4 {
  unsigned x, y, z, w;
};
inline dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace hebb::cuda::emulated {

using Work = std::function<void()>;
struct Graph {
  std::vector<Work> work;
};
inline Graph* recording = nullptr;

// Now, or when the graph that is being recorded is launched.
inline void queue(const Work& work) { recording ? recording->work.push_back(work) : work(); }
void run_grid(unsigned blocks, unsigned threads, int64_t shared_bytes, const Work& thread);
constexpr size_t memory = size_t{1} << 30;
constexpr int64_t most_shared_bytes = 227 * 1024;
alignas(16) inline float shared_memory[most_shared_bytes / sizeof(float)];
void launch(int64_t blocks, int threads, int64_t shared_bytes, const Work& thread);

void wait_for_block();
void wait_for_warp();
int lane();
uint64_t* warp_slots();  // one per lane
// Asynchronous copies of the running thread: their values are read at once, and written when a wait asks for them.
void copy_later(float* to, const float* values, int count);
void demand_aligned(const void* address, uintptr_t bytes);
void close_group();
void wait_for_groups(int pending);

template <class T>
T exchange(T value, int from) {
  static_assert(sizeof(T) <= sizeof(uint64_t));
  uint64_t* const slots = warp_slots();
  std::memcpy(&slots[lane()], &value, sizeof value);
  wait_for_warp();
  std::memcpy(&value, &slots[from], sizeof value);
  wait_for_warp();
  return value;
}

}  // namespace hebb::cuda::emulated

inline void __syncthreads() { hebb::cuda::emulated::wait_for_block(); }
inline void __syncwarp() { hebb::cuda::emulated::wait_for_warp(); }
template <class T>
T __shfl_down_sync(unsigned, T value, int distance) {
  const int lane = hebb::cuda::emulated::lane();
  return hebb::cuda::emulated::exchange(value, lane + distance < 32 ? lane + distance : lane);
}
template <class T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  return hebb::cuda::emulated::exchange(value, hebb::cuda::emulated::lane() ^ mask);
}
template <class T>
T __shfl_sync(unsigned, T value, int lane) {
  return hebb::cuda::emulated::exchange(value, lane);
}
inline unsigned __ballot_sync(unsigned, bool holds) {
  unsigned lanes = 0;
  for (int i = 0; i < 32; ++i) lanes |= unsigned{hebb::cuda::emulated::exchange(holds, i)} << i;
  return lanes;
}
inline bool __any_sync(unsigned lanes, bool holds) { return __ballot_sync(lanes, holds) != 0; }
inline bool __all_sync(unsigned lanes, bool holds) { return !__any_sync(lanes, !holds); }
inline bool __syncthreads_and(bool holds) {
  static bool all;
  __syncthreads();
  all = true;
  __syncthreads();
  if (!holds) all = false;
  __syncthreads();
  return all;
}

inline int __ffs(int x) { return __builtin_ffs(x); }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>(uint64_t{a} * b >> 32); }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline double __fma_rn(double a, double b, double c) { return std::fma(a, b, c); }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
inline double __dsqrt_rn(double x) { return std::sqrt(x); }
inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }
inline int atomicCAS(int* at, int expected, int value) {
  const int old = *at;
  if (old == expected) *at = value;
  return old;
}

#define HEBB_ASYNC_COPY  // in the place of native/cuda/async_copy.cuh
namespace hebb::cuda {

inline void copy_async(float* to, const float* from, bool valid) {
  const float zero = 0;
  emulated::demand_aligned(from, sizeof(float));
  emulated::copy_later(to, valid ? from : &zero, 1);
}
inline void copy_async_4(float* to, const float* from, int count) {
  float values[4] = {};
  for (const float* const address : {static_cast<const float*>(to), from}) {
    emulated::demand_aligned(address, sizeof values);
  }
  if (count > 0) std::memcpy(values, from, static_cast<size_t>(std::min(count, 4)) * sizeof(float));
  emulated::copy_later(to, values, 4);
}
inline void commit_copies() { emulated::close_group(); }
template <int pending>
void wait_copies() {
  emulated::wait_for_groups(pending);
}

}  // namespace hebb::cuda

// --- the runtime

enum cudaError_t { cudaSuccess, cudaErrorMemoryAllocation, cudaErrorInsufficientDriver, cudaErrorNoDevice };
enum { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaStreamNonBlocking, cudaStreamCaptureModeRelaxed };
enum { cudaMemPoolAttrReleaseThreshold, cudaEventDisableTiming };
enum {
  cudaDevAttrComputeCapabilityMajor,
  cudaDevAttrComputeCapabilityMinor,
  cudaDevAttrMultiProcessorCount,
  cudaDevAttrMaxSharedMemoryPerBlockOptin,
};
struct cudaDeviceProp {
  char name[256];
  size_t totalGlobalMem;
  int major, minor, multiProcessorCount;
};
using cudaStream_t = void*;
using cudaEvent_t = void*;
using cudaMemPool_t = void*;
using cudaGraph_t = hebb::cuda::emulated::Graph*;
using cudaGraphExec_t = hebb::cuda::emulated::Graph*;

inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline const char* cudaGetErrorString(cudaError_t) { return "emulated"; }
inline const char* cudaGetErrorName(cudaError_t) { return "emulated"; }
inline cudaError_t cudaGetDeviceCount(int* count) { return *count = 1, cudaSuccess; }
inline cudaError_t cudaRuntimeGetVersion(int* version) { return *version = 0, cudaSuccess; }
inline cudaError_t cudaDriverGetVersion(int* version) { return *version = 0, cudaSuccess; }
inline cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  return *properties = {"an emulated GPU", hebb::cuda::emulated::memory, 0, 0, 4}, cudaSuccess;
}
inline cudaError_t cudaSetDevice(int) { return cudaSuccess; }
inline cudaError_t cudaDeviceGetAttribute(int* value, int attribute, int) {
  if (attribute == cudaDevAttrMaxSharedMemoryPerBlockOptin) {
    *value = static_cast<int>(hebb::cuda::emulated::most_shared_bytes);
  } else {
    *value = attribute == cudaDevAttrMultiProcessorCount ? 4 : 0;
  }
  return cudaSuccess;
}
inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, int) { return *stream = nullptr, cudaSuccess; }
inline cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) { return *pool = nullptr, cudaSuccess; }
inline cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, int, void*) { return cudaSuccess; }
inline cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, size_t) { return cudaSuccess; }
inline cudaError_t cudaMemGetInfo(size_t* free, size_t* total) { return *free = *total = 0, cudaSuccess; }
inline cudaError_t cudaMalloc(void** data, size_t bytes) {
  if (bytes > hebb::cuda::emulated::memory) return cudaErrorMemoryAllocation;
  *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(*data, 0xa7, bytes);
  return cudaSuccess;
}
inline cudaError_t cudaMallocAsync(void** data, size_t bytes, cudaStream_t) { return cudaMalloc(data, bytes); }
inline cudaError_t cudaFree(void* data) { return std::free(data), cudaSuccess; }
inline cudaError_t cudaFreeAsync(void* data, cudaStream_t) { return cudaFree(data); }
inline cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, int, cudaStream_t) {
  hebb::cuda::emulated::queue([=] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}
inline cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t) {
  hebb::cuda::emulated::queue([=] { std::memset(to, value, bytes); });
  return cudaSuccess;
}
inline cudaError_t cudaEventCreate(cudaEvent_t* event) { return *event = nullptr, cudaSuccess; }
inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, int) { return cudaEventCreate(event); }
inline cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t, cudaEvent_t) { return *ms = 0, cudaSuccess; }
inline cudaError_t cudaStreamBeginCapture(cudaStream_t, int) {
  return hebb::cuda::emulated::recording = new hebb::cuda::emulated::Graph, cudaSuccess;
}
inline cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  return *graph = std::exchange(hebb::cuda::emulated::recording, nullptr), cudaSuccess;
}
inline cudaError_t cudaGraphInstantiate(cudaGraphExec_t* ready, cudaGraph_t graph, int) {
  return *ready = new hebb::cuda::emulated::Graph(*graph), cudaSuccess;
}
inline cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
inline cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return cudaGraphDestroy(graph); }
inline cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t) {
  for (const auto& work : graph->work) work();
  return cudaSuccess;
}

// What the host side of a CUDA kernel may use. A kernel of the table is a function `name_kernel(const Launch&)` in
// namespace hebb::cuda, in native/ops/<stem>.cu: it queues its work on stream() and ends with check_launch(). It never
// waits and never copies to the host, so that it can stand in a CUDA graph.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <string>
#include <vector>

#include "../core/accelerator.h"
#include "check.h"
#include "lanes.h"

namespace hebb::cuda {

// Where a kernel notes the first value it could not use; read at the next synchronisation.
struct Fault {
  enum Kind : int { none, label, index } kind;
  int op;  // of the table
  long long value, limit;
};

struct Context {
  int device = 0;
  int capability = 0;  // 90 for 9.0
  int processors = 0;
  int64_t shared_bytes = 0;  // that a block may ask for
  cudaStream_t stream = nullptr;
  // Graphs are recorded on streams of their own: memory is asked for and freed on the other at any time.
  cudaStream_t lanes[max_lanes] = {};
  int lane = 0;            // the one being recorded on
  bool capturing = false;  // a graph is being made
  cudaMemPool_t pool = nullptr;
  Fault* fault = nullptr;  // on the device
  MatmulPrecision precision = MatmulPrecision::highest;
  std::string gemm_force;  // HEBB_CUDA_GEMM: kept, since graphs are also recorded beside the thread that may change it
  // Working memory of kernels, on the device, one for each lane. Only ever grown, and the old pieces kept: graphs point
  // at them.
  struct Scratch {
    std::vector<std::byte*> pieces;
    int64_t bytes = 0;  // of the last one
  } scratch[max_lanes];
};

// The context of the call under way on this thread.
Context& current();

inline cudaStream_t stream() { return current().capturing ? current().lanes[current().lane] : current().stream; }

// At least `bytes` of working memory on the device, 256-byte aligned. What a kernel keeps in it is gone when the next
// launch of the table begins.
std::byte* scratch(int64_t bytes);

// After `kernel<<<...>>>()`.
inline void check_launch() { CUDA_CHECK(cudaGetLastError()); }

}  // namespace hebb::cuda

#if defined(__CUDACC__)
namespace hebb::cuda {

// On the device: the first fault wins, in no particular order among threads.
inline __device__ void report_fault(Fault* fault, Fault::Kind kind, Op op, long long value, long long limit) {
  if (atomicCAS(reinterpret_cast<int*>(&fault->kind), int{Fault::none}, int{kind}) != int{Fault::none}) return;
  fault->op = static_cast<int>(op);
  fault->value = value;
  fault->limit = limit;
}

}  // namespace hebb::cuda
#endif

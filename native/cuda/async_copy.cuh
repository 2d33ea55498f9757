// Copies from global to shared memory past the registers (cp.async, sm_80 and newer; older GPUs copy at once). A copy
// that is not `valid` writes zeros and reads nothing.
#ifndef HEBB_ASYNC_COPY
#define HEBB_ASYNC_COPY

namespace hebb::cuda {

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800

inline __device__ unsigned shared_address(const void* pointer) {
  return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}

inline __device__ void copy_async(float* to, const float* from, bool valid) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(shared_address(to)), "l"(from), "r"(valid ? 4 : 0)
               : "memory");
}

// Of four floats, 16-byte aligned, the first `count` (which may be beyond 0..4).
inline __device__ void copy_async_4(float* to, const float* from, int count) {
  const int bytes = count <= 0 ? 0 : count >= 4 ? 16 : count * 4;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(bytes)
               : "memory");
}

inline __device__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Until all but the last `pending` groups of this thread have arrived.
template <int pending>
inline __device__ void wait_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

#else

inline __device__ void copy_async(float* to, const float* from, bool valid) { *to = valid ? *from : 0.0f; }

inline __device__ void copy_async_4(float* to, const float* from, int count) {
  for (int i = 0; i < 4; ++i) to[i] = i < count ? from[i] : 0.0f;
}

inline __device__ void commit_copies() {}

template <int pending>
inline __device__ void wait_copies() {}

#endif

}  // namespace hebb::cuda

#endif

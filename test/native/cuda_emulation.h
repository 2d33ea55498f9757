// Runs the blocks of a CUDA kernel on the CPU, one after the other: a thread is a fiber, __syncthreads() changes to the
// next one, in an order that is shuffled after every barrier, and asynchronous copies arrive as late as allowed. So a
// missing barrier or wait shows as a wrong number. Include this before the header of the kernel; what runs on the
// tensor cores cannot be run here.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#define __host__
#define __device__
#define __global__
#define __shared__ static
#define __launch_bounds__(...)

struct uint3 {
  unsigned x, y, z;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
inline uint3 threadIdx, blockIdx;

namespace hebb::cuda::emulation {

struct Copy {
  float* to;
  float values[4];
  int count;
};

struct Fiber {
  ucontext_t context;
  std::vector<char> stack;
  std::vector<std::vector<Copy>> groups;  // of asynchronous copies, the last one still open
  bool done = false;
};

inline std::vector<Fiber> fibers;
inline ucontext_t scheduler;
inline unsigned running;
inline uint64_t state = 1;

inline void run_fiber(unsigned high, unsigned low) {
  (*reinterpret_cast<const std::function<void()>*>(uint64_t{high} << 32 | low))();
  fibers[running].done = true;
  swapcontext(&fibers[running].context, &scheduler);
}

inline void barrier() { swapcontext(&fibers[running].context, &scheduler); }

inline void arrive(std::vector<Copy>& group) {
  for (const Copy& copy : group) std::memcpy(copy.to, copy.values, copy.count * sizeof(float));
}

// Returns whether all threads met at the same barriers.
inline bool run_block(unsigned index, int threads, const std::function<void()>& kernel) {
  blockIdx = {index, 0, 0};
  fibers.resize(threads);
  const auto address = reinterpret_cast<uint64_t>(&kernel);
  for (Fiber& fiber : fibers) {
    fiber.stack.resize(64 * 1024);
    fiber.groups.assign(1, {});
    fiber.done = false;
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.data();
    fiber.context.uc_stack.ss_size = fiber.stack.size();
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, reinterpret_cast<void (*)()>(run_fiber), 2, static_cast<unsigned>(address >> 32),
                static_cast<unsigned>(address));
  }
  std::vector<unsigned> order(threads);
  std::iota(order.begin(), order.end(), 0u);
  bool level = true;
  for (int left = threads; left > 0;) {
    for (int i = threads - 1; i > 0; --i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      std::swap(order[i], order[(state >> 33) % (i + 1)]);
    }
    const int before = left;
    for (unsigned thread : order) {
      if (fibers[thread].done) continue;
      running = thread;
      threadIdx = {thread, 0, 0};
      swapcontext(&scheduler, &fibers[thread].context);
      left -= fibers[thread].done;
    }
    level &= left == before || left == 0;
  }
  return level;
}

}  // namespace hebb::cuda::emulation

inline void __syncthreads() { hebb::cuda::emulation::barrier(); }

namespace hebb::cuda {

inline float fma(float a, float b, float c) { return std::fma(a, b, c); }
inline double fma(double a, double b, double c) { return std::fma(a, b, c); }

#define HEBB_ASYNC_COPY
// The values are read when the copy is asked for, and written when a wait says that they must be there.
inline void copy_async_4(float* to, const float* from, int count) {
  emulation::Copy copy{to, {}, 4};
  for (int i = 0; i < std::min(count, 4); ++i) copy.values[i] = from[i];
  emulation::fibers[emulation::running].groups.back().push_back(copy);
}
inline void copy_async(float* to, const float* from, bool valid) {
  emulation::fibers[emulation::running].groups.back().push_back({to, {valid ? *from : 0.0f}, 1});
}
inline void commit_copies() { emulation::fibers[emulation::running].groups.push_back({}); }
template <int pending>
inline void wait_copies() {
  auto& groups = emulation::fibers[emulation::running].groups;
  while (groups.size() > pending + 1) {
    emulation::arrive(groups.front());
    groups.erase(groups.begin());
  }
}

}  // namespace hebb::cuda

// Busy waiting with an end: pause() keeps the core polite and says when it is time to sleep instead.
#pragma once

#include <chrono>
#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace hebb {

inline void cpu_relax() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__) && !defined(_MSC_VER)
  asm volatile("isb" ::: "memory");  // `yield` is a no-op on most cores; isb waits about as long as x86's pause
#endif
}

class Spin {
 public:
  explicit Spin(std::chrono::microseconds limit) : limit_(limit) {}

  void restart() { rounds_ = 0; }

  // One pause. False once the limit has passed; the clock is read on every 64th call only.
  bool pause() {
    cpu_relax();
    if (rounds_++ % 64 != 0) return true;
    const auto now = std::chrono::steady_clock::now();
    if (rounds_ == 1) end_ = now + limit_;
    return now < end_;
  }

 private:
  std::chrono::microseconds limit_;
  std::chrono::steady_clock::time_point end_;
  uint32_t rounds_ = 0;
};

}  // namespace hebb

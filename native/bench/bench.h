// What the native benchmarks share: memory for tensors, numbers to fill them with, and the timing of a call.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "../core/launch.h"
#include "../cpu/device.h"
#include "../cpu/threads.h"

namespace hebb::bench {

// The CPU with memory from the heap. reset() lets the next calls of allocate reuse what the last ones made, in order.
struct BenchDevice : CpuDevice {
  Buffer* allocate(int64_t bytes) override {
    if (next == buffers.size()) buffers.push_back({});
    Block& block = buffers[next++];
    if (block.buffer.bytes < bytes) {
      block.bytes.reset(static_cast<std::byte*>(::operator new(static_cast<size_t>(bytes), std::align_val_t(64))));
      block.buffer = {.data = block.bytes.get(), .bytes = bytes, .device = this};
    }
    return &block.buffer;
  }
  void reset() { next = 0; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete(bytes, std::align_val_t(64)); }
  };
  struct Block {
    std::unique_ptr<std::byte, Free> bytes;
    Buffer buffer;
  };
  std::deque<Block> buffers;
  size_t next = 0;
};

// Numbers in [-scale, scale), always the same.
inline void fill(float* x, int64_t n, float scale = 1) {
  for (int64_t i = 0; i < n; ++i)
    x[i] = scale * (static_cast<float>(static_cast<uint32_t>(i * 2654435761u) >> 8) / 8388608.0f - 1.0f);
}

struct Times {
  double median, best;  // seconds of one call
};

// How long to measure: "0.2" is seconds per case, "5x" is five calls and nothing else (check_instructions.mjs counts).
struct Budget {
  double seconds = 0.2;
  int calls = 0;
  explicit Budget(const char* text) {
    (std::string(text).back() == 'x' ? calls = std::atoi(text) : seconds = std::atof(text));
  }
};

template <class Call>
Times measure(const Budget& budget, const Call& call) {
  const auto now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  for (int i = 0; i < budget.calls; ++i) call();
  if (budget.calls) return {};
  for (double start = now(); now() - start < std::min(0.03, budget.seconds);) call();
  double start = now();
  call();
  const int inner = std::max(1, static_cast<int>(300e-6 / (now() - start)));
  std::vector<double> times;
  start = now();
  while (times.size() < 3 || (now() - start < budget.seconds && times.size() < 400)) {
    const double begin = now();
    for (int i = 0; i < inner; ++i) call();
    times.push_back((now() - begin) / inner);
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[0]};
}

}  // namespace hebb::bench

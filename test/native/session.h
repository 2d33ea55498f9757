// A program recorded for the CPU without Node.
#pragma once

#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "../../native/cpu/device.h"
#include "../../native/program/program.h"

namespace hebb::test {

struct Cpu : CpuDevice {
  Buffer* allocate(int64_t) override { return nullptr; }  // ops are only recorded here
};

// A program being made, and the memory outside of it.
struct Session {
  std::unique_ptr<Recorder> recorder = std::make_unique<Recorder>(0);
  std::deque<std::vector<std::byte>> memory;
  std::vector<Placement> results;
  std::unique_ptr<Program> program;

  Session() {
    static Cpu cpu;
    recorder->aim(cpu);
  }

  // A tensor from outside, with numbers from 0.5 to 2 in it (0 to 3 for integers).
  Tensor outside(Dtype dtype, int64_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::byte* data = memory.emplace_back(static_cast<size_t>(size * size_of(dtype))).data();
    for (int64_t i = 0; i < size; ++i) {
      const unsigned number = random() % 1024;
      const double value = 0.5 + number / 768.0;
      if (dtype == Dtype::float32) reinterpret_cast<float*>(data)[i] = static_cast<float>(value);
      if (dtype == Dtype::float64) reinterpret_cast<double*>(data)[i] = value;
      if (dtype == Dtype::int32) reinterpret_cast<int32_t*>(data)[i] = static_cast<int32_t>(number % 4);
      if (dtype == Dtype::uint8) reinterpret_cast<uint8_t*>(data)[i] = static_cast<uint8_t>(number % 4);
      if (dtype == Dtype::boolean) reinterpret_cast<uint8_t*>(data)[i] = static_cast<uint8_t>(number % 2);
    }
    return {recorder->external(data, size * size_of(dtype)), 0, intern(dtype, Shape{size})};
  }

  // Keeps the values of a planned tensor.
  void want(const Tensor& x) {
    const int64_t index = recorder->planned_index(x.buffer);
    if (index < 0) return;
    for (const Placement& result : results) {
      if (result.planned_index == index) return;
    }
    results.push_back({index, memory.emplace_back(static_cast<size_t>(x.buffer->bytes)).data()});
  }

  void run(bool fuse, int times = 1) {
    program = std::make_unique<Program>(std::move(recorder), results, Program::Passes{.fuse = fuse, .phases = false});
    for (int i = 0; i < times; ++i) program->replay(1);
  }
};

}  // namespace hebb::test

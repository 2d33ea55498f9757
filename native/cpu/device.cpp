#include "device.h"

#include <chrono>

namespace hebb {

namespace {

struct PreparedLaunches : Prepared {
  explicit PreparedLaunches(const std::vector<Launch>& launches) : launches(launches) {}
  void replay() override {
    const KernelTable& kernels = *selected_isa().table;
    for (const Launch& call : launches) kernels[call.op](call);
  }
  std::vector<Launch> launches;
};

}  // namespace

std::shared_ptr<std::byte> CpuDevice::reserve(int64_t bytes) {
  constexpr uintptr_t alignment = 64;
  const std::shared_ptr<std::byte[]> block(new std::byte[static_cast<size_t>(bytes) + alignment]);
  std::byte* base = block.get() + (-reinterpret_cast<uintptr_t>(block.get()) & (alignment - 1));
  return {block, base};
}

std::unique_ptr<Prepared> CpuDevice::prepare(const std::vector<Launch>& launches) {
  return std::make_unique<PreparedLaunches>(launches);
}

std::vector<double> CpuDevice::time(const std::vector<Launch>& launches) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  auto before = Clock::now();
  for (const Launch& call : launches) {
    execute(call);
    const auto after = Clock::now();
    seconds.push_back(std::chrono::duration<double>(after - before).count());
    before = after;
  }
  return seconds;
}

}  // namespace hebb

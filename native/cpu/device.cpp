#include "device.h"

#include <chrono>

#include "chain.h"

namespace hebb {

namespace {

struct PreparedSteps : Prepared {
  explicit PreparedSteps(const std::vector<Step>& steps) {
    for (const Step& step : steps) chains.emplace_back(step);
  }
  int64_t replay(int64_t) override {
    const KernelTable& kernels = *selected_isa().table;
    for (const Chain& chain : chains) chain.run(kernels);
    return 1;
  }
  void finish() override {}
  std::vector<Chain> chains;
};

}  // namespace

std::shared_ptr<std::byte> CpuDevice::reserve(int64_t bytes) {
  constexpr uintptr_t alignment = 64;
  const std::shared_ptr<std::byte[]> block(new std::byte[static_cast<size_t>(bytes) + alignment]);
  std::byte* base = block.get() + (-reinterpret_cast<uintptr_t>(block.get()) & (alignment - 1));
  return {block, base};
}

std::unique_ptr<Prepared> CpuDevice::prepare(const std::vector<Step>& steps) {
  return std::make_unique<PreparedSteps>(steps);
}

std::vector<double> CpuDevice::time(const std::vector<Step>& steps) {
  const KernelTable& kernels = *selected_isa().table;
  const PreparedSteps prepared(steps);
  using Clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  auto before = Clock::now();
  for (const Chain& chain : prepared.chains) {
    chain.run(kernels);
    const auto after = Clock::now();
    seconds.push_back(std::chrono::duration<double>(after - before).count());
    before = after;
  }
  return seconds;
}

}  // namespace hebb

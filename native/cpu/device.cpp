#include "device.h"

#include <chrono>

#include "aligned_rows.h"
#include "chain.h"

namespace hebb {

namespace {

struct PreparedSteps : Prepared {
  explicit PreparedSteps(const std::vector<Step>& steps) : rows(steps) {
    for (const Step& step : steps) chains.emplace_back(step);
    if (!rows.any()) return;
    for (const Step& step : rows.steps()) aligned.emplace_back(step);
  }

  int64_t replay(int64_t limit) override {
    const KernelTable& kernels = *selected_isa().table;
    if (!loaded && rows.any() && limit >= worth_loading && replays >= wait) load();
    ++replays;
    for (const Chain& chain : loaded ? aligned : chains) chain.run(kernels);
    return 1;
  }

  void load() {
    rows.load();
    loaded = true;
    replays = 0;
  }

  void settle() override {
    if (!loaded) return;
    rows.store();
    loaded = false;
    wait = replays < worth_loading ? worth_loading : 0;  // somebody else keeps having turns
    replays = 0;
  }

  static constexpr int64_t worth_loading = 16;  // replays in a row
  std::vector<Chain> chains;
  AlignedRows rows;
  std::vector<Chain> aligned;  // the chains over the copies
  bool loaded = false;
  int64_t replays = 0, wait = 0;  // since the last load or settle
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
  PreparedSteps prepared(steps);
  if (prepared.rows.any()) prepared.load();
  using Clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  auto before = Clock::now();
  for (const Chain& chain : prepared.loaded ? prepared.aligned : prepared.chains) {
    chain.run(kernels);
    const auto after = Clock::now();
    seconds.push_back(std::chrono::duration<double>(after - before).count());
    before = after;
  }
  prepared.settle();
  return seconds;
}

}  // namespace hebb

#include "device.h"

#include <chrono>

#include "aligned_rows.h"
#include "chain.h"
#include "column_panels.h"
#include "threads.h"

namespace hebb {

namespace {

// A step of the program: one chain, or several at the same time.
struct PreparedStep {
  explicit PreparedStep(const Parts& steps) {
    for (const Step& step : steps) parts.emplace_back(step);
  }
  void run(const KernelTable& kernels) const {
    if (parts.size() == 1) return parts[0].run(kernels);
    parallel(static_cast<int64_t>(parts.size()), [&](int64_t i) { parts[static_cast<size_t>(i)].run(kernels); });
  }
  std::vector<Chain> parts;
};

class PreparedSteps : public Prepared {
 public:
  explicit PreparedSteps(std::vector<Step> steps) {
    for (const Step& step : steps) plain_.emplace_back(Parts{step});
    const std::vector<Tensor> panelled = find_panelled(steps);
    align_rows(steps, panelled, copies_);
    const std::vector<Parts> split = split_columns(steps, panelled, copies_);
    if (!copies_.any()) return;
    for (const Parts& parts : split) own_.emplace_back(parts);
  }

  int64_t replay(int64_t limit) override {
    const KernelTable& kernels = *selected_isa().table;
    if (!loaded_ && copies_.any() && limit >= worth_loading && replays_ >= wait_) load();
    ++replays_;
    for (const PreparedStep& step : loaded_ ? own_ : plain_) step.run(kernels);
    return 1;
  }

  void settle() override {
    if (!loaded_) return;
    copies_.store(*selected_isa().table);
    loaded_ = false;
    wait_ = replays_ < worth_loading ? worth_loading : 0;  // somebody else keeps having turns
    replays_ = 0;
  }

  std::vector<double> time() override {
    using Clock = std::chrono::steady_clock;
    const KernelTable& kernels = *selected_isa().table;
    if (!loaded_ && copies_.any()) load();
    std::vector<double> seconds;
    auto before = Clock::now();
    for (const PreparedStep& step : loaded_ ? own_ : plain_) {
      step.run(kernels);
      const auto after = Clock::now();
      seconds.push_back(std::chrono::duration<double>(after - before).count());
      before = after;
    }
    return seconds;
  }

 private:
  static constexpr int64_t worth_loading = 16;  // replays in a row

  void load() {
    copies_.load(*selected_isa().table);
    loaded_ = true;
    replays_ = 0;
  }

  std::vector<PreparedStep> plain_, own_;  // on what the program was given, and on the copies, if there are any
  OwnCopies copies_;
  bool loaded_ = false;
  int64_t replays_ = 0, wait_ = 0;  // since the last load or settle
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

}  // namespace hebb

#include "accelerator_device.h"

#include <algorithm>
#include <chrono>

#include "error.h"

namespace hebb {

namespace {

using Context = AcceleratorDevice::Context;

// Calls function(context, arguments..., &failure) and throws what failed.
template <class Function, class... Arguments>
auto call(const Context& context, Function function, Arguments... arguments) {
  Failure failure;
  if constexpr (std::is_void_v<decltype(function(context.handle, arguments..., &failure))>) {
    function(context.handle, arguments..., &failure);
    check(failure);
  } else {
    const auto result = function(context.handle, arguments..., &failure);
    check(failure);
    return result;
  }
}

// Replays are only queued. So that a stop, an error or somebody else's turn does not wait for a long queue, it is
// waited for after every few replays: as many as take about 5 ms.
class PreparedGraph : public Prepared {
 public:
  PreparedGraph(std::shared_ptr<Context> context, void* graph) : context_(std::move(context)), graph_(graph) {}
  ~PreparedGraph() override { context_->module.discard(context_->handle, graph_); }

  int64_t replay(int64_t) override {
    using Clock = std::chrono::steady_clock;
    call(*context_, context_->module.replay, graph_);
    if (++queued_ < window_) return 1;
    queued_ = 0;
    call(*context_, context_->module.synchronize);
    const auto now = Clock::now();
    const std::chrono::duration<double> since = now - last_;
    last_ = now;
    if (since.count() < 0.0025) window_ = std::min(2 * window_, 4096);
    if (since.count() > 0.01) window_ = std::max(window_ / 2, 1);
    return 1;
  }

 private:
  std::shared_ptr<Context> context_;
  void* graph_;
  int queued_ = 0, window_ = 16;
  std::chrono::steady_clock::time_point last_{};
};

// Steps are single launches here.
std::vector<Launch> launches_of(const std::vector<Step>& steps) {
  std::vector<Launch> launches;
  for (const Step& step : steps) launches.push_back(step.front());
  return launches;
}

}  // namespace

void check(const Failure& failure) {
  if (failure.failed) throw Error(failure.code, failure.message);
}

AcceleratorDevice::Context::Context(const Accelerator& module, int index) : module(module) {
  Failure failure;
  handle = module.open(index, &failure);
  check(failure);
}

AcceleratorDevice::AcceleratorDevice(const Accelerator& module, int index, std::string name)
    : name_(std::move(name)), context_(std::make_shared<Context>(module, index)) {}

std::shared_ptr<std::byte> AcceleratorDevice::reserve(int64_t bytes) {
  std::byte* data = call(*context_, context_->module.allocate, bytes);
  return {data, [context = context_](std::byte* block) { context->module.release(context->handle, block); }};
}

void AcceleratorDevice::execute(const Launch& launch) { call(*context_, context_->module.launch, &launch); }

std::unique_ptr<Prepared> AcceleratorDevice::prepare(const std::vector<Step>& steps) {
  const std::vector<Launch> launches = launches_of(steps);
  void* graph = call(*context_, context_->module.prepare, launches.data(), static_cast<int64_t>(launches.size()));
  return std::make_unique<PreparedGraph>(context_, graph);
}

std::vector<double> AcceleratorDevice::time(const std::vector<Step>& steps) {
  const std::vector<Launch> launches = launches_of(steps);
  std::vector<double> seconds(launches.size());
  call(*context_, context_->module.time, launches.data(), static_cast<int64_t>(launches.size()), seconds.data());
  return seconds;
}

void AcceleratorDevice::finish() { call(*context_, context_->module.synchronize); }

void AcceleratorDevice::upload(std::byte* to, const void* from, int64_t bytes) {
  call(*context_, context_->module.upload, to, from, bytes);
}

void AcceleratorDevice::download(void* to, const std::byte* from, int64_t bytes) {
  call(*context_, context_->module.download, to, from, bytes);
}

void AcceleratorDevice::set_matmul_precision(MatmulPrecision precision) {
  context_->module.set_matmul_precision(context_->handle, precision);
}

}  // namespace hebb

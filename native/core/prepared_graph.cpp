#include "prepared_graph.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "accelerator_call.h"
#include "error.h"

namespace hebb {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double most_seconds = 0.005;

}  // namespace

int64_t steps_per_graph(size_t launches, double seconds_per_step) {
  const double short_enough = most_seconds / std::max(seconds_per_step, 1e-9);
  const double few_enough = 1024 / static_cast<double>(std::max<size_t>(launches, 1));
  return static_cast<int64_t>(std::clamp(std::min(short_enough, few_enough), 1.0, 64.0));
}

int64_t graph_steps_setting() {
  const char* text = std::getenv("HEBB_CUDA_GRAPH_STEPS");
  if (!text || *text == '\0') return 0;
  char* end = nullptr;
  const long steps = std::strtol(text, &end, 10);
  if (*end != '\0' || steps < 1 || steps > 1024) {
    fail(ErrorCode::argument, "HEBB_CUDA_GRAPH_STEPS: expected a whole number from 1 to 1024, got '", text, "'");
  }
  return steps;
}

PreparedGraph::Graph::Graph(std::shared_ptr<Context> context, const std::vector<Launch>& launches, int64_t steps,
                            MatmulPrecision precision)
    : context_(std::move(context)) {
  const Accelerator& module = context_->module;
  module.set_matmul_precision(context_->handle, precision);
  Failure failure;
  graph_ = module.prepare(context_->handle, launches.data(), static_cast<int64_t>(launches.size()), steps, &failure);
  module.set_matmul_precision(context_->handle, context_->precision);
  check(failure);
}

void PreparedGraph::Graph::run() const { call(*context_, context_->module.replay, graph_); }

PreparedGraph::PreparedGraph(std::shared_ptr<Context> context, std::vector<Launch> launches, int64_t most_steps)
    : context_(std::move(context)),
      launches_(std::move(launches)),
      precision_(context_->precision),
      one_(context_, launches_, 1, precision_),
      most_steps_(most_steps) {}

int64_t PreparedGraph::replay(int64_t limit) {
  if (queued_ == 0) begun_ = Clock::now();
  longest_ = std::max(longest_, limit);
  if (const int64_t wanted = std::min(most_steps_, longest_); wanted >= 2 * many_steps_ && wanted <= limit) {
    many_ = std::make_unique<Graph>(context_, launches_, wanted, precision_);
    many_steps_ = wanted;
  }
  const bool many = many_ && many_steps_ <= limit;
  (many ? *many_ : one_).run();
  const int64_t steps = many ? many_steps_ : 1;
  queued_ += steps;
  if (queued_ >= window_) finish();
  return steps;
}

void PreparedGraph::finish() {
  const int64_t steps = std::exchange(queued_, 0);
  call(*context_, context_->module.synchronize);
  if (steps == 0) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  if (seconds < most_seconds / 2 && steps >= window_) window_ = std::min<int64_t>(2 * window_, 4096);
  if (seconds > most_seconds * 2) window_ = std::max<int64_t>(window_ / 2, 1);
  // The first steps also took what the device does only once.
  if (++waits_ == 2 && most_steps_ == 0) {
    most_steps_ = steps_per_graph(launches_.size(), seconds / static_cast<double>(steps));
  }
}

}  // namespace hebb

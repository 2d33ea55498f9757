#include "accelerator_device.h"

#include "accelerator_call.h"
#include "error.h"
#include "prepared_graph.h"

namespace hebb {

namespace {

using Context = AcceleratorDevice::Context;

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
  return std::make_unique<PreparedGraph>(context_, launches_of(steps), graph_steps_setting());
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
  context_->precision = precision;
  context_->module.set_matmul_precision(context_->handle, precision);
}

}  // namespace hebb

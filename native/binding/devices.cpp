#include "devices.h"

#include <cstring>

#include "accelerator_tag.h"

namespace hebb {

HostAccelerator::HostAccelerator(Environment& environment, const Accelerator& module, int index)
    : AcceleratorDevice(module, index, "cuda:" + std::to_string(index)), environment(environment), index(index) {}

Buffer* HostAccelerator::allocate(int64_t bytes) {
  const int64_t handle = environment.keep_block({reserve(bytes), bytes, this});
  CallBuffer& entry = environment.next_buffer();
  entry.base = environment.device_block(handle, "allocate").memory.get();
  entry.buffer = {.data = entry.base, .bytes = bytes, .device = this};
  entry.seen = &entry.buffer;
  entry.token = -int64_t{recorded_token} + handle;
  return &entry.buffer;
}

void HostAccelerator::launch(const Launch& call) {
  const EagerTurn turn(environment.lock);
  execute(call);
}

Machine& Environment::machine(int64_t index) {
  if (index == 0) return cpu;
  if (index < 1 || index > static_cast<int64_t>(accelerators.size())) {
    fail(ErrorCode::device, "native call: no device ", index);
  }
  std::unique_ptr<HostAccelerator>& opened = accelerators[static_cast<size_t>(index - 1)];
  if (!opened) {
    opened = std::make_unique<HostAccelerator>(*this, *accelerator_module, static_cast<int>(index - 1));
    opened->set_matmul_precision(matmul_precision);
  }
  return *opened;
}

Device& Environment::device(int64_t index) {
  Machine& found = machine(index);
  if (!recorder) return found;
  recorder->aim(found);
  return *recorder;
}

Buffer* Environment::capture_external(const DeviceBlock& block) {
  recorder->aim(*block.device);
  const size_t known = recorder->external_buffers.size();
  Buffer* stand_in = recorder->external(block.memory.get(), block.bytes);
  if (recorder->external_buffers.size() > known) recorded_blocks.push_back(block.memory);
  return stand_in;
}

DeviceBlock& Environment::device_block(int64_t handle, const char* call) {
  if (handle >= 0) fail_planned();
  const auto found = device_blocks.find(handle);
  if (found == device_blocks.end()) fail(ErrorCode::disposed, call, ": this tensor was disposed, its values are gone");
  return found->second;
}

int64_t Environment::keep_block(DeviceBlock block) {
  const int64_t handle = -1 - (next_device_block++ * max_accelerators + block.device->index);
  int64_t total = 0;
  napi_adjust_external_memory(env, block.bytes, &total);
  device_blocks.emplace(handle, std::move(block));
  return handle;
}

namespace {

Environment& environment_of(const Napi::CallbackInfo& info) { return Environment::of(info.Env()); }

// attachAccelerator(exports of the module): { count, reason } - how many devices it offers, or why none.
Napi::Value attach_accelerator(const Napi::CallbackInfo& info) {
  Environment& environment = environment_of(info);
  bool tagged = false;
  void* table = nullptr;
  if (!info[0].IsObject() || napi_check_object_type_tag(info.Env(), info[0], &accelerator_tag, &tagged) != napi_ok ||
      !tagged || napi_unwrap(info.Env(), info[0], &table) != napi_ok) {
    fail(ErrorCode::argument, "attachAccelerator: this is no module of an accelerator");
  }
  const auto* module = static_cast<const Accelerator*>(table);
  if (module->signature != accelerator_signature()) {
    fail(ErrorCode::cuda, "the CUDA module is of another build than the core: build both together");
  }
  Napi::Object answer = Napi::Object::New(info.Env());
  char reason[500] = {};
  const int count = module->count(reason, sizeof reason);
  if (!environment.accelerator_module) {
    environment.accelerator_module = module;
    environment.accelerators.resize(static_cast<size_t>(std::min<int64_t>(count, max_accelerators)));
  }
  answer.Set("count", static_cast<double>(environment.accelerators.size()));
  answer.Set("reason", Napi::String::New(info.Env(), reason));
  return answer;
}

// describeDevice(i): { name, memory, capability, processors } of accelerator i.
Napi::Value describe_device(const Napi::CallbackInfo& info) {
  Environment& environment = environment_of(info);
  const int64_t index = read_integer(info.Env(), info[0]);
  if (index < 0 || index >= static_cast<int64_t>(environment.accelerators.size())) {
    fail(ErrorCode::device, "native call: no accelerator ", index);
  }
  AcceleratorInfo found{};
  Failure failure;
  environment.accelerator_module->describe(static_cast<int>(index), &found, &failure);
  check(failure);
  Napi::Object answer = Napi::Object::New(info.Env());
  answer.Set("name", Napi::String::New(info.Env(), found.name));
  answer.Set("memory", static_cast<double>(found.memory));
  answer.Set("capability", found.capability);
  answer.Set("processors", found.processors);
  return answer;
}

// Bytes `offset` to `offset + bytes` of an ArrayBuffer.
std::byte* read_bytes(const Napi::Value& buffer, int64_t offset, int64_t bytes) {
  void* data = nullptr;
  size_t length = 0;
  check(napi_get_arraybuffer_info(buffer.Env(), buffer, &data, &length), "an ArrayBuffer");
  if (offset < 0 || bytes < 0 || offset > static_cast<int64_t>(length) ||
      bytes > static_cast<int64_t>(length) - offset) {
    fail(ErrorCode::argument, "native call: ", bytes, " bytes at ", offset, " exceed a buffer of ", length);
  }
  return static_cast<std::byte*>(data) + offset;
}

// upload(device, ArrayBuffer, offset, bytes): the number of a new block on the device that holds these bytes. Never
// recorded. upload(device, null, 0, bytes): one that holds nothing yet.
Napi::Value upload(const Napi::CallbackInfo& info) {
  Environment& environment = environment_of(info);
  napi_env env = info.Env();
  const int64_t index = read_integer(env, info[0]), offset = read_integer(env, info[2]),
                bytes = read_integer(env, info[3]);
  if (bytes < 0) fail(ErrorCode::argument, "native call: a block of ", bytes, " bytes");
  Machine& machine = environment.machine(index);
  if (index == 0) fail(ErrorCode::device, "upload: the CPU takes ArrayBuffers as they are");
  auto& device = static_cast<HostAccelerator&>(machine);
  const std::byte* source = info[1].IsNull() ? nullptr : read_bytes(info[1], offset, bytes);
  const int64_t handle = environment.keep_block({device.reserve(bytes), bytes, &device});
  if (source && bytes > 0) {
    const EagerTurn turn(environment.lock);
    device.upload(environment.device_block(handle, "upload").memory.get(), source, bytes);
  }
  return Napi::Number::New(env, static_cast<double>(handle));
}

// download(block, offset, ArrayBuffer, offset there, bytes): waits for what was queued, then copies.
Napi::Value download(const Napi::CallbackInfo& info) {
  Environment& environment = environment_of(info);
  napi_env env = info.Env();
  const DeviceBlock& block = environment.device_block(read_integer(env, info[0]), "download");
  const int64_t offset = read_integer(env, info[1]), bytes = read_integer(env, info[4]);
  std::byte* target = read_bytes(info[2], read_integer(env, info[3]), bytes);
  if (offset < 0 || offset > block.bytes || bytes > block.bytes - offset) {
    fail(ErrorCode::argument, "native call: ", bytes, " bytes at ", offset, " exceed a block of ", block.bytes);
  }
  if (bytes == 0) return info.Env().Undefined();
  const EagerTurn turn(environment.lock);
  block.device->download(target, block.memory.get() + offset, bytes);
  return info.Env().Undefined();
}

// releaseBlock(number): JavaScript holds it no longer; programs may.
Napi::Value release_block(const Napi::CallbackInfo& info) {
  Environment& environment = environment_of(info);
  const auto found = environment.device_blocks.find(read_integer(info.Env(), info[0]));
  if (found == environment.device_blocks.end()) return info.Env().Undefined();
  int64_t total = 0;
  napi_adjust_external_memory(info.Env(), -found->second.bytes, &total);
  environment.device_blocks.erase(found);
  return info.Env().Undefined();
}

// deviceUsage(i): { buffers, bytes } that tensors hold on accelerator i.
Napi::Value device_usage(const Napi::CallbackInfo& info) {
  const int64_t index = read_integer(info.Env(), info[0]);
  double buffers = 0, bytes = 0;
  for (const auto& [handle, block] : environment_of(info).device_blocks) {
    if (block.device->index != index) continue;
    buffers += 1;
    bytes += static_cast<double>(block.bytes);
  }
  Napi::Object answer = Napi::Object::New(info.Env());
  answer.Set("buffers", buffers);
  answer.Set("bytes", bytes);
  return answer;
}

// synchronizeDevice(device): waits for what was queued; throws what a kernel found wrong.
Napi::Value synchronize_device(const Napi::CallbackInfo& info) {
  Environment& environment = environment_of(info);
  Machine& machine = environment.machine(read_integer(info.Env(), info[0]));
  const EagerTurn turn(environment.lock);
  machine.finish();
  return info.Env().Undefined();
}

// recordingDevice(): the device that the program being recorded is for, -1 as long as nothing tells.
Napi::Value recording_device(const Napi::CallbackInfo& info) {
  const Environment& environment = environment_of(info);
  const Machine* target = environment.recorder ? environment.recorder->target : nullptr;
  int64_t index = -1;
  if (target == &environment.cpu) index = 0;
  for (const auto& accelerator : environment.accelerators) {
    if (target && target == accelerator.get()) index = 1 + accelerator->index;
  }
  return Napi::Number::New(info.Env(), static_cast<double>(index));
}

// setMatmulPrecision(0 highest, 1 high, 2 medium)
Napi::Value set_matmul_precision(const Napi::CallbackInfo& info) {
  Environment& environment = environment_of(info);
  const int64_t level = read_integer(info.Env(), info[0]);
  if (level < 0 || level > 2) fail(ErrorCode::argument, "setMatmulPrecision: no level ", level);
  environment.matmul_precision = static_cast<MatmulPrecision>(level);
  const EagerTurn turn(environment.lock);
  for (const auto& accelerator : environment.accelerators) {
    if (accelerator) accelerator->set_matmul_precision(environment.matmul_precision);
  }
  return info.Env().Undefined();
}

}  // namespace

void export_devices(Napi::Object& exports) {
  export_function<attach_accelerator>(exports, "attachAccelerator");
  export_function<describe_device>(exports, "describeDevice");
  export_function<upload>(exports, "upload");
  export_function<download>(exports, "download");
  export_function<release_block>(exports, "releaseBlock");
  export_function<device_usage>(exports, "deviceUsage");
  export_function<synchronize_device>(exports, "synchronizeDevice");
  export_function<recording_device>(exports, "recordingDevice");
  export_function<set_matmul_precision>(exports, "setMatmulPrecision");
}

}  // namespace hebb

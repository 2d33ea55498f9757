// What one JavaScript environment (main thread or worker) owns on the native side.
#pragma once

#include <napi.h>

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/accelerator_device.h"
#include "../core/device_lock.h"
#include "../core/error.h"
#include "../core/layout_table.h"
#include "../cpu/device.h"
#include "../program/recorder.h"

namespace hebb {

struct Environment;
struct Runs;

// The CPU as eager calls see it: results live in JavaScript's own ArrayBuffers. Small ones are cut from a slab that
// JavaScript holds, large ones are asked for one by one.
struct HostCpu : CpuDevice {
  explicit HostCpu(Environment& environment) : environment(environment) {}
  Buffer* allocate(int64_t bytes) override;
  void launch(const Launch& call) override;

  Environment& environment;
  int32_t slab_index = 0;  // which slab of the ring is current
  std::byte* slab_base = nullptr;
  std::byte* slab = nullptr;  // the next free byte
  std::byte* slab_end = nullptr;
};

// An accelerator as eager calls see it: results are blocks of its memory, known to JavaScript by a number.
struct HostAccelerator : AcceleratorDevice {
  HostAccelerator(Environment& environment, const Accelerator& module, int index);
  Buffer* allocate(int64_t bytes) override;
  void launch(const Launch& call) override;

  Environment& environment;
  const int index;
};

// Memory of an accelerator that JavaScript holds by a number.
struct DeviceBlock {
  std::shared_ptr<std::byte> memory;
  int64_t bytes;
  HostAccelerator* device;
};

// A buffer named in the current call, and how JavaScript finds it again when a result lies in it.
struct CallBuffer {
  Buffer buffer;
  const Buffer* seen = nullptr;  // what ops are given for it: &buffer, or its stand-in in the program being recorded
  std::byte* base = nullptr;     // start of the ArrayBuffer; data is this or further on
  int64_t token = 0;
};

// An op as JavaScript calls it.
struct ExportedOp {
  ExportedOp(Environment& environment, std::string name) : environment(environment), name(std::move(name)) {}
  Environment& environment;
  std::string name;
};

// ERR_CAPTURE: a number of a program's buffer where a value is wanted.
[[noreturn]] void fail_planned();

struct Environment {
  explicit Environment(napi_env env);
  ~Environment();

  static Environment& of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return *static_cast<Environment*>(data);
  }

  CallBuffer& next_buffer() {
    if (buffer_count == buffers.size()) buffers.push_back(std::make_unique<CallBuffer>());
    return *buffers[buffer_count++];
  }
  void begin_call(const char* name) {
    call = name;
    buffer_count = 0;
    input_count = 0;
    block_count = 0;
  }
  const CallBuffer& call_buffer(const Buffer* seen) const {
    for (size_t i = 0; i < buffer_count; ++i) {
      if (buffers[i]->seen == seen) return *buffers[i];
    }
    fail(ErrorCode::internal, "native call: a result lies in no buffer of the call");
  }
  // Device 0 is the CPU, 1 + i the i-th accelerator, opened when it is first asked for. ERR_DEVICE, ERR_CUDA
  Machine& machine(int64_t index);
  // The same as ops are to see it: the recorder, aimed at it, while a program is being recorded.
  Device& device(int64_t index);

  // The stand-in of memory in the program being recorded, which keeps it alive from now on: an ArrayBuffer, or a block
  // of an accelerator.
  Buffer* capture_external(const Buffer& buffer, napi_value bytes);
  Buffer* capture_external(const DeviceBlock& block);

  // ERR_DISPOSED, naming the call, when there is none of that number.
  DeviceBlock& device_block(int64_t handle, const char* call);
  int64_t keep_block(DeviceBlock block);  // answers its number

  napi_env env;
  const LayoutTable& layouts = layout_table();
  const char* call = "";                // the op being called
  std::deque<ExportedOp> exported_ops;  // their addresses are the callbacks' data
  HostCpu cpu;
  std::unique_ptr<Recorder> recorder;                       // set while a program is being recorded
  std::vector<napi_ref> recorded_refs;                      // the ArrayBuffers it touches
  std::vector<std::shared_ptr<std::byte>> recorded_blocks;  // and the memory of an accelerator
  int64_t next_planned_index = 0;
  const Accelerator* accelerator_module = nullptr;
  std::vector<std::unique_ptr<HostAccelerator>> accelerators;  // null until opened
  MatmulPrecision matmul_precision = MatmulPrecision::highest;
  std::unordered_map<int64_t, DeviceBlock> device_blocks;
  int64_t next_device_block = 0;
  DeviceLock lock;             // the devices, between eager ops and running programs
  std::unique_ptr<Runs> runs;  // made by the first run
  napi_ref program_class = nullptr;
  napi_ref allocate = nullptr;     // (bytes, k) => ArrayBuffer, remembers it as block k of this call
  napi_ref slab_source = nullptr;  // (bytes, i) => ArrayBuffer, becomes slab i of the ring
  napi_ref error_class = nullptr;
  napi_ref results_owner = nullptr;
  double* results = nullptr;  // shared with JavaScript: (token, offset, layout) per result
  std::vector<std::unique_ptr<CallBuffer>> buffers;
  size_t buffer_count = 0;
  int32_t input_count = 0;
  int32_t block_count = 0;
};

// Tokens: 0..slab_ring-1 a slab of the ring (one call may use up several), slab_ring + k the k-th block allocated in
// this call, -1-k the k-th tensor argument, recorded_token + i the i-th buffer of the program being recorded,
// -recorded_token + h the block of an accelerator of number h. These are negative, and tell the device:
// h = -1 - (count * max_accelerators + index).
constexpr int64_t max_accelerators = 16;
constexpr int32_t slab_ring = 8;
constexpr int32_t recorded_token = 1 << 20;
constexpr int max_results = 64;

}  // namespace hebb

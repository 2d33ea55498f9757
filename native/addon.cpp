// The entry of the addon: exports every front of ops.def and what the TypeScript side needs to hold tensors.
#include "binding/binding.h"
#include "cpu/threads.h"
#include "ops/arg_reduce.h"
#include "ops/binary.h"
#include "ops/concat.h"
#include "ops/copy.h"
#include "ops/cross_entropy.h"
#include "ops/cumsum.h"
#include "ops/gather.h"
#include "ops/matmul.h"
#include "ops/one_hot.h"
#include "ops/optimizer.h"
#include "ops/random.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "ops/sort.h"
#include "ops/sparsemax.h"
#include "ops/unary.h"
#include "ops/where.h"
#include "binding/devices.h"
#include "binding/learners.h"
#include "binding/programs.h"

namespace hebb {

Environment::Environment(napi_env env) : env(env), cpu(*this) {}
Environment::~Environment() {
  runs.reset();
  recorder.reset();
  release_layouts();
}

void fail_planned() {
  fail(ErrorCode::capture, "this tensor exists only inside capture(): return it from the captured function to use it");
}

Buffer* Environment::capture_external(const Buffer& buffer, napi_value bytes) {
  recorder->aim(cpu);
  const size_t known = recorder->external_buffers.size();
  Buffer* stand_in = recorder->external(buffer.data, buffer.bytes);
  if (recorder->external_buffers.size() > known) {
    napi_ref reference;
    napi_create_reference(env, bytes, 1, &reference);
    recorded_refs.push_back(reference);
  }
  return stand_in;
}

namespace {

constexpr int64_t slab_bytes = 64 * 1024;
constexpr int64_t small_bytes = 2048;
constexpr uintptr_t alignment = 64;

std::byte* align(std::byte* pointer) { return pointer + (-reinterpret_cast<uintptr_t>(pointer) & (alignment - 1)); }

std::span<std::byte> call_for_bytes(Environment& environment, napi_ref source, int64_t bytes, int32_t index) {
  napi_env env = environment.env;
  napi_value function, receiver, arguments[2], result;
  napi_get_reference_value(env, source, &function);
  napi_get_undefined(env, &receiver);
  napi_create_double(env, static_cast<double>(bytes), &arguments[0]);
  napi_create_int32(env, index, &arguments[1]);
  void* data = nullptr;
  size_t length = 0;
  if (napi_call_function(env, receiver, function, 2, arguments, &result) != napi_ok ||
      napi_get_arraybuffer_info(env, result, &data, &length) != napi_ok || length < static_cast<size_t>(bytes)) {
    fail(ErrorCode::out_of_memory, "cannot allocate ", bytes, " bytes");
  }
  return {static_cast<std::byte*>(data), length};
}

}  // namespace

Buffer* HostCpu::allocate(int64_t bytes) {
  CallBuffer& entry = environment.next_buffer();
  entry.buffer = {.data = nullptr, .bytes = bytes, .device = this};
  entry.seen = &entry.buffer;
  if (bytes <= small_bytes) {
    if (slab == nullptr || align(slab) + bytes > slab_end) {
      const std::span<std::byte> fresh =
          call_for_bytes(environment, environment.slab_source, slab_bytes, slab_index = (slab_index + 1) % slab_ring);
      slab_base = slab = fresh.data();
      slab_end = slab + fresh.size();
    }
    entry.token = slab_index;
    entry.base = slab_base;
    entry.buffer.data = align(slab);
    slab = entry.buffer.data + bytes;
    return &entry.buffer;
  }
  const std::span<std::byte> block = call_for_bytes(environment, environment.allocate,
                                                    bytes + static_cast<int64_t>(alignment), environment.block_count);
  entry.token = slab_ring + environment.block_count++;
  entry.base = block.data();
  entry.buffer.data = align(block.data());
  return &entry.buffer;
}

void HostCpu::launch(const Launch& call) {
  const EagerTurn turn(environment.lock);
  CpuDevice::launch(call);
}

namespace {

Napi::Value layout_info(const Napi::CallbackInfo& info) {
  const Layout* layout = find_layout(Environment::of(info.Env()).layouts, info[0].As<Napi::Number>().Int32Value());
  if (!layout) fail(ErrorCode::argument, "layoutInfo: no such layout");
  const auto list = [&](const Shape& shape) {
    Napi::Array array = Napi::Array::New(info.Env(), shape.rank);
    for (int i = 0; i < shape.rank; ++i) array.Set(i, static_cast<double>(shape[i]));
    return array;
  };
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("dtype", static_cast<int>(layout->dtype));
  out.Set("shape", list(layout->shape));
  out.Set("strides", list(layout->strides));
  out.Set("contiguous", layout->contiguous);
  return out;
}

// Memory that JavaScript is about to fill: never recorded.
Napi::Value host_empty(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  std::unique_ptr<Recorder> recorder = std::move(environment.recorder);
  const Napi::Value result = Napi::Value(info.Env(), guard(info.Env(), [&]() -> napi_value {
                                           const napi_value values[] = {info[0], info[1]};
                                           if (!environment.results) {
                                             fail(ErrorCode::internal, "hostEmpty: initialise() comes first");
                                           }
                                           environment.begin_call("hostEmpty");
                                           const Dtype dtype = Reader<Dtype>::read(environment, values);
                                           const std::vector<int64_t> shape =
                                               Reader<std::span<const int64_t>>::read(environment, values + 1);
                                           return answer(environment, empty(environment.cpu, dtype, Shape(shape)));
                                         }));
  environment.recorder = std::move(recorder);
  return result;
}

// layoutOf(dtype, shape): the id of the row-major layout.
Napi::Value layout_of(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const napi_value values[] = {info[0], info[1]};
  const Dtype dtype = Reader<Dtype>::read(environment, values);
  const Shape shape(std::vector<int64_t>(Reader<std::span<const int64_t>>::read(environment, values + 1)));
  return Napi::Number::New(info.Env(), intern(dtype, shape, row_major_strides(shape))->id);
}

// initialise({ HebbError, allocate, slab, results }): what native needs from JavaScript.
Napi::Value initialise(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  if (!info[0].IsObject()) fail(ErrorCode::argument, "initialise: expected an object");
  const Napi::Object host = info[0].As<Napi::Object>();
  const auto function = [&](const char* name) {
    const Napi::Value value = host.Get(name);
    if (!value.IsFunction()) fail(ErrorCode::argument, "initialise: ", name, " is not a function");
    return value;
  };
  const Napi::Value error_class = function("HebbError"), allocate = function("allocate"), slab = function("slab");
  const Napi::Value results = host.Get("results");
  if (!results.IsTypedArray() || results.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array ||
      results.As<Napi::TypedArray>().ElementLength() < static_cast<size_t>(3 * max_results)) {
    fail(ErrorCode::argument, "initialise: results is not a Float64Array of ", 3 * max_results);
  }
  const auto keep = [&](napi_ref& slot, const Napi::Value& value) {
    if (slot) napi_delete_reference(info.Env(), slot);
    slot = nullptr;
    check(napi_create_reference(info.Env(), value, 1, &slot), "a value to keep");
  };
  keep(environment.error_class, error_class);
  keep(environment.allocate, allocate);
  keep(environment.slab_source, slab);
  keep(environment.results_owner, results);
  environment.results = results.As<Napi::Float64Array>().Data();
  return info.Env().Undefined();
}

constexpr const char* compiler =
#if defined(__clang__)
    "Clang " __clang_version__;
#elif defined(__GNUC__)
    "GCC " __VERSION__;
#else
    "MSVC";
#endif

Napi::Value cpu_info(const Napi::CallbackInfo& info) {
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("isa", selected_isa().name);
  out.Set("threads", thread_count());
  out.Set("compiler", compiler);
  return out;
}

Napi::Value set_threads(const Napi::CallbackInfo& info) {
  set_thread_count(info[0].As<Napi::Number>().Int32Value());
  return info.Env().Undefined();
}

Napi::Object initialise_module(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment(env);
  env.SetInstanceData(environment);
#define FRONT(name) export_front<&name>(exports, #name, *environment);
#include "ops.def"
  export_function<host_empty>(exports, "hostEmpty");
  export_function<initialise>(exports, "initialise");
  export_function<layout_info>(exports, "layoutInfo");
  export_function<layout_of>(exports, "layoutOf");
  export_function<cpu_info>(exports, "cpuInfo");
  export_function<set_threads>(exports, "setThreads");
  export_devices(exports);
  export_programs(exports);
  export_learners(exports);
  return exports;
}

}  // namespace

Napi::Object start(Napi::Env env, Napi::Object exports) { return initialise_module(env, exports); }

NODE_API_MODULE(hebb, start)

}  // namespace hebb

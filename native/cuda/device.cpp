#include "device.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "context.h"
#include "phases.h"
#include "table.h"

namespace hebb::cuda {

namespace {

thread_local Context* context_of_call = nullptr;

void record(Failure* failure, ErrorCode code, const char* what) {
  failure->failed = true;
  failure->code = code;
  std::snprintf(failure->message, sizeof failure->message, "%s", what);
}

// Runs body; what it throws goes into `failure`. The only try of the module.
template <class Body>
auto guard(Failure* failure, const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Error& error) {
    record(failure, error.code, error.what());
  } catch (const std::bad_alloc&) {
    record(failure, ErrorCode::out_of_memory, "out of memory");
  } catch (const std::exception& error) {
    record(failure, ErrorCode::internal, error.what());
  }
  return decltype(body())();
}

// exit() takes CUDA down while a run may be under way on another thread. Before that, calls in progress are waited for;
// later ones fail on the thread that ends the process, and never return on any other.
std::atomic<int> calls_under_way{0};
std::atomic<bool> process_ends{false};
std::thread::id ending_thread;

void end_calls() {
  ending_thread = std::this_thread::get_id();
  process_ends.store(true);
  while (calls_under_way.load() > 0) std::this_thread::yield();
}

class Call {
 public:
  Call() {
    ++calls_under_way;
    if (!process_ends.load()) return;
    --calls_under_way;
    while (std::this_thread::get_id() != ending_thread) std::this_thread::sleep_for(std::chrono::hours(1));
    fail(ErrorCode::cuda, "CUDA: the process is ending");
  }
  ~Call() { --calls_under_way; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
};

// The same inside a context.
template <class Body>
auto within(void* context, Failure* failure, const Body& body) {
  return guard(failure, [&] {
    const Call call;
    context_of_call = static_cast<Context*>(context);
    CUDA_CHECK(cudaSetDevice(context_of_call->device));
    return body(*context_of_call);
  });
}

int count(char* reason, size_t size) {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status == cudaSuccess && devices > 0) return devices;
  cudaGetLastError();
  int runtime = 0, driver = 0;
  cudaRuntimeGetVersion(&runtime);
  cudaDriverGetVersion(&driver);
  if (status == cudaErrorInsufficientDriver && driver == 0) {
    std::snprintf(reason, size, "no NVIDIA driver is installed");
  } else if (status == cudaErrorInsufficientDriver) {
    std::snprintf(reason, size, "the NVIDIA driver is for CUDA %d.%d, this build needs CUDA %d.%d: update the driver",
                  driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
  } else if (status == cudaErrorNoDevice || status == cudaSuccess) {
    std::snprintf(reason, size, "the NVIDIA driver finds no CUDA device");
  } else {
    std::snprintf(reason, size, "CUDA does not start: %s", cudaGetErrorString(status));
  }
  return 0;
}

void describe(int index, AcceleratorInfo* info, Failure* failure) {
  guard(failure, [&] {
    cudaDeviceProp properties;
    CUDA_CHECK(cudaGetDeviceProperties(&properties, index));
    std::snprintf(info->name, sizeof info->name, "%s", properties.name);
    info->memory = static_cast<int64_t>(properties.totalGlobalMem);
    info->capability = properties.major * 10 + properties.minor;
    info->processors = properties.multiProcessorCount;
  });
}

void close(void* context) {
  std::unique_ptr<Context> owned(static_cast<Context*>(context));
  if (process_ends.load()) return;
  // Failures here have nobody to be told to: the process may be ending and the driver gone.
  cudaSetDevice(owned->device);
  if (owned->stream) cudaStreamSynchronize(owned->stream);
  for (const Context::Scratch& scratch : owned->scratch) {
    for (std::byte* piece : scratch.pieces) cudaFree(piece);
  }
  cudaFree(owned->fault);
  if (owned->stream) cudaStreamDestroy(owned->stream);
  for (cudaStream_t lane : owned->lanes) {
    if (lane) cudaStreamDestroy(lane);
  }
  cudaGetLastError();
}

void* open(int index, Failure* failure) {
  return guard(failure, [&]() -> void* {
    struct Closer {
      void operator()(Context* context) const { close(context); }
    };
    std::unique_ptr<Context, Closer> context(new Context);
    context->device = index;
    CUDA_CHECK(cudaSetDevice(index));
    static const int registered = std::atexit(end_calls);  // after CUDA's own, so before it when the process ends
    static_cast<void>(registered);
    int major = 0, minor = 0;
    CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index));
    CUDA_CHECK(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index));
    CUDA_CHECK(cudaDeviceGetAttribute(&context->processors, cudaDevAttrMultiProcessorCount, index));
    context->capability = major * 10 + minor;
    int shared_bytes = 0;
    CUDA_CHECK(cudaDeviceGetAttribute(&shared_bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, index));
    context->shared_bytes = shared_bytes;
    if (const char* force = std::getenv("HEBB_CUDA_GEMM")) context->gemm_force = force;
    CUDA_CHECK(cudaStreamCreateWithFlags(&context->stream, cudaStreamNonBlocking));
    for (cudaStream_t& lane : context->lanes) CUDA_CHECK(cudaStreamCreateWithFlags(&lane, cudaStreamNonBlocking));
    CUDA_CHECK(cudaDeviceGetDefaultMemPool(&context->pool, index));
    uint64_t keep = UINT64_MAX;  // released memory stays in the pool for the next tensor
    CUDA_CHECK(cudaMemPoolSetAttribute(context->pool, cudaMemPoolAttrReleaseThreshold, &keep));
    CUDA_CHECK(cudaMalloc(reinterpret_cast<void**>(&context->fault), sizeof(Fault)));
    CUDA_CHECK(cudaMemsetAsync(context->fault, 0, sizeof(Fault), context->stream));
    return context.release();
  });
}

// The `bytes` that take(&data) gets, if need be after the pool has given back what it keeps.
template <class Take>
std::byte* demand_memory(Context& c, int64_t bytes, const Take& take) {
  void* data = nullptr;
  cudaError_t status = take(&data);
  if (status == cudaErrorMemoryAllocation) {
    // What the pool keeps may be in pieces too small.
    cudaGetLastError();
    CUDA_CHECK(cudaStreamSynchronize(c.stream));
    CUDA_CHECK(cudaMemPoolTrimTo(c.pool, 0));
    status = take(&data);
  }
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    size_t free = 0, total = 0;
    CUDA_CHECK(cudaMemGetInfo(&free, &total));
    fail(ErrorCode::out_of_memory, "GPU memory full: cannot allocate ", bytes, " bytes, ", free, " of ", total,
         " are free; dispose() tensors that are no longer needed, or use scope() in loops");
  }
  CUDA_CHECK(status);
  return static_cast<std::byte*>(data);
}

std::byte* allocate(void* context, int64_t bytes, Failure* failure) {
  return within(context, failure, [&](Context& c) {
    const size_t size = static_cast<size_t>(std::max<int64_t>(bytes, 1));
    return demand_memory(c, bytes, [&](void** data) { return cudaMallocAsync(data, size, c.stream); });
  });
}

void release(void* context, std::byte* data) {
  Failure ignored;  // freeing cannot be refused; a broken device shows at the next launch
  within(context, &ignored, [&](Context& c) { CUDA_CHECK(cudaFreeAsync(data, c.stream)); });
}

void upload(void* context, std::byte* to, const void* from, int64_t bytes, Failure* failure) {
  within(context, failure, [&](Context& c) {
    // From pageable memory: the call returns when `from` has been read.
    CUDA_CHECK(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyHostToDevice, c.stream));
  });
}

// Waits, then throws what a kernel noted.
void wait(Context& c) {
  Fault fault{};
  CUDA_CHECK(cudaMemcpyAsync(&fault, c.fault, sizeof fault, cudaMemcpyDeviceToHost, c.stream));
  CUDA_CHECK(cudaStreamSynchronize(c.stream));
  if (fault.kind == Fault::none) return;
  CUDA_CHECK(cudaMemsetAsync(c.fault, 0, sizeof fault, c.stream));
  if (fault.kind == Fault::label) fail_label(fault.value, fault.limit);
  fail_index(op_name(static_cast<Op>(fault.op)), fault.value, fault.limit);
}

void download(void* context, void* to, const std::byte* from, int64_t bytes, Failure* failure) {
  within(context, failure, [&](Context& c) {
    CUDA_CHECK(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDeviceToHost, c.stream));
    wait(c);
  });
}

void synchronize(void* context, Failure* failure) {
  within(context, failure, [](Context& c) { wait(c); });
}

void launch(void* context, const Launch* call, Failure* failure) {
  within(context, failure, [&](Context&) { table[call->op](*call); });
}

// Records launches on the lanes; ends the recording whatever happens.
class Capture {
 public:
  explicit Capture(Context& context) : c(context) {
    CUDA_CHECK(cudaStreamBeginCapture(c.lanes[0], cudaStreamCaptureModeRelaxed));
    c.capturing = true;
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() {
    if (c.capturing) cudaStreamEndCapture(c.lanes[0], &graph);
    c.capturing = false;
    for (cudaEvent_t event : events) cudaEventDestroy(event);
    if (graph) cudaGraphDestroy(graph);
    cudaGetLastError();
  }

  // The launches `repeats` times in a row; what one repeat need not wait for in the one before it may overtake.
  void record(const Launch* calls, int count, int64_t repeats) {
    const std::vector<Part> once = parts_of(calls, count);
    std::vector<Part> parts;
    for (int64_t i = 0; i < repeats; ++i) parts.insert(parts.end(), once.begin(), once.end());
    const LanePlan plan = plan_lanes(parts);
    const cudaEvent_t start = mark(0);
    bool used[max_lanes] = {true};
    std::vector<cudaEvent_t> done(parts.size());
    for (size_t i = 0; i < parts.size(); ++i) {
      c.lane = plan.lane[i];
      const cudaStream_t lane = c.lanes[c.lane];
      if (!used[c.lane]) CUDA_CHECK(cudaStreamWaitEvent(lane, start));
      used[c.lane] = true;
      for (const int j : plan.waits[i]) {
        if (plan.lane[j] != c.lane) CUDA_CHECK(cudaStreamWaitEvent(lane, done[j]));
      }
      parts[i].run();
      done[i] = mark(c.lane);
    }
    for (int lane = 1; lane < max_lanes; ++lane) {
      if (used[lane]) CUDA_CHECK(cudaStreamWaitEvent(c.lanes[0], mark(lane)));
    }
  }

  cudaGraph_t end() {
    c.capturing = false;
    CUDA_CHECK(cudaStreamEndCapture(c.lanes[0], &graph));
    return graph;
  }

 private:
  // An event after what was recorded on the lane so far.
  cudaEvent_t mark(int lane) {
    cudaEvent_t event = nullptr;
    CUDA_CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    events.push_back(event);
    CUDA_CHECK(cudaEventRecord(event, c.lanes[lane]));
    return event;
  }

  Context& c;
  cudaGraph_t graph = nullptr;
  std::vector<cudaEvent_t> events;
};

void* prepare(void* context, const Launch* calls, int64_t count, int64_t repeats, Failure* failure) {
  return within(context, failure, [&](Context& c) -> void* {
    Capture capture(c);
    capture.record(calls, static_cast<int>(count), repeats);
    cudaGraphExec_t executable = nullptr;
    CUDA_CHECK(cudaGraphInstantiate(&executable, capture.end(), 0));
    return executable;
  });
}

void replay(void* context, void* prepared, Failure* failure) {
  within(context, failure,
         [&](Context& c) { CUDA_CHECK(cudaGraphLaunch(static_cast<cudaGraphExec_t>(prepared), c.stream)); });
}

void discard(void* context, void* prepared) {
  Failure ignored;
  within(context, &ignored, [&](Context& c) {
    CUDA_CHECK(cudaStreamSynchronize(c.stream));
    CUDA_CHECK(cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(prepared)));
  });
}

// Runs the launches one by one between events; the first of a phase gets the time of all.
void time(void* context, const Launch* calls, int64_t count, double* seconds, Failure* failure) {
  within(context, failure, [&](Context& c) {
    struct Events {
      std::vector<cudaEvent_t> list;
      ~Events() {
        for (cudaEvent_t event : list) cudaEventDestroy(event);
      }
      void record(cudaStream_t stream) {
        cudaEvent_t event = nullptr;
        CUDA_CHECK(cudaEventCreate(&event));
        list.push_back(event);
        CUDA_CHECK(cudaEventRecord(event, stream));
      }
    } events;
    const std::vector<Part> parts = parts_of(calls, static_cast<int>(count));
    events.record(c.stream);
    for (const Part& part : parts) {
      part.run();
      events.record(c.stream);
    }
    wait(c);
    std::fill(seconds, seconds + count, 0.0);
    for (size_t i = 0; i < parts.size(); ++i) {
      float milliseconds = 0;
      CUDA_CHECK(cudaEventElapsedTime(&milliseconds, events.list[i], events.list[i + 1]));
      seconds[parts[i].calls - calls] = milliseconds * 1e-3;
    }
  });
}

void set_matmul_precision(void* context, MatmulPrecision precision) {
  static_cast<Context*>(context)->precision = precision;
}

}  // namespace

Context& current() { return *context_of_call; }

std::byte* scratch(int64_t bytes) {
  Context& c = current();
  Context::Scratch& scratch = c.scratch[c.capturing ? c.lane : 0];
  if (bytes > scratch.bytes) {
    scratch.pieces.push_back(
        demand_memory(c, bytes, [&](void** data) { return cudaMalloc(data, static_cast<size_t>(bytes)); }));
    scratch.bytes = bytes;
  }
  return scratch.pieces.back();
}

const Accelerator& accelerator() {
  static const Accelerator functions = {
      .signature = accelerator_signature(),
      .count = count,
      .describe = describe,
      .open = open,
      .close = close,
      .allocate = allocate,
      .release = release,
      .upload = upload,
      .download = download,
      .launch = launch,
      .prepare = prepare,
      .replay = replay,
      .discard = discard,
      .time = time,
      .synchronize = synchronize,
      .set_matmul_precision = set_matmul_precision,
  };
  return functions;
}

}  // namespace hebb::cuda

// An accelerator that is none: the table of core/accelerator.h over malloc and the CPU's kernels. With it the whole
// suite runs on a second device on any machine, so everything about devices but the CUDA kernels themselves is tested:
//   HEBB_CUDA_PATH=<build folder>/stand_in.node HEBB_DEVICE=cuda npx ava
// Its memory is poisoned, and two gigabytes are all it has, or as much as STAND_IN_BYTES says.
#include <node_api.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "../../native/binding/accelerator_tag.h"
#include "../../native/core/accelerator.h"
#include "../../native/cpu/device.h"

namespace {

using namespace hebb;

int64_t given_memory() {
  const char* given = std::getenv("STAND_IN_BYTES");
  return given ? std::atoll(given) : int64_t{2} << 30;
}

const int64_t memory = given_memory();

struct Kernels : CpuDevice {
  Buffer* allocate(int64_t) override { return nullptr; }  // no op runs here, only launches
};

struct Context {
  Kernels cpu;
  int64_t used = 0;
  std::unordered_map<std::byte*, int64_t> blocks;
  bool failed = false;  // a kernel found a fault that nobody was told of yet
  ErrorCode code{};
  std::string message;
};

Context& of(void* context) { return *static_cast<Context*>(context); }

void report(Failure* failure, ErrorCode code, const char* message) {
  failure->failed = true;
  failure->code = code;
  std::snprintf(failure->message, sizeof failure->message, "%s", message);
}

// As on a GPU, what a kernel finds wrong in its data comes out at the next synchronisation.
void execute(Context& c, const Launch& call) {
  try {
    c.cpu.execute(call);
  } catch (const Error& error) {
    if (!c.failed) c.code = error.code, c.message = error.what();
    c.failed = true;
  }
}

int count(char*, size_t) { return 1; }

// As many multiprocessors as an H200, for the rule of fit().
void describe(int, AcceleratorInfo* info, Failure*) { *info = {"stand-in", memory, 0, 132}; }

void* open(int, Failure*) { return new Context; }

void close(void* context) { delete static_cast<Context*>(context); }

std::byte* allocate(void* context, int64_t bytes, Failure* failure) {
  Context& c = of(context);
  if (bytes > memory - c.used) {
    report(failure, ErrorCode::out_of_memory, "GPU memory full: the stand-in has no more");
    return nullptr;
  }
  auto* data = static_cast<std::byte*>(::operator new(static_cast<size_t>(bytes), std::align_val_t(64)));
  std::memset(data, 0xcd, static_cast<size_t>(bytes));
  c.used += bytes;
  c.blocks[data] = bytes;
  return data;
}

void release(void* context, std::byte* data) {
  Context& c = of(context);
  c.used -= c.blocks.at(data);
  std::memset(data, 0xdd, static_cast<size_t>(c.blocks.at(data)));
  c.blocks.erase(data);
  ::operator delete(data, std::align_val_t(64));
}

void upload(void*, std::byte* to, const void* from, int64_t bytes, Failure*) {
  std::memcpy(to, from, static_cast<size_t>(bytes));
}

void synchronize(void* context, Failure* failure) {
  Context& c = of(context);
  if (c.failed) report(failure, c.code, c.message.c_str());
  c.failed = false;
}

void download(void* context, void* to, const std::byte* from, int64_t bytes, Failure* failure) {
  std::memcpy(to, from, static_cast<size_t>(bytes));
  synchronize(context, failure);
}

void launch(void* context, const Launch* call, Failure*) { execute(of(context), *call); }

void* prepare(void*, const Launch* calls, int64_t launches, int64_t repeats, Failure*) {
  auto* list = new std::vector<Launch>;
  for (int64_t i = 0; i < repeats; ++i) list->insert(list->end(), calls, calls + launches);
  return list;
}

void replay(void* context, void* prepared, Failure*) {
  for (const Launch& call : *static_cast<std::vector<Launch>*>(prepared)) execute(of(context), call);
}

void discard(void*, void* prepared) { delete static_cast<std::vector<Launch>*>(prepared); }

void time(void* context, const Launch* calls, int64_t launches, double* seconds, Failure*) {
  std::vector<Step> steps;
  for (int64_t i = 0; i < launches; ++i) steps.push_back({calls[i]});
  const std::unique_ptr<Prepared> prepared = of(context).cpu.prepare(steps);
  const std::vector<double> taken = prepared->time();
  prepared->settle();
  std::copy(taken.begin(), taken.end(), seconds);
}

void set_matmul_precision(void*, MatmulPrecision) {}

const Accelerator table = {
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

}  // namespace

NAPI_MODULE_INIT() {
  napi_type_tag_object(env, exports, &accelerator_tag);
  napi_wrap(env, exports, const_cast<Accelerator*>(&table), nullptr, nullptr, nullptr);
  return exports;
}

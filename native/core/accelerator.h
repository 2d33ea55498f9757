// What the module of an accelerator (native/cuda/, an addon of its own) hands the core: a table of functions over plain
// data. No exception crosses it: a call that can fail fills a Failure. Launches and layouts cross as they are, so core
// and module must be of one build; `signature` tells.
#pragma once

#include <cstddef>
#include <cstdint>

#include "error.h"
#include "launch.h"

namespace hebb {

struct Failure {
  bool failed = false;
  ErrorCode code = ErrorCode::internal;
  char message[500] = {};
};

struct AcceleratorInfo {
  char name[256];
  int64_t memory;  // bytes
  int capability;  // 90 for compute capability 9.0
  int processors;  // multiprocessors
};

// How products of float32 matrices may be computed; see setMatmulPrecision() in TypeScript.
enum class MatmulPrecision : int32_t { highest, high, medium };

// A context is one device as one JavaScript environment uses it: a queue, on which everything below takes its turn, and
// what its kernels need. Calls on one context must not overlap in time.
struct Accelerator {
  uint64_t signature;
  // The number of usable devices; if there is none, `reason` says why in words.
  int (*count)(char* reason, size_t size);
  void (*describe)(int index, AcceleratorInfo* info, Failure* failure);
  void* (*open)(int index, Failure* failure);
  void (*close)(void* context);
  std::byte* (*allocate)(void* context, int64_t bytes, Failure* failure);
  void (*release)(void* context, std::byte* data);  // once all work queued so far is done
  void (*upload)(void* context, std::byte* to, const void* from, int64_t bytes, Failure* failure);
  void (*download)(void* context, void* to, const std::byte* from, int64_t bytes, Failure* failure);  // waits
  void (*launch)(void* context, const Launch* call, Failure* failure);
  // The launches, all of them `repeats` times in a row, made ready for many replays (a CUDA graph); their buffers must
  // stay where they are.
  void* (*prepare)(void* context, const Launch* calls, int64_t count, int64_t repeats, Failure* failure);
  void (*replay)(void* context, void* prepared, Failure* failure);
  void (*discard)(void* context, void* prepared);
  // Runs the launches once; seconds[i] is what launch i took.
  void (*time)(void* context, const Launch* calls, int64_t count, double* seconds, Failure* failure);
  // Waits for all queued work; what a kernel found wrong in its data (a label out of range) comes out here.
  void (*synchronize)(void* context, Failure* failure);
  void (*set_matmul_precision)(void* context, MatmulPrecision precision);
};

// Goes up when a function of the table takes or means something else.
constexpr uint64_t accelerator_version = 2;

// Changes with the table of operations and with the structs that cross.
constexpr uint64_t accelerator_signature() {
  uint64_t hash = 1469598103934665603u;
  const auto mix = [&](uint64_t value) { hash = (hash ^ value) * 1099511628211u; };
  const auto text = [&](const char* name) {
    for (; *name; ++name) mix(static_cast<uint64_t>(*name));
    mix(0);
  };
#define KERNEL(name) text(#name);
#include "../ops.def"
  mix(sizeof(Launch));
  mix(sizeof(Layout));
  mix(sizeof(Accelerator));
  mix(accelerator_version);
  return hash;
}

}  // namespace hebb

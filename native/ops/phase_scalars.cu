// Phase `scalars`: counters, rates and sums of losses, single numbers computed one after the other by one thread. What
// a step has of them would otherwise be seven launches.
#include "../cuda/launch.cuh"
#include "../cuda/phases.h"
#include "copy.h"

namespace hebb::cuda {
namespace {

constexpr int most_steps = 16;

struct ScalarStep {
  Op op;
  Dtype from, to;  // of the operands and of the result: they differ for a copy alone
  const void *a, *b;
  void* out;
  double value;  // of a fill
};
struct ScalarSteps {
  int count;
  ScalarStep steps[most_steps];
};

template <class T>
__device__ T scalar_result(const ScalarStep& step) {
  const T a = step.a ? *static_cast<const T*>(step.a) : static_cast<T>(step.value);
  const T b = step.b ? *static_cast<const T*>(step.b) : T(0);
  switch (step.op) {
    case Op::add:
      return a + b;
    case Op::sub:
      return a - b;
    case Op::mul:
      return a * b;
    case Op::div:
      return a / b;
    default:  // fill, copy
      return a;
  }
}

// Integers wrap as unsigned ones.
template <>
__device__ int32_t scalar_result<int32_t>(const ScalarStep& step) {
  const uint32_t a =
      step.a ? *static_cast<const uint32_t*>(step.a) : static_cast<uint32_t>(static_cast<int>(step.value));
  const uint32_t b = step.b ? *static_cast<const uint32_t*>(step.b) : 0;
  switch (step.op) {
    case Op::add:
      return static_cast<int32_t>(a + b);
    case Op::sub:
      return static_cast<int32_t>(a - b);
    case Op::mul:
      return static_cast<int32_t>(a * b);
    default:
      return static_cast<int32_t>(a);
  }
}

template <class T>
__device__ void store_scalar(const ScalarStep& step, T value) {
  if (step.to == Dtype::int32) {
    *static_cast<int32_t*>(step.out) = static_cast<int32_t>(value);
  } else if (step.to == Dtype::float32) {
    *static_cast<float*>(step.out) = static_cast<float>(value);
  } else {
    *static_cast<double*>(step.out) = static_cast<double>(value);
  }
}

__global__ void run_scalars(const __grid_constant__ ScalarSteps list) {
  for (int i = 0; i < list.count; ++i) {
    const ScalarStep& step = list.steps[i];
    if (step.from == Dtype::int32) {
      store_scalar(step, scalar_result<int32_t>(step));
    } else if (step.from == Dtype::float32) {
      store_scalar(step, scalar_result<float>(step));
    } else {
      store_scalar(step, scalar_result<double>(step));
    }
  }
}

const void* place(const Tensor& x) { return x.buffer->data + x.offset * size_of(x.dtype()); }

int takes(const Launch*, int count) { return count <= most_steps ? count : 0; }

void run(const Part& part) {
  ScalarSteps list{};
  list.count = part.count;
  for (int i = 0; i < part.count; ++i) {
    const Launch& call = part.calls[i];
    ScalarStep& step = list.steps[i];
    step.op = call.op;
    step.to = call.out[0].dtype();
    step.from = call.in_count > 0 ? call.in[0].dtype() : step.to;
    step.a = call.in_count > 0 ? place(call.in[0]) : nullptr;
    step.b = call.in_count > 1 ? place(call.in[1]) : nullptr;
    step.out = const_cast<void*>(place(call.out[0]));
    if (call.op == Op::fill) step.value = call.get<FillAttributes>().value;
  }
  submit(run_scalars, 1, 1, list);
}

}  // namespace

const PhaseKernel& scalars_phase() {
  static constexpr PhaseKernel kernel{takes, run};
  return kernel;
}

}  // namespace hebb::cuda

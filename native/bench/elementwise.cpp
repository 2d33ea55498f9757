// Milliseconds of element-wise functions and reductions into recycled memory. One JSON line per case.
// usage: bench_elementwise [threads] [elements, a multiple of 1000] [seconds per case, or calls: 5x] [only]
#include "../ops/arg_reduce.h"
#include "../ops/binary.h"
#include "../ops/reduce.h"
#include "../ops/softmax.h"
#include "../ops/unary.h"
#include "bench.h"

using namespace hebb;

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const int64_t size = argc > 2 ? std::atoll(argv[2]) : 10'000'000;
  const bench::Budget budget(argc > 3 ? argv[3] : "0.2");
  set_thread_count(threads);

  bench::BenchDevice inputs, device;
  const Tensor x = empty(inputs, Dtype::float32, {size}), y = empty(inputs, Dtype::float32, {size});
  bench::fill(x.data<float>(), size, 2);
  bench::fill(y.data<float>(), size, 2);
  const auto here = [&](Tensor tensor) {  // results come from the device of the first operand
    static std::deque<Buffer> buffers;
    buffers.push_back({.data = tensor.buffer->data, .bytes = tensor.buffer->bytes, .device = &device});
    return Tensor{&buffers.back(), 0, tensor.layout};
  };
  const Tensor a = here(x), b = here(y), rows = view(a, {size / 1000, 1000}, {1000, 1});

  const auto run = [&](const char* name, auto call) {
    if (argc > 4 && std::string(argv[4]) != name) return;
    const bench::Times times = bench::measure(budget, [&] {
      device.reset();
      call();
    });
    if (budget.calls) return;
    std::printf("{\"peer\":\"hebb\",\"case\":\"%s, %d threads\",\"median_ms\":%.4f,\"best_ms\":%.4f}\n", name, threads,
                times.median * 1e3, times.best * 1e3);
    std::fflush(stdout);
  };
  const int64_t all[] = {0};
  run("add", [&] { add(a, b); });
  run("relu", [&] { relu(a, 0, 0); });
  run("exp", [&] { exp(a, 0, 0); });
  run("tanh", [&] { tanh(a, 0, 0); });
  run("sigmoid", [&] { sigmoid(a, 0, 0); });
  run("softmax", [&] { softmax(rows); });
  run("sum", [&] { sum(a, all, false); });
  run("argmax", [&] { argmax(rows, 1, false); });
}

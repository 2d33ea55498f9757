// Microseconds of a training step of 784-300-100-10 (relu, softmax cross entropy, SGD), recorded once and replayed as
// capture() does. One JSON line.
// usage: bench_train_step [threads] [batch] [seconds, or steps: 5x] [0: not fused]
#include "../ops/binary.h"
#include "../ops/copy.h"
#include "../ops/cross_entropy.h"
#include "../ops/matmul.h"
#include "../ops/optimizer.h"
#include "../ops/reduce.h"
#include "../ops/unary.h"
#include "../program/program.h"
#include "bench.h"

using namespace hebb;

namespace {

// A tensor that exists before the program is recorded.
Tensor given(Recorder& recorder, bench::BenchDevice& memory, Dtype dtype, const Shape& shape, float scale) {
  const Tensor bytes = empty(memory, dtype, shape);
  if (dtype == Dtype::float32) bench::fill(bytes.data<float>(), bytes.size(), scale);
  return {recorder.external(bytes.buffer->data, bytes.buffer->bytes), 0, bytes.layout};
}

struct Dense {
  Tensor w, b, y;  // [in, units], [units], [batch, units]
};

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const int64_t batch = argc > 2 ? std::atoll(argv[2]) : 32;
  const bench::Budget budget(argc > 3 ? argv[3] : "0.5");
  const bool fused = argc <= 4 || std::atoi(argv[4]);
  set_thread_count(threads);

  bench::BenchDevice memory;
  auto recorder = std::make_unique<Recorder>(0);
  recorder->aim(memory);
  const auto tensor = [&](const Shape& shape, float scale) {
    return given(*recorder, memory, Dtype::float32, shape, scale);
  };
  const Tensor x = tensor({batch, 784}, 1), rate = tensor({}, 0), share = tensor({}, 0);
  const Tensor labels = given(*recorder, memory, Dtype::int32, {batch}, 0);
  *rate.data<float>() = 0.01f;
  *share.data<float>() = 1.0f / static_cast<float>(batch);
  for (int64_t i = 0; i < batch; ++i) labels.data<int32_t>()[i] = static_cast<int32_t>(i % 10);

  const int64_t sizes[] = {784, 300, 100, 10};
  Dense layers[3];
  Tensor y = x;
  for (int i = 0; i < 3; ++i) {
    layers[i].w = tensor({sizes[i], sizes[i + 1]}, 0.08f);
    layers[i].b = tensor({sizes[i + 1]}, 0);
    y = add(matmul(y, layers[i].w, false, false), layers[i].b);
    if (i < 2) y = relu(y, 0, 0);
    layers[i].y = y;
  }
  Tensor dy = mul(softmax_cross_entropy(y, labels)[1], share);
  for (int i = 2; i >= 0; --i) {
    const Tensor below = i > 0 ? layers[i - 1].y : x;
    const Tensor dw = matmul(below, dy, true, false), db = sum_to(dy, {&sizes[i + 1], 1});
    if (i > 0) dy = relu_grad(below, below, matmul(dy, layers[i].w, false, true), 0, 0);
    sgd_update(layers[i].w, dw, rate);
    sgd_update(layers[i].b, db, rate);
  }
  const Program program(std::move(recorder), {}, {.fuse = fused, .phases = false});
  const bench::Times times = bench::measure(budget, [&] { program.replay(INT64_MAX); });
  if (budget.calls) return 0;
  std::printf(
      "{\"peer\":\"hebb\",\"case\":\"train step, batch %d, %d threads, %d launches\",\"median_us\":%.2f,"
      "\"best_us\":%.2f}\n",
      static_cast<int>(batch), threads, static_cast<int>(program.launch_count()), times.median * 1e6, times.best * 1e6);
}

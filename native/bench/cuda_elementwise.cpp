// Memory bandwidth of the CUDA kernels beside a copy on the device: GB/s of the bytes that an op has to read and write,
// and its share of the copy's. Median of `calls` by CUDA events, on random numbers.
//   bench_cuda_elementwise [log2 of the number of elements, default 26] [calls, default 25]
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <vector>

#include "../core/accelerator.h"
#include "../cpu/device.h"
#include "../cuda/check.h"
#include "../cuda/context.h"
#include "../cuda/device.h"
#include "../ops/cumsum.h"
#include "../ops/optimizer.h"
#include "../ops/random.h"
#include "../ops/reduce.h"
#include "../ops/sort.h"
#include "../ops/unary.h"

using namespace hebb;

namespace {

const Accelerator& gpu = cuda::accelerator();
void* context = nullptr;
std::deque<Buffer> buffers;

struct NoDevice : CpuDevice {
  Buffer* allocate(int64_t) override { return nullptr; }
} device;

void demand(const Failure& failure) {
  if (!failure.failed) return;
  std::printf("%s\n", failure.message);
  std::exit(1);
}

Tensor make(Dtype dtype, const Shape& shape) {
  const Layout* layout = intern(dtype, shape);
  Failure failure;
  const int64_t bytes = layout->size * size_of(dtype);
  buffers.push_back({gpu.allocate(context, bytes, &failure), bytes, &device});
  demand(failure);
  return {&buffers.back(), 0, layout};
}

template <class Attributes = NoAttributes>
void run(Op op, std::initializer_list<Tensor> in, std::initializer_list<Tensor> out,
         const Attributes& attributes = {}) {
  const Launch call = make_launch(op, in, out, attributes);
  Failure failure;
  gpu.launch(context, &call, &failure);
  demand(failure);
}

int calls = 25;
double copy_rate = 0;

void measure(const char* name, double bytes, const std::function<void()>& call) {
  cudaStream_t stream = static_cast<cuda::Context*>(context)->stream;
  cudaEvent_t begin, end;
  CUDA_CHECK(cudaEventCreate(&begin));
  CUDA_CHECK(cudaEventCreate(&end));
  for (int i = 0; i < 3; ++i) call();
  std::vector<float> times;
  for (int i = 0; i < calls; ++i) {
    CUDA_CHECK(cudaEventRecord(begin, stream));
    call();
    CUDA_CHECK(cudaEventRecord(end, stream));
    CUDA_CHECK(cudaEventSynchronize(end));
    float ms = 0;
    CUDA_CHECK(cudaEventElapsedTime(&ms, begin, end));
    times.push_back(ms);
  }
  CUDA_CHECK(cudaEventDestroy(begin));
  CUDA_CHECK(cudaEventDestroy(end));
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2], rate = bytes / median * 1e-6;
  if (copy_rate == 0) copy_rate = rate;
  std::printf("%-34s %9.1f us %8.0f GB/s  %4.0f %% of the copy\n", name, median * 1e3, rate, 100 * rate / copy_rate);
}

}  // namespace

int main(int argc, char** argv) {
  const int exponent = argc > 1 ? std::atoi(argv[1]) : 26;
  if (argc > 2) calls = std::max(1, std::atoi(argv[2]));
  char reason[500] = "";
  if (gpu.count(reason, sizeof reason) == 0) {
    std::printf("no GPU: %s; skipped\n", reason);
    return 0;
  }
  Failure failure;
  context = gpu.open(0, &failure);
  demand(failure);
  const int64_t n = int64_t{1} << exponent, columns = std::min<int64_t>(n, 1024), lines = n / columns;
  const double element = 4.0 * static_cast<double>(n);
  const Shape flat{n}, matrix{lines, columns};
  const Tensor state = make(Dtype::int32, {4}), a = make(Dtype::float32, flat), b = make(Dtype::float32, flat),
               c = make(Dtype::float32, flat), d = make(Dtype::float32, flat);
  run(Op::fill, {}, {state}, 7.0);
  run(Op::random_normal, {state}, {a, state}, NormalAttributes{0, 1});
  run(Op::random_normal, {state}, {b, state}, NormalAttributes{0, 1});
  run(Op::random_uniform, {state}, {d, state}, UniformAttributes{0, 1, 0.9999999});
  const Tensor row = make(Dtype::float32, {columns}), one = make(Dtype::float32, {}), total = make(Dtype::float32, {}),
               rate = make(Dtype::float32, {}), labels = make(Dtype::int32, {lines}),
               losses = make(Dtype::float32, {lines}), positions = make(Dtype::int32, {lines}),
               bytes = make(Dtype::uint8, flat), order = make(Dtype::int32, {std::min<int64_t>(n, 1 << 20)}),
               draws = make(Dtype::int32, {2, std::min<int64_t>(n, 1 << 20), 3});
  run(Op::fill, {}, {row}, 0.5);
  run(Op::fill, {}, {rate}, 1e-6);
  run(Op::fill, {}, {one}, 3.0);
  run(Op::random_int, {state}, {labels, state}, IntegerAttributes{0, static_cast<uint64_t>(columns)});
  run(Op::random_int, {state}, {bytes, state}, IntegerAttributes{0, 256});
  const auto rows_of = [&](const Tensor& x) { return view(x, matrix, {columns, 1}); };
  const auto turned = [&](const Tensor& x) { return view(x, {columns, lines}, {1, columns}); };
  const UnaryAttributes none{0.5, 1.5};

  measure("cudaMemcpyAsync on the device", 2 * element, [&] {
    CUDA_CHECK(cudaMemcpyAsync(c.data<float>(), a.data<float>(), static_cast<size_t>(4 * n), cudaMemcpyDeviceToDevice,
                               static_cast<cuda::Context*>(context)->stream));
  });
  measure("copy", 2 * element, [&] { run(Op::copy, {a}, {c}); });
  measure("copy of a transposed matrix", 2 * element, [&] {
    run(Op::copy, {turned(a)}, {view(c, {columns, lines}, {lines, 1})});
  });
  measure("cast uint8 to float32", 1.25 * element, [&] { run(Op::copy, {bytes}, {c}); });
  measure("fill", element, [&] { run(Op::fill, {}, {c}, 1.5); });
  measure("add", 3 * element, [&] { run(Op::add, {a, b}, {c}); });
  measure("add, offset by one element", 3 * (element - 4), [&] {
    run(Op::add, {view(a, {n - 1}, {1}, 1), view(b, {n - 1}, {1}, 1)}, {view(c, {n - 1}, {1}, 1)});
  });
  measure("add a row to a matrix", 2 * element, [&] { run(Op::add, {rows_of(a), row}, {rows_of(c)}); });
  measure("mul by a scalar", 2 * element, [&] { run(Op::mul, {a, one}, {c}); });
  measure("relu", 2 * element, [&] { run(Op::relu, {a}, {c}, none); });
  measure("exp", 2 * element, [&] { run(Op::exp, {a}, {c}, none); });
  measure("gelu", 2 * element, [&] { run(Op::gelu, {a}, {c}, none); });
  measure("tanh_grad, which reads no x", 3 * element, [&] { run(Op::tanh_grad, {a, b, d}, {c}, none); });
  measure("sum of all", element, [&] { run(Op::sum, {a}, {total}, ReduceAttributes{0}); });
  measure("sum of rows", element, [&] { run(Op::sum, {rows_of(a)}, {losses}, ReduceAttributes{1}); });
  measure("sum of columns", element, [&] { run(Op::sum, {turned(a)}, {row}, ReduceAttributes{1}); });
  measure("argmax of rows", element, [&] {
    run(Op::argmax, {view(a, {lines, columns, 1}, {columns, 1, 1})}, {positions});
  });
  measure("softmax", 2 * element, [&] { run(Op::softmax, {rows_of(a)}, {rows_of(c)}); });
  measure("log_softmax", 2 * element, [&] { run(Op::log_softmax, {rows_of(a)}, {rows_of(c)}); });
  if (n >= (1 << 15)) {
    const Shape wide{n >> 15, 1 << 15};
    measure("softmax of rows of 32768", 2 * element, [&] {
      run(Op::softmax, {view(a, wide, {1 << 15, 1})}, {view(c, wide, {1 << 15, 1})});
    });
  }
  if (n >= 16) {
    const Shape narrow{n / 16, 16};
    measure("softmax of rows of 16", 2 * element, [&] {
      run(Op::softmax, {view(a, narrow, {16, 1})}, {view(c, narrow, {16, 1})});
    });
  }
  measure("softmax_cross_entropy", 2 * element, [&] {
    run(Op::softmax_cross_entropy, {rows_of(a), labels}, {losses, rows_of(c)});
  });
  measure("softmax_cross_entropy_dense", 3 * element, [&] {
    run(Op::softmax_cross_entropy_dense, {rows_of(a), rows_of(d)}, {losses, rows_of(c)});
  });
  run(Op::random_permutation, {state}, {positions, state, draws});
  measure("gather of rows", 2 * element, [&] {
    run(Op::gather, {view(a, {1, lines, columns}, {n, columns, 1}), positions},
        {view(c, {1, lines, columns}, {n, columns, 1})});
  });
  measure("cumsum down the columns", 2 * element, [&] {
    run(Op::cumsum, {view(a, {1, lines, columns}, {n, columns, 1})}, {view(c, {1, lines, columns}, {n, columns, 1})},
        CumsumAttributes{false});
  });
  measure("sgd_update", 3 * element, [&] { run(Op::sgd_update, {c, b, rate}, {c}); });
  measure("adam_update", 7 * element, [&] {
    run(Op::adam_update, {c, a, d, b, rate, one}, {c, a, d}, AdamAttributes{0.9, 0.999, 1e-7, false});
  });
  measure("random_uniform", element, [&] {
    run(Op::random_uniform, {state}, {c, state}, UniformAttributes{0, 1, 0.9999999});
  });
  measure("random_normal", element, [&] { run(Op::random_normal, {state}, {c, state}, NormalAttributes{0, 1}); });
  measure("random_permutation of 2^20", 4.0 * static_cast<double>(order.size()), [&] {
    run(Op::random_permutation, {state}, {order, state, draws});
  });
  const Shape small{128, 10};
  const Tensor z = make(Dtype::float32, small), w = make(Dtype::float32, small);
  run(Op::random_normal, {state}, {z, state}, NormalAttributes{0, 1});
  measure("add of [128, 10]: a launch", 3 * 5120, [&] { run(Op::add, {z, z}, {w}); });
  Failure last;
  gpu.synchronize(context, &last);
  demand(last);
  for (const Buffer& buffer : buffers) gpu.release(context, buffer.data);
  gpu.close(context);
  return 0;
}

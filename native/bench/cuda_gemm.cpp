// TFLOP/s of the matrix product on a CUDA device, every kernel, beside cuBLAS where its library is given.
// usage: bench_cuda_gemm [--cublas path of libcublas.so] [--seconds per point] [--only text in the name of the case]
// One line per case: times in microseconds, TFLOP/s, ratio to cuBLAS in the same precision. Random data; the operands
// rotate through more memory than the cache holds, but for the small products, which find them there as in training.
#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "../cuda/check.h"
#include "../cuda/context.h"
#include "../cuda/device.h"
#include "../ops/matmul/choose.h"

using namespace hebb;

namespace {

const Accelerator& gpu = cuda::accelerator();
cuda::Context* context = nullptr;
double seconds = 0.2;

void must(const Failure& failure) {
  if (!failure.failed) return;
  std::fprintf(stderr, "%s\n", failure.message);
  std::exit(1);
}

// The few functions of cuBLAS that are measured.
struct Cublas {
  using Handle = void*;
  void* library = nullptr;
  Handle handle = nullptr;
  int (*set_stream)(Handle, cudaStream_t) = nullptr;
  int (*gemm)(Handle, int, int, int, int, int, const void*, const void*, int, int, const void*, int, int, const void*,
              void*, int, int, int, int) = nullptr;
  static constexpr int f32 = 0, bf16 = 14, compute_32f = 68, compute_tf32 = 77;

  explicit Cublas(const char* path) {
    library = dlopen(path ? path : "libcublas.so.13", RTLD_NOW);
    if (!library) {
      std::printf("no cuBLAS: %s\n", dlerror());
      return;
    }
    const auto create = reinterpret_cast<int (*)(Handle*)>(dlsym(library, "cublasCreate_v2"));
    set_stream = reinterpret_cast<decltype(set_stream)>(dlsym(library, "cublasSetStream_v2"));
    gemm = reinterpret_cast<decltype(gemm)>(dlsym(library, "cublasGemmEx"));
    if (!create || !set_stream || !gemm || create(&handle) != 0 || set_stream(handle, context->stream) != 0) {
      std::printf("no cuBLAS: it does not start\n");
      handle = nullptr;
    }
  }
};

struct Shape3 {
  const char* layout;
  int64_t m, n, k;
};

// Operand sets in one piece of memory, as many as it takes to leave the cache.
struct Operands {
  int64_t a, b, c, set, sets;
  float* data = nullptr;
  Buffer buffer{};

  explicit Operands(const Shape3& s) {
    const auto padded = [](int64_t x) { return (x + 63) / 64 * 64; };
    a = padded(s.m * s.k), b = padded(s.k * s.n), c = padded(s.m * s.n);
    set = a + b + c;
    const int64_t cache = int64_t{128} << 20;
    sets = set * 4 < (int64_t{16} << 20) ? 1 : std::max<int64_t>(2, cache / (set * 4) + 1);
    CUDA_CHECK(cudaMalloc(reinterpret_cast<void**>(&data), set * sets * 4));
    buffer = {reinterpret_cast<std::byte*>(data), set * sets * 4, nullptr};
    // Two bfloat16 in [-1, 1) each, which together are a float of that range: data for every precision.
    std::vector<uint32_t> random(1 << 20);
    uint64_t state = 1;
    const auto next = [&] {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const float x = static_cast<float>(state >> 33) / 1073741824.0f - 1;
      return std::bit_cast<uint32_t>(x) >> 16;
    };
    for (uint32_t& x : random) x = next() << 16, x |= next();
    for (int64_t at = 0; at < set * sets; at += 1 << 20) {
      const int64_t count = std::min<int64_t>(1 << 20, set * sets - at);
      CUDA_CHECK(cudaMemcpy(data + at, random.data(), count * 4, cudaMemcpyHostToDevice));
    }
  }
  ~Operands() { cudaFree(data); }
};

// Median microseconds of a call on the GPU: short ones in a row, replayed as a graph, so that the time it takes to ask
// for them does not count. `call` is given the number of the operand set.
double measure(int64_t sets, const std::function<void(int64_t)>& call) {
  cudaEvent_t begin, end;
  CUDA_CHECK(cudaEventCreate(&begin));
  CUDA_CHECK(cudaEventCreate(&end));
  const auto time = [&](const std::function<void()>& work) {
    CUDA_CHECK(cudaEventRecord(begin, context->stream));
    work();
    CUDA_CHECK(cudaEventRecord(end, context->stream));
    CUDA_CHECK(cudaEventSynchronize(end));
    float milliseconds = 0;
    CUDA_CHECK(cudaEventElapsedTime(&milliseconds, begin, end));
    return milliseconds * 1e3;
  };
  time([&] { call(0); });
  const double once = std::max(time([&] { call(1 % sets); }), 1.0);
  const int repeats = std::clamp(static_cast<int>(400 / once), static_cast<int>(sets), 60);
  cudaGraph_t graph;
  cudaGraphExec_t replay;
  CUDA_CHECK(cudaStreamBeginCapture(context->stream, cudaStreamCaptureModeRelaxed));
  for (int i = 0; i < repeats; ++i) call(i % sets);
  CUDA_CHECK(cudaStreamEndCapture(context->stream, &graph));
  CUDA_CHECK(cudaGraphInstantiate(&replay, graph, 0));
  const auto run = [&] { CUDA_CHECK(cudaGraphLaunch(replay, context->stream)); };
  time(run);
  const int samples = std::clamp(static_cast<int>(seconds * 1e6 / (once * repeats)), 3, 25);
  std::vector<double> times;
  for (int i = 0; i < samples; ++i) times.push_back(time(run) / repeats);
  CUDA_CHECK(cudaGraphExecDestroy(replay));
  CUDA_CHECK(cudaGraphDestroy(graph));
  CUDA_CHECK(cudaEventDestroy(begin));
  CUDA_CHECK(cudaEventDestroy(end));
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

Launch matmul_of(Operands& o, const Shape3& s, int64_t index) {
  const bool ta = s.layout[0] == 'T', tb = s.layout[1] == 'T';
  const auto tensor = [&](int64_t offset, Shape shape, Shape strides) {
    return Tensor{&o.buffer, index * o.set + offset, intern(Dtype::float32, shape, strides)};
  };
  Launch call;
  call.op = Op::matmul;
  call.in_count = 2, call.out_count = 1;
  call.in[0] = tensor(0, {s.m, s.k}, ta ? Shape{1, s.m} : Shape{s.k, 1});
  call.in[1] = tensor(o.a, {s.k, s.n}, tb ? Shape{1, s.k} : Shape{s.n, 1});
  call.out[0] = tensor(o.a + o.b, {s.m, s.n}, {s.n, 1});
  return call;
}

double time_hebb(Operands& o, const Shape3& s, const char* kernel, MatmulPrecision precision) {
  context->gemm_force = kernel;
  gpu.set_matmul_precision(context, precision);
  std::vector<Launch> calls;
  for (int64_t i = 0; i < o.sets; ++i) calls.push_back(matmul_of(o, s, i));
  return measure(o.sets, [&](int64_t i) {
    Failure failure;
    gpu.launch(context, &calls[i], &failure);
    must(failure);
  });
}

// Row-major C = A B is column-major C^T = B^T A^T.
double time_cublas(const Cublas& cublas, Operands& o, const Shape3& s, int type, int compute) {
  const bool ta = s.layout[0] == 'T', tb = s.layout[1] == 'T';
  const float one = 1, zero = 0;
  return measure(o.sets, [&](int64_t i) {
    float* base = o.data + i * o.set;
    const int status =
        cublas.gemm(cublas.handle, tb, ta, static_cast<int>(s.n), static_cast<int>(s.m), static_cast<int>(s.k), &one,
                    base + o.a, type, static_cast<int>(tb ? s.k : s.n), base, type, static_cast<int>(ta ? s.m : s.k),
                    &zero, base + o.a + o.b, Cublas::f32, static_cast<int>(s.n), compute, -1);
    if (status != 0) {
      std::printf("cuBLAS status %d\n", status);
      std::exit(1);
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  const char *path = nullptr, *only = "";
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!std::strcmp(argv[i], "--cublas")) path = argv[i + 1];
    if (!std::strcmp(argv[i], "--seconds")) seconds = std::atof(argv[i + 1]);
    if (!std::strcmp(argv[i], "--only")) only = argv[i + 1];
  }
  char reason[500];
  if (gpu.count(reason, sizeof reason) == 0) {
    std::printf("no GPU: %s; skipped\n", reason);
    return 0;
  }
  Failure failure;
  AcceleratorInfo info;
  gpu.describe(0, &info, &failure);
  context = static_cast<cuda::Context*>(gpu.open(0, &failure));
  must(failure);
  const Cublas cublas(path);
  std::printf("%s, %d multiprocessors\n", info.name, info.processors);

  const Shape3 shapes[] = {
      {"NN", 512, 512, 512},
      {"NN", 1024, 1024, 1024},
      {"NN", 2048, 2048, 2048},
      {"NT", 2048, 2048, 2048},
      {"TN", 2048, 2048, 2048},
      {"NN", 4096, 4096, 4096},
      {"NT", 4096, 4096, 4096},
      {"TN", 4096, 4096, 4096},
      {"NN", 8192, 8192, 8192},
      // 784-300-100-10: forward, dW, dX at batches 32, 128, 1024
      {"NN", 32, 300, 784},
      {"NN", 32, 100, 300},
      {"NN", 32, 10, 100},
      {"TN", 784, 300, 32},
      {"TN", 300, 100, 32},
      {"TN", 100, 10, 32},
      {"NT", 32, 300, 100},
      {"NN", 128, 300, 784},
      {"TN", 784, 300, 128},
      {"NN", 1024, 300, 784},
      {"TN", 784, 300, 1024},
      {"NN", 1, 4096, 4096},
      {"NN", 4096, 16, 4096},
  };
  struct Opponent {
    const char* kernel;
    MatmulPrecision precision;
    int type, compute;    // of the cuBLAS call it is held against
    int64_t least, most;  // size of m it is measured at
  };
  constexpr int f32 = Cublas::f32, full = Cublas::compute_32f;
  const Opponent opponents[] = {
      {"generic", MatmulPrecision::highest, f32, full, 0, 2048},
      {"", MatmulPrecision::highest, f32, full, 0, 1 << 20},
      {"simt,64x64,1", MatmulPrecision::highest, f32, full, 512, 1024},
      {"simt,128x128,1", MatmulPrecision::highest, f32, full, 512, 8192},
      {"hopper", MatmulPrecision::highest, f32, full, 512, 8192},
      {"hopper", MatmulPrecision::high, f32, full, 512, 8192},
      {"hopper,128x128", MatmulPrecision::medium, Cublas::bf16, full, 512, 8192},
      {"hopper,128x256", MatmulPrecision::medium, Cublas::bf16, full, 512, 8192},
      {"", MatmulPrecision::high, f32, full, 512, 8192},
      {"", MatmulPrecision::medium, Cublas::bf16, full, 512, 8192},
      {"simt,32x32,1", MatmulPrecision::highest, f32, full, 32, 1024},
      {"simt,32x32,4", MatmulPrecision::highest, f32, full, 32, 128},
      {"simt,32x32,12", MatmulPrecision::highest, f32, full, 32, 128},
      {"simt,16x16,1", MatmulPrecision::highest, f32, full, 32, 784},
      {"simt,16x16,3", MatmulPrecision::highest, f32, full, 32, 128},
      {"simt,16x64,1", MatmulPrecision::highest, f32, full, 32, 128},
      {"simt,4x128,4", MatmulPrecision::highest, f32, full, 1, 1},
      {"simt,4x128,16", MatmulPrecision::highest, f32, full, 1, 1},
      {"simt,64x16,1", MatmulPrecision::highest, f32, full, 4096, 4096},
      {"simt,64x16,4", MatmulPrecision::highest, f32, full, 4096, 4096},
      {"simt,64x64,2", MatmulPrecision::highest, f32, full, 512, 1024},
      {"simt,64x64,4", MatmulPrecision::highest, f32, full, 512, 1024},
  };
  for (const Shape3& s : shapes) {
    char name[100];
    std::snprintf(name, sizeof name, "%s %lldx%lldx%lld", s.layout, (long long)s.m, (long long)s.n, (long long)s.k);
    if (!std::strstr(name, only)) continue;
    Operands operands(s);
    const double work = 2e-6 * static_cast<double>(s.m * s.n * s.k);
    const auto print = [&](const char* what, double time, double reference) {
      std::printf("%-20s %-24s %10.1f us %8.2f TFLOP/s", name, what, time, work / time);
      if (reference > 0) std::printf("  %5.2fx", reference / time);
      std::printf("\n");
      std::fflush(stdout);
    };
    double reference[2] = {0, 0};  // float32, bfloat16
    if (cublas.handle) {
      reference[0] = time_cublas(cublas, operands, s, f32, full);
      print("cuBLAS float32", reference[0], 0);
      print("cuBLAS TF32", time_cublas(cublas, operands, s, f32, Cublas::compute_tf32), reference[0]);
      reference[1] = time_cublas(cublas, operands, s, Cublas::bf16, full);
      print("cuBLAS bfloat16", reference[1], reference[0]);
    }
    for (const Opponent& opponent : opponents) {
      if (!std::strncmp(opponent.kernel, "hopper", 6) && info.capability != 90) continue;
      if (s.m < opponent.least || s.m > opponent.most) continue;
      const char* words[] = {"highest", "high", "medium"};
      const std::string what =
          std::string(*opponent.kernel ? opponent.kernel : "chosen") +
          (opponent.precision == MatmulPrecision::highest ? "" : ":") +
          (opponent.precision == MatmulPrecision::highest ? "" : words[static_cast<int>(opponent.precision)]);
      print(what.c_str(), time_hebb(operands, s, opponent.kernel, opponent.precision),
            reference[opponent.type == Cublas::bf16]);
    }
  }
  gpu.close(context);
}

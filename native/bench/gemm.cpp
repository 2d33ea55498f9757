// GFLOP/s of the matrix product. One JSON line per case: {peer, case, median_ms, best_ms, gflops, gflops_best}.
// usage: bench_gemm [threads, 0: 1 and 2] [largest dimension] [seconds per case, or calls: 5x] [isa] [only:
// NN/32x784x300]
#include <cstring>

#include "../ops/matmul/gemm.h"
#include "bench.h"

namespace {

struct Case {
  const char* layout;
  int m, k, n;
};
// Squares, then the MLP 784-300-100-10: forward, dW = X^T dY, dX = dY W^T, at batches 1, 32, 128, 1024.
const Case cases[] = {
    {"NN", 4, 4, 4},          {"NT", 4, 4, 4},          {"TN", 4, 4, 4},          {"NN", 16, 16, 16},
    {"NN", 32, 32, 32},       {"NN", 64, 64, 64},       {"NT", 64, 64, 64},       {"TN", 64, 64, 64},
    {"NN", 128, 128, 128},    {"NT", 128, 128, 128},    {"TN", 128, 128, 128},    {"NN", 256, 256, 256},
    {"NT", 256, 256, 256},    {"TN", 256, 256, 256},    {"NN", 512, 512, 512},    {"NT", 512, 512, 512},
    {"TN", 512, 512, 512},    {"NN", 1024, 1024, 1024}, {"NT", 1024, 1024, 1024}, {"TN", 1024, 1024, 1024},
    {"NN", 2048, 2048, 2048}, {"NT", 2048, 2048, 2048}, {"TN", 2048, 2048, 2048}, {"NN", 4096, 4096, 4096},
    {"NT", 4096, 4096, 4096}, {"TN", 4096, 4096, 4096}, {"NN", 1, 784, 300},      {"NN", 32, 784, 300},
    {"NN", 128, 784, 300},    {"NN", 1024, 784, 300},   {"NN", 1, 300, 100},      {"NN", 32, 300, 100},
    {"NN", 128, 300, 100},    {"NN", 1, 100, 10},       {"NN", 32, 100, 10},      {"NN", 128, 100, 10},
    {"TN", 784, 1, 300},      {"TN", 784, 32, 300},     {"TN", 784, 128, 300},    {"TN", 784, 1024, 300},
    {"TN", 300, 32, 100},     {"TN", 100, 32, 10},      {"NT", 1, 300, 784},      {"NT", 32, 300, 784},
    {"NT", 128, 300, 784},    {"NT", 1024, 300, 784},   {"NT", 1, 100, 300},      {"NT", 32, 100, 300},
    {"NT", 32, 10, 100},
};

using Function = void (*)(const hebb::Gemm<float>&);

Function by_name(const char* isa) {
#if defined(__x86_64__)
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx512 && (!isa || !std::strcmp(isa, "avx512"))) return hebb::avx512::gemm;
  if (avx2 && (!isa || !std::strcmp(isa, "avx2"))) return hebb::avx2::gemm;
#elif defined(__aarch64__)
  if (!isa || !std::strcmp(isa, "neon")) return hebb::neon::gemm;
#endif
  return hebb::scalar::gemm;
}

void measure(const Case& shape, int threads, const hebb::bench::Budget& budget, Function gemm) {
  const int64_t m = shape.m, k = shape.k, n = shape.n;
  std::vector<float> a(m * k), b(k * n), c(m * n);
  hebb::bench::fill(a.data(), m * k);
  hebb::bench::fill(b.data(), k * n);
  const bool a_transposed = shape.layout[0] == 'T', b_transposed = shape.layout[1] == 'T';
  const hebb::Gemm<float> call{m,
                               n,
                               k,
                               a.data(),
                               a_transposed ? 1 : k,
                               a_transposed ? m : 1,
                               b.data(),
                               b_transposed ? 1 : n,
                               b_transposed ? k : 1,
                               c.data(),
                               n};
  hebb::set_thread_count(threads);
  const auto [median, best] = hebb::bench::measure(budget, [&] { gemm(call); });
  if (budget.calls) return;
  const double work = 2.0 * m * k * n;
  std::printf(
      "{\"peer\":\"hebb\",\"case\":\"B/%s/%dx%dx%d/t%d\",\"median_ms\":%.6f,\"best_ms\":%.6f,\"gflops\":%.2f,"
      "\"gflops_best\":%.2f}\n",
      shape.layout, shape.m, shape.k, shape.n, threads, median * 1e3, best * 1e3, work / median / 1e9,
      work / best / 1e9);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 0;
  const int largest = argc > 2 ? std::atoi(argv[2]) : 2048;
  const hebb::bench::Budget budget(argc > 3 ? argv[3] : "0.2");
  const Function gemm = by_name(argc > 4 && *argv[4] ? argv[4] : nullptr);
  for (const Case& shape : cases) {
    if (std::max({shape.m, shape.k, shape.n}) > largest) continue;
    const std::string name = std::string(shape.layout) + "/" + std::to_string(shape.m) + "x" + std::to_string(shape.k) +
                             "x" + std::to_string(shape.n);
    if (argc > 5 && name.find(argv[5]) == std::string::npos) continue;
    for (int t = threads ? threads : 1; t <= (threads ? threads : 2); ++t) measure(shape, t, budget, gemm);
  }
}

// GFLOP/s of the matrix product. One JSON line per case: {peer, case, median_ms, best_ms, gflops, gflops_best}.
// usage: bench_gemm [threads, 0: 1 and 2] [largest dimension] [seconds per case, or calls: 5x] [isa] [only:
// NN/32x784x300, or sweep: the square sizes that are slower than their neighbours]
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

// Times of one product; none when `budget` counts calls.
hebb::bench::Times time_of(const Case& shape, int threads, const hebb::bench::Budget& budget, Function gemm) {
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
  return hebb::bench::measure(budget, [&] { gemm(call); });
}

double work_of(const Case& shape) { return 2.0 * shape.m * shape.k * shape.n; }

void print_case(const Case& shape, int threads, const hebb::bench::Budget& budget, Function gemm) {
  const auto [median, best] = time_of(shape, threads, budget, gemm);
  if (budget.calls) return;
  std::printf(
      "{\"peer\":\"hebb\",\"case\":\"B/%s/%dx%dx%d/t%d\",\"median_ms\":%.6f,\"best_ms\":%.6f,\"gflops\":%.2f,"
      "\"gflops_best\":%.2f}\n",
      shape.layout, shape.m, shape.k, shape.n, threads, median * 1e3, best * 1e3, work_of(shape) / median / 1e9,
      work_of(shape) / best / 1e9);
  std::fflush(stdout);
}

// Squares of many sizes, where a cliff would show: a size well below the median of the two sizes on either side of it
// (one, at the second size from an end). What looks like one is measured again with its neighbours, five times as
// long, since a disturbance looks the same.
constexpr double cliff = 0.8;

double neighbours_median(const std::vector<double>& rates, size_t i) {
  const size_t reach = std::min({size_t{2}, i, rates.size() - 1 - i});
  std::vector<double> around;
  for (size_t distance = 1; distance <= reach; ++distance) {
    around.push_back(rates[i - distance]);
    around.push_back(rates[i + distance]);
  }
  std::sort(around.begin(), around.end());
  return around.empty() ? 0 : (around[(around.size() - 1) / 2] + around[around.size() / 2]) / 2;
}

// One JSON line per offender; answers how many there are.
int sweep(const char* layout, const std::vector<int>& sizes, int threads, const hebb::bench::Budget& budget,
          Function gemm) {
  const auto rate = [&](size_t i, const hebb::bench::Budget& time) {
    const Case shape{layout, sizes[i], sizes[i], sizes[i]};
    return work_of(shape) / time_of(shape, threads, time, gemm).median / 1e9;
  };
  std::vector<double> rates;
  for (size_t i = 0; i < sizes.size(); ++i) rates.push_back(rate(i, budget));
  hebb::bench::Budget longer = budget;
  longer.seconds *= 5;
  int offenders = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (rates[i] >= cliff * neighbours_median(rates, i)) continue;
    for (size_t near = i - 2 < sizes.size() ? i - 2 : 0; near <= std::min(i + 2, sizes.size() - 1); ++near)
      rates[near] = rate(near, longer);
    const double around = neighbours_median(rates, i);
    if (rates[i] >= cliff * around) continue;
    ++offenders;
    std::printf("{\"cliff\":\"%s/%d/t%d\",\"gflops\":%.2f,\"neighbours\":%.2f,\"ratio\":%.2f}\n", layout, sizes[i],
                threads, rates[i], around, rates[i] / around);
    std::fflush(stdout);
  }
  return offenders;
}

// 1..96 and the multiples of 16 to 1024 are two series: a step of one in size means less in the second.
void sweep_all(int largest, int threads, const hebb::bench::Budget& budget, Function gemm) {
  std::vector<int> small, large;
  for (int size = 1; size <= std::min(largest, 96); ++size) small.push_back(size);
  for (int size = 16; size <= largest; size += 16) large.push_back(size);
  for (const char* layout : {"NN", "NT", "TN"}) {
    for (const std::vector<int>* sizes : {&small, &large}) {
      if (sizes->empty()) continue;
      const int offenders = sweep(layout, *sizes, threads, budget, gemm);
      std::printf("{\"sweep\":\"%s/%d..%d/t%d\",\"sizes\":%d,\"offenders\":%d}\n", layout, sizes->front(),
                  sizes->back(), threads, static_cast<int>(sizes->size()), offenders);
      std::fflush(stdout);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 0;
  const int largest = argc > 2 ? std::atoi(argv[2]) : 2048;
  const hebb::bench::Budget budget(argc > 3 ? argv[3] : "0.2");
  const Function gemm = by_name(argc > 4 && *argv[4] ? argv[4] : nullptr);
  const std::string only = argc > 5 ? argv[5] : "";
  const int first = threads ? threads : 1, last = threads ? threads : 2;
  for (int t = first; only == "sweep" && t <= last; ++t) sweep_all(std::min(largest, 1024), t, budget, gemm);
  for (const Case& shape : cases) {
    if (std::max({shape.m, shape.k, shape.n}) > largest) continue;
    const std::string name = std::string(shape.layout) + "/" + std::to_string(shape.m) + "x" + std::to_string(shape.k) +
                             "x" + std::to_string(shape.n);
    if (name.find(only) == std::string::npos) continue;
    for (int t = first; t <= last; ++t) print_case(shape, t, budget, gemm);
  }
}

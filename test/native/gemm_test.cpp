// Every instruction set, path and number of threads of gemm against two naive loops: the same bits as one sequential
// FMA chain per element, and within the error bound of float64 arithmetic.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "../../native/cpu/threads.h"
#include "../../native/ops/matmul/gemm.h"

using hebb::Activation;
using hebb::Gemm;

namespace {

template <class T>
struct Isa {
  const char* name;
  void (*gemm)(const Gemm<T>&);
  bool supported;
};

template <class T>
std::vector<Isa<T>> isas() {
  return {
    {"scalar", hebb::scalar::gemm, true},
#if defined(__x86_64__)
        {"avx2", hebb::avx2::gemm, bool(__builtin_cpu_supports("avx2")) && bool(__builtin_cpu_supports("fma"))},
#if !defined(HEBB_WITHOUT_AVX512)
        {"avx512", hebb::avx512::gemm,
         bool(__builtin_cpu_supports("avx512f")) && bool(__builtin_cpu_supports("avx512bw")) &&
             bool(__builtin_cpu_supports("avx512dq")) && bool(__builtin_cpu_supports("avx512vl"))},
#endif
#elif defined(__aarch64__)
        {"neon", hebb::neon::gemm, true},
#endif
  };
}

uint64_t random_state = 42;
uint32_t random_bits() {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(random_state >> 33);
}
int64_t random_below(int64_t n) { return random_bits() % n; }
double random_value() { return random_bits() / 1073741824.0 - 1.0; }

enum Layout { NN, NT, TN, TT, strided };
const char* const layout_names[] = {"NN", "NT", "TN", "TT", "strided"};

struct Options {
  double alpha = 1, beta = 0;
  bool bias = false, relu = false, gate = false;
};

int64_t checks = 0, failures = 0;

// Multiplications per product beyond which the scalar kernels would take too long.
#if defined(HEBB_SANITIZED_KERNELS)
constexpr int64_t most_of_scalar = 200000;
#else
constexpr int64_t most_of_scalar = 3000000;
#endif

#if defined(__x86_64__)
#define FAST_FMA __attribute__((target_clones("default", "fma")))
#else
#define FAST_FMA
#endif

// out[n] = chains of one row of A with B (dense, [k,n]); exact in float64, magnitude = sum |a||b|
template <class T>
FAST_FMA void reference_row(const T* a, const T* b, int64_t n, int64_t k, T* chain, double* exact, double* magnitude) {
  for (int64_t p = 0; p < k; ++p) {
    for (int64_t j = 0; j < n; ++j) {
      chain[j] = std::fma(a[p], b[p * n + j], chain[j]);
      const double product = static_cast<double>(a[p]) * b[p * n + j];
      exact[j] += product;
      magnitude[j] += std::fabs(product);
    }
  }
}
template void reference_row<float>(const float*, const float*, int64_t, int64_t, float*, double*, double*);

template <class T>
void check(Layout layout, int64_t m, int64_t n, int64_t k, const Options& options) {
  // Operands at odd offsets in larger stores, so that a read outside shows under a sanitizer and alignment is not
  // assumed.
  int64_t a_row = k, a_col = 1, b_row = n, b_col = 1;
  if (layout == TN || layout == TT) a_row = 1, a_col = m;
  if (layout == NT || layout == TT) b_row = 1, b_col = k;
  if (layout == strided) a_row = 2 * k + 3, a_col = 2, b_row = 3, b_col = 3 * k + 1;
  const int64_t a_size = m && k ? (m - 1) * a_row + (k - 1) * a_col + 1 : 0;
  const int64_t b_size = k && n ? (k - 1) * b_row + (n - 1) * b_col + 1 : 0;
  std::vector<T> a(a_size), b(b_size), bias(n), dense_a(m * k), dense_b(k * n);
  for (T& x : a) x = static_cast<T>(random_value());
  for (T& x : b) x = static_cast<T>(random_value());
  for (T& x : bias) x = static_cast<T>(random_value());
  const int64_t c_row = layout == strided ? n + 7 : n, gate_row = n + (layout == strided ? 1 : 0);
  std::vector<T> start(m * c_row), gate(m * gate_row);
  for (T& x : start) x = static_cast<T>(random_value());
  if (options.beta == 0)
    for (T& x : start) x = std::nan("");
  for (T& x : gate) x = static_cast<T>(random_value());

  Gemm<T> g{m, n, k, a.data(), a_row, a_col, b.data(), b_row, b_col, nullptr, c_row};
  g.alpha = static_cast<T>(options.alpha);
  g.beta = static_cast<T>(options.beta);
  if (options.bias) g.bias = bias.data();
  if (options.relu) g.activation = Activation::relu;
  if (options.gate) g.gate = gate.data(), g.gate_row = gate_row;

  for (int64_t i = 0; i < m; ++i)
    for (int64_t p = 0; p < k; ++p) dense_a[i * k + p] = a[i * a_row + p * a_col];
  for (int64_t p = 0; p < k; ++p)
    for (int64_t j = 0; j < n; ++j) dense_b[p * n + j] = b[p * b_row + j * b_col];

  std::vector<T> expected = start;
  const double unit = sizeof(T) == 4 ? std::ldexp(1.0, -24) : std::ldexp(1.0, -53);
  bool bounded = true;
  std::vector<T> chain(n);
  std::vector<double> exact(n), magnitude(n);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) chain[j] = 0, exact[j] = magnitude[j] = 0;
    reference_row(dense_a.data() + i * k, dense_b.data(), n, k, chain.data(), exact.data(), magnitude.data());
    for (int64_t j = 0; j < n; ++j) {
      bounded &= std::fabs(chain[j] - exact[j]) <= (4 * std::sqrt(double(k)) + 16) * unit * magnitude[j];
      T& out = expected[i * c_row + j];
      T v = g.beta != T(0) ? std::fma(g.alpha, chain[j], g.beta * out) : g.alpha * chain[j];
      if (g.bias) v = v + bias[j];
      if (options.relu && v <= T(0)) v = T(0);
      if (options.gate && !(gate[i * gate_row + j] > T(0))) v = T(0);
      out = v;
    }
  }
  auto report = [&](const char* isa, int threads, const char* what, int64_t at) {
    if (++failures > 20) return;
    std::printf(
        "FAILED %s threads %d %s %lldx%lldx%lld %s alpha %g beta %g bias %d relu %d gate %d: "
        "%s at %lld\n",
        isa, threads, layout_names[layout], (long long)m, (long long)k, (long long)n,
        sizeof(T) == 4 ? "float" : "double", options.alpha, options.beta, options.bias, options.relu, options.gate,
        what, (long long)at);
  };
  if (!bounded) report("reference", 0, "outside the error bound", 0);
  for (const Isa<T>& isa : isas<T>()) {
    if (!isa.supported) continue;
    if (std::strcmp(isa.name, "scalar") == 0 && m * n * k > most_of_scalar) continue;
    for (int threads = 1; threads <= 2; ++threads) {
      hebb::set_thread_count(threads);
      std::vector<T> c = start;
      g.c = c.data();
      isa.gemm(g);
      ++checks;
      for (size_t at = 0; at < c.size(); ++at) {
        if (std::memcmp(&c[at], &expected[at], sizeof(T)) != 0 && !(c[at] != c[at] && expected[at] != expected[at])) {
          report(isa.name, threads, "other bits than the sequential chain", static_cast<int64_t>(at));
          break;
        }
      }
      if (m * n * k < 500000) break;  // too small for the pool, one thread is all there is
    }
  }
}

template <class T>
void check_all(bool thorough) {
  const int64_t tiny[] = {0, 1, 2, 3, 7, 8, 9, 13, 14, 15, 16, 17};
  const int64_t sizes[] = {0,  1,  2,  3,  4,  5,  7,  8,  9,   10,  13,  14,  15,  16,  17,  28, 29,
                           31, 32, 33, 47, 48, 49, 64, 65, 100, 127, 128, 129, 255, 257, 300, 784};
  for (int layout = NN; layout <= strided; ++layout) {
    for (int64_t m : tiny)
      for (int64_t n : tiny)
        for (int64_t k : tiny) check<T>(static_cast<Layout>(layout), m, n, k, {});
    const int rounds = thorough ? 1500 : 200;
    for (int round = 0; round < rounds; ++round) {
      const int64_t m = sizes[random_below(std::size(sizes))], n = sizes[random_below(std::size(sizes))];
      const int64_t k = sizes[random_below(std::size(sizes))];
      if (!thorough && m * n * k > 10000000) continue;
      Options options;
      if (round % 2) {
        const double alphas[] = {1, -0.01, 0.5, 0}, betas[] = {0, 1, 0.5};
        options.alpha = alphas[random_below(4)];
        options.beta = betas[random_below(3)];
        options.bias = random_below(2);
        options.relu = random_below(2);
        options.gate = random_below(3) == 0;
      }
      check<T>(static_cast<Layout>(layout), m, n, k, options);
    }
    // Tall, wide and deep: several blocks of every loop.
    const Options step{-0.01, 1}, dense{1, 0, true, true};
    const Layout l = static_cast<Layout>(layout);
#if defined(HEBB_SANITIZED_KERNELS)
    const std::initializer_list<Options> endings{dense};  // ten times as slow; what is read does not depend on these
#else
    const std::initializer_list<Options> endings{{}, step, dense};
#endif
    for (const Options& options : endings) {
      check<T>(l, 1, 1000, 1500, options);
      check<T>(l, 2, 301, 1201, options);
      check<T>(l, 3, 290, 90, options);
      check<T>(l, 5, 333, 2049, options);
      check<T>(l, 7, 130, 700, options);
      check<T>(l, 32, 300, 784, options);
      check<T>(l, 784, 300, 32, options);
      check<T>(l, 784, 300, 1, options);
      check<T>(l, 301, 67, 3, options);
      check<T>(l, 3000, 10, 100, options);
      check<T>(l, 2500, 1, 70, options);
      check<T>(l, 500, 2, 450, options);
      check<T>(l, 150, 17, 900, options);  // few columns past whole vectors
      check<T>(l, 33, 130, 450, options);  // and as many rows, of a product made transposed
      check<T>(l, 75, 35, 22, options);
      check<T>(l, 130, 150, 1300, options);
      check<T>(l, 700, 500, 100, options);
      check<T>(l, 450, 100, 420, options);  // few columns under a large A: B is packed instead
    }
    check<T>(l, 5000, 20, 50, dense);
    check<T>(l, 390, 530, 500, step);  // B of more than 1 MB, packed once for all tasks
    check<T>(l, 1024, 128, 384, {});   // A of more than 1 MB, packed panel by panel
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool thorough = argc > 1 && std::strcmp(argv[1], "--thorough") == 0;
  check_all<float>(thorough);
  check_all<double>(thorough);
  std::printf("gemm_test: %lld checks, %lld failures\n", (long long)checks, (long long)failures);
  return failures ? 1 : 0;
}

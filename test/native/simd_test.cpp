// Vectors and their mathematics (native/cpu/simd_*.h, math*.h): every ISA of this machine gives the bits of scalar, and
// every function stays within its bound of the true value (libm in double for float, in long double for double). The
// results at the default number of samples also have the hash recorded below, so machines with different ISAs agree.
// HEBB_SIMD_SAMPLES sets the samples per function (default 2^19); HEBB_SIMD_TIMES=1 adds nanoseconds per element.
#include "simd_test.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

namespace {

constexpr int64_t block = 4096;
constexpr int64_t default_samples = 1 << 19;
constexpr uint64_t recorded = 0x68bd25435eca7b4c;  // changes with every polynomial, and with the samples
int failures = 0;

uint64_t state = 0x9e3779b97f4a7c15;
uint64_t random_bits() {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * 0x2545f4914f6cdd1d;
}
double uniform(double low, double high) {
  return low + (high - low) * static_cast<double>(random_bits() >> 11) * 0x1p-53;
}

template <class T>
T any_bits() {
  const uint64_t word = random_bits();
  T value;
  std::memcpy(&value, reinterpret_cast<const char*>(&word) + 8 - sizeof(T), sizeof(T));
  return value;
}
template <class T>
const std::vector<T>& special_values() {
  using Limits = std::numeric_limits<T>;
  static const std::vector<T> values = [] {
    std::vector<T> v;
    for (T x : {T(0),
                Limits::denorm_min(),
                Limits::min() / 2,
                Limits::min(),
                Limits::epsilon(),
                T(0.25),
                T(1) / 3,
                T(0.5),
                std::nextafter(T(1), T(0)),
                T(1),
                std::nextafter(T(1), T(2)),
                T(1.5),
                T(2),
                T(2.5),
                T(3),
                T(87),
                T(88.7),
                T(103.9),
                T(104),
                T(709.7),
                T(745.2),
                T(3.1415926535897931),
                T(1e5),
                T(1e6),
                T(1e22),
                T(8388609),
                T(2147483648.0),
                Limits::max() / 2,
                Limits::max(),
                Limits::infinity()}) {
      v.push_back(x), v.push_back(-x);
    }
    v.push_back(Limits::quiet_NaN());
    return v;
  }();
  return values;
}
template <class T>
T sample(const MathCase& c) {
  const uint64_t kind = random_bits() % 64;
  if (kind == 0) return special_values<T>()[random_bits() % special_values<T>().size()];
  if (kind < 4) {  // the neighbourhood of a power of two
    constexpr int reach = std::numeric_limits<T>::max_exponent + std::numeric_limits<T>::digits;
    const T sign = random_bits() % 2 ? T(1) : T(-1);
    const T power = std::ldexp(sign, static_cast<int>(random_bits() % (2 * reach)) - reach);
    return kind == 1 ? power : std::nextafter(power, kind == 2 ? T(0) : std::numeric_limits<T>::infinity());
  }
  return kind < 32 ? static_cast<T>(uniform(c.low, c.high)) : any_bits<T>();
}

template <class Wide>
Wide reference(const char* name, Wide x, Wide y) {
  const auto is = [&](const char* other) { return std::strcmp(name, other) == 0; };
  if (is("exp")) return std::exp(x);
  if (is("expm1")) return std::expm1(x);
  if (is("tanh")) return std::tanh(x);
  if (is("sigmoid")) return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
  if (is("log")) return std::log(x);
  if (is("log1p")) return std::log1p(x);
  if (is("softplus")) return (x > 0 ? x : x == x ? 0 : x) + std::log1p(std::exp(-std::fabs(x)));
  if (is("sin")) return std::sin(x);
  if (is("cos")) return std::cos(x);
  if (is("tan")) return std::tan(x);
  if (is("erf")) return std::erf(x);
  if (is("rsqrt")) return 1 / std::sqrt(x);
  return std::pow(x, y);
}

// |got - truth| in units of the last place of T at the truth; infinity where they differ in kind.
template <class T, class Wide>
double error_in_ulp(T got, Wide truth) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(truth) || std::isnan(got)) return std::isnan(truth) == std::isnan(got) ? 0 : INFINITY;
  if (truth == 0) return got == 0 && std::signbit(got) == std::signbit(truth) ? 0 : INFINITY;
  if (std::isinf(got) || std::isinf(truth)) {
    if (static_cast<T>(truth) == got) return 0;
    truth =
        std::copysign(std::min(std::fabs(truth), static_cast<Wide>(std::ldexp(Wide(1), Limits::max_exponent))), truth);
    if (std::isinf(got))
      return static_cast<double>(std::fabs(std::copysign(std::ldexp(Wide(1), Limits::max_exponent), got) - truth) /
                                 std::ldexp(Wide(1), Limits::max_exponent - Limits::digits));
  }
  const int exponent = std::max(std::ilogb(truth), Limits::min_exponent - 1);
  return static_cast<double>(std::fabs(static_cast<Wide>(got) - truth) /
                             std::ldexp(Wide(1), exponent - Limits::digits + 1));
}

// FNV-1a over the words, all NaNs alike: the same number on every machine.
template <class T>
uint64_t hash(const T* p, int64_t n, uint64_t h) {
  for (int64_t i = 0; i < n; ++i) {
    const T value = p[i] == p[i] ? p[i] : T(0x1.234p5);
    uint64_t word = 0;
    std::memcpy(&word, &value, sizeof(T));
    h = (h ^ word) * 0x100000001b3;
  }
  return h;
}
template <class T>
bool same_bits(T a, T b) {
  return (a != a && b != b) || std::memcmp(&a, &b, sizeof(T)) == 0;
}

template <class T>
auto runner(const MathCase& c) {
  if constexpr (sizeof(T) == 4)
    return c.float_run;
  else
    return c.double_run;
}

// One function, one type, all ISAs; returns the hash of the results.
template <class T, class Wide>
uint64_t check(const std::vector<const SimdIsa*>& isas, int index, int64_t samples, std::vector<double>* errors) {
  const MathCase& c = isas[0]->cases[index];
  const double bound = sizeof(T) == 4 ? c.float_bound : c.double_bound;
  const bool two = std::strcmp(c.name, "pow") == 0;
  std::vector<T> x(block), y(block), first(block), out(block);
  uint64_t h = 0xcbf29ce484222325;
  double worst = 0;
  int reported = 0;
  for (int64_t done = 0; done < samples; done += block) {
    for (int64_t i = 0; i < block; ++i) {
      x[i] = sample<T>(c);
      const uint64_t kind = random_bits() % 4;
      y[i] = kind == 0   ? sample<T>(c)
             : kind == 1 ? static_cast<T>(static_cast<int>(random_bits() % 41) - 20)
                         : static_cast<T>(uniform(-40, 40));
      if (two && done == 0 && i < 3721) {
        x[i] = special_values<T>()[i / 61], y[i] = special_values<T>()[i % 61];
      }
    }
    runner<T>(c)(x.data(), y.data(), first.data(), block);
    h = hash(first.data(), block, h);
    for (size_t k = 1; k < isas.size(); ++k) {
      runner<T>(isas[k]->cases[index])(x.data(), y.data(), out.data(), block);
      for (int64_t i = 0; i < block; ++i) {
        if (same_bits(first[i], out[i])) continue;
        ++failures;
        if (reported++ < 5) {
          std::printf("  %s(%a, %a): %a on %s, %a on %s\n", c.name, double(x[i]), double(y[i]), double(out[i]),
                      isas[k]->name, double(first[i]), isas[0]->name);
        }
      }
    }
    for (int64_t i = 0; i < block; ++i) {
      const Wide truth = reference<Wide>(c.name, x[i], y[i]);
      const double error = error_in_ulp<T, Wide>(first[i], truth);
      if (error > bound && reported++ < 5) {
        std::printf("  %s(%a, %a) = %a, true %La: %g ULP\n", c.name, double(x[i]), double(y[i]), double(first[i]),
                    static_cast<long double>(truth), error);
      }
      failures += error > bound;
      worst = std::max(worst, error);
    }
  }
  errors->push_back(worst);
  return h;
}

uint64_t check_primitives(const std::vector<const SimdIsa*>& isas) {
  std::vector<uint32_t> first(1 << 15), out(1 << 15);
  const MathCase range{"", nullptr, nullptr, -300, 300, 0, 0};
  uint64_t h = 0xcbf29ce484222325;
  for (int round = 0; round < 20000; ++round) {
    float x[48];
    double u[24];
    for (float& v : x) v = sample<float>(range);
    for (double& v : u) v = sample<double>(range);
    const int64_t n = isas[0]->primitives(x, u, first.data());
    for (int64_t i = 0; i < n; ++i) h = (h ^ first[i]) * 0x100000001b3;
    for (size_t k = 1; k < isas.size(); ++k) {
      const int64_t m = isas[k]->primitives(x, u, out.data());
      const auto differ = std::mismatch(first.begin(), first.begin() + n, out.begin()).first - first.begin();
      if (m == n && differ == n) continue;
      if (failures++ < 5)
        std::printf("  primitives: word %d of %d differs on %s\n", int(differ), int(n), isas[k]->name);
    }
  }
  std::printf("primitives %016llx\n", static_cast<unsigned long long>(h));
  return h;
}

template <class T>
double nanoseconds(const MathCase& c) {
  std::vector<T> x(block), out(block, T(1.5));
  for (T& v : x) v = static_cast<T>(uniform(std::max(c.low, -20.0), std::min(c.high, 20.0)));
  double best = 1e9;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 4; ++i) runner<T>(c)(x.data(), x.data(), out.data(), block);
    best = std::min(best, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count());
  }
  return best / (4 * block);
}

}  // namespace

int main() {
  std::vector<const SimdIsa*> isas;
  for (const SimdIsa* isa : {simd_scalar(), simd_avx2(), simd_avx512(), simd_neon()}) {
    if (isa) isas.push_back(isa);
  }
  const char* wanted = std::getenv("HEBB_SIMD_SAMPLES");
  const int64_t samples = wanted ? std::atoll(wanted) : default_samples;
  std::printf("same bits on:");
  for (const SimdIsa* isa : isas) std::printf(" %s", isa->name);
  std::printf("; %lld samples\n", static_cast<long long>(samples));
  uint64_t all = check_primitives(isas);
  std::printf("%-10s %12s %12s   %s\n", "", "float ULP", "double ULP", "hash of the results");
  for (int index = 0; index < math_case_count; ++index) {
    std::vector<double> errors;
    const uint64_t h = check<float, double>(isas, index, samples, &errors) ^
                       check<double, long double>(isas, index, samples / 2, &errors);
    std::printf("%-10s %12.3f %12.3f   %016llx\n", isas[0]->cases[index].name, errors[0], errors[1],
                static_cast<unsigned long long>(h));
    all = all * 0x100000001b3 ^ h;
  }
  if (samples == default_samples && all != recorded) {
    ++failures;
    std::printf("the hash of all results is %016llx, recorded is %016llx\n", static_cast<unsigned long long>(all),
                static_cast<unsigned long long>(recorded));
  }
  if (std::getenv("HEBB_SIMD_TIMES")) {
    std::printf("nanoseconds per element, float / double\n");
    for (int index = 0; index < math_case_count; ++index) {
      std::printf("%-10s", isas[0]->cases[index].name);
      for (const SimdIsa* isa : isas) {
        std::printf("  %s %.3f / %.3f", isa->name, nanoseconds<float>(isa->cases[index]),
                    nanoseconds<double>(isa->cases[index]));
      }
      std::printf("\n");
    }
  }
  std::printf(failures ? "%d failures\n" : "ok\n", failures);
  return failures != 0;
}

// The matrix product on a CUDA device: every kernel, tile and number of slices, all layouts, odd sizes, unaligned
// bases, batches and epilogues against float64, within |C - C64| <= (4 sqrt(k) + 16) u (|A||B|). The float64 reference
// is the generic kernel's, itself compared with the CPU to the bit. Without a GPU it says so and passes.
#include "cuda_gemm_test.h"

#include <cstring>
#include <map>

#include "../../native/ops/matmul/choose.h"
#include "check.h"

using namespace hebb;
using namespace hebb::test;

namespace {

std::map<std::string, double> worst;  // error / bound, per kernel

// The product in float64 by the generic kernel, row-major operands.
std::vector<double> product64(const std::vector<double>& a, const std::vector<double>& b, int64_t m, int64_t n,
                              int64_t k) {
  Array<double> da(a), db(b), dc(m * n);
  launch_now(matmul_of(da.tensor({m, k}), db.tensor({k, n}), dc.tensor({m, n})));
  bool clean = true;
  return dc.get(clean);
}

// A product with its reference: logical operands, stored as the layouts ask.
struct Problem {
  int64_t m, n, k;
  std::vector<float> a, b, bias, gate, start;
  std::vector<double> exact, magnitude;

  Problem(int64_t m, int64_t n, int64_t k, Data data) : m(m), n(n), k(k) {
    a.resize(m * k), b.resize(k * n), bias.resize(n), gate.resize(m * n), start.resize(m * n);
    for (float& x : a) x = number(data);
    for (float& x : b) x = number(data);
    if (data == Data::cancelling) {
      for (int64_t i = 0; i < m; ++i)
        for (int64_t p = 0; p + k / 2 < k; ++p) a[i * k + p + k / 2] = -a[i * k + p];
      for (int64_t p = 0; p + k / 2 < k; ++p)
        for (int64_t j = 0; j < n; ++j) b[(p + k / 2) * n + j] = b[p * n + j] * 1.0001f;
    }
    for (auto* x : {&bias, &gate, &start})
      for (float& value : *x) value = number(Data::normal);
    if (m * n * k == 0) {
      exact.resize(m * n), magnitude.resize(m * n);
      return;
    }
    std::vector<double> a64(a.begin(), a.end()), b64(b.begin(), b.end());
    exact = product64(a64, b64, m, n, k);
    for (double& x : a64) x = std::fabs(x);
    for (double& x : b64) x = std::fabs(x);
    magnitude = product64(a64, b64, m, n, k);
  }
};

constexpr float rate_value = 0.125f;

// One call of one kernel; also twice and from a graph, which must give the same bits.
struct Run {
  Problem& problem;
  Array<float> a, b, bias, gate, rate, out;
  Launch call;
  Extra extra;

  Run(Problem& p, bool transpose_a, bool transpose_b, int64_t offset, Extra extra)
      : problem(p),
        a(transpose_a ? transposed(p.a, p.m, p.k) : p.a, offset),
        b(transpose_b ? transposed(p.b, p.k, p.n) : p.b, offset),
        bias(p.bias, offset),
        gate(p.gate, offset),
        rate(std::vector<float>{rate_value}),
        out(p.m * p.n, offset),
        extra(extra) {
    const int64_t m = p.m, n = p.n, k = p.k;
    const Tensor left = a.tensor({m, k}, transpose_a ? Shape{1, m} : Shape{k, 1});
    const Tensor right = b.tensor({k, n}, transpose_b ? Shape{1, k} : Shape{n, 1});
    const Tensor result = out.tensor({m, n});
    if (extra == Extra::none) call = matmul_of(left, right, result);
    if (extra == Extra::bias || extra == Extra::relu) call = dense_of(left, right, bias.tensor({n}), result, extra);
    if (extra == Extra::gate) call = dense_of(left, right, gate.tensor({m, n}), result, extra);
    if (extra == Extra::rate) call = dense_of(left, right, rate.tensor({}), result, extra);
  }

  void poison() {
    std::vector<float> all(out.size + out.offset + Array<float>::margin, Array<float>::nan());
    if (extra == Extra::rate) std::copy(problem.start.begin(), problem.start.end(), all.begin() + out.offset);
    out.put(all);
  }

  std::vector<float> result(bool& clean) {
    poison();
    launch_now(call);
    return out.get(clean);
  }

  // The greatest error as a share of the bound; infinite when something is NaN that must not be.
  double ratio(const std::vector<float>& c, double unit) const {
    const Problem& p = problem;
    const double factor = (4 * std::sqrt(static_cast<double>(p.k)) + 16) * unit, u = std::ldexp(1.0, -24);
    double greatest = 0;
    for (int64_t at = 0; at < p.m * p.n; ++at) {
      double v = p.exact[at], limit = factor * p.magnitude[at] + 1e-44;
      if (extra == Extra::rate) {
        v = p.start[at] - rate_value * v;
        limit = limit * rate_value + 2 * u * std::fabs(p.start[at]);
      }
      if (extra == Extra::bias || extra == Extra::relu) {
        v += p.bias[at % p.n];
        limit += 2 * u * std::fabs(p.bias[at % p.n]);
      }
      if (extra == Extra::relu && v <= 0) v = 0;
      if (extra == Extra::gate && !(p.gate[at] > 0)) v = 0;
      const double share = std::fabs(c[at] - v) / limit;
      greatest = share <= greatest ? greatest : share == share ? share : INFINITY;
    }
    return greatest;
  }
};

bool same_bits(const std::vector<float>& x, const std::vector<float>& y) {
  return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0);
}

const char* const layouts[] = {"NN", "NT", "TN", "TT"};
const char* const extras[] = {"plain", "bias", "relu", "gate", "rate"};

void expect(bool holds, const Problem& p, const std::string& kernel, int layout, int64_t offset, Extra extra,
            const char* what, double value = 0) {
  char sentence[300];
  std::snprintf(sentence, sizeof sentence, "%s %s %lldx%lldx%lld offset %lld %s: %s %g", kernel.c_str(),
                layouts[layout], (long long)p.m, (long long)p.n, (long long)p.k, (long long)offset,
                extras[static_cast<int>(extra)], what, value);
  check(holds, sentence);
}

struct Variant {
  std::string name;
  bool chain;  // its sums are one FMA chain in order: the bits of the generic kernel
  MatmulPrecision precision = MatmulPrecision::highest;

  std::string title() const {
    const char* const words[] = {"", " high", " medium"};
    return name + words[static_cast<int>(precision)];
  }
  void use() const {
    force(name);
    gpu.set_matmul_precision(context, precision);
  }
  // Of the bound: the rounding of float32, or what is lost with the planes that are left out.
  double unit() const {
    const double units[] = {0x1p-24, 0x1p-20, 0x1p-12};
    return units[static_cast<int>(precision)];
  }
};

void check_problem(Problem& p, const std::vector<Variant>& kernels, int layout, int64_t offset, Extra extra) {
  Run run(p, layout & 2, layout & 1, offset, extra);
  std::vector<float> generic;
  for (const Variant& kernel : kernels) {
    kernel.use();
    bool clean = true;
    const std::vector<float> c = run.result(clean);
    expect(clean, p, kernel.title(), layout, offset, extra, "nothing is written outside");
    const double ratio = run.ratio(c, kernel.unit());
    expect(ratio <= 1, p, kernel.title(), layout, offset, extra, "error within the bound; share", ratio);
    worst[kernel.title()] = std::max(worst[kernel.title()], ratio);
    if (kernel.name == "generic") generic = c;
    if (kernel.chain)
      expect(same_bits(c, generic), p, kernel.title(), layout, offset, extra, "the generic kernel's bits");
    expect(same_bits(c, run.result(clean)), p, kernel.title(), layout, offset, extra, "the same bits again");
    run.poison();
    Failure failure;
    void* graph = gpu.prepare(context, &run.call, 1, 1, &failure);
    must(failure);
    gpu.replay(context, graph, &failure);
    must(failure);
    expect(same_bits(c, run.out.get(clean)), p, kernel.title(), layout, offset, extra, "the same bits from a graph");
    gpu.discard(context, graph);
  }
}

// The generic kernel against the CPU, both types, to the bit.
template <class T>
void check_reference() {
  Variant{"generic", true}.use();
  for (const auto& [m, n, k] : {std::tuple{1, 1, 1}, {65, 63, 17}, {130, 70, 300}, {3, 200, 1000}, {64, 128, 64}}) {
    std::vector<T> a(m * k), b(k * n), c(m * n);
    for (T& x : a) x = static_cast<T>(number(Data::normal)) + static_cast<T>(1e-9) * number(Data::normal);
    for (T& x : b) x = static_cast<T>(number(Data::normal)) + static_cast<T>(1e-9) * number(Data::normal);
    Array<T> da(a), db(b), dc(m * n);
    launch_now(matmul_of(da.tensor({m, k}), db.tensor({k, n}), dc.tensor({m, n})));
    scalar::gemm(Gemm<T>{m, n, k, a.data(), k, 1, b.data(), n, 1, c.data(), n});
    bool clean = true;
    const std::vector<T> result = dc.get(clean);
    check(std::memcmp(result.data(), c.data(), c.size() * sizeof(T)) == 0,
          sizeof(T) == 4 ? "the generic kernel has the CPU's bits, float32"
                         : "the generic kernel has the CPU's bits, float64");
  }
}

// [2,1,3,m,k] x [4,1,k,n] and other batches, some of them views, against loops.
void check_batches(const std::vector<Variant>& kernels) {
  const int64_t m = 33, n = 20, k = 50;
  struct Batch {
    const char* name;
    Shape a, a_strides, b, b_strides, out;
  };
  const int64_t ma = m * k, mb = k * n;
  const Batch batches[] = {
      {"both batched", {6, m, k}, {ma, k, 1}, {6, k, n}, {mb, n, 1}, {6, m, n}},
      {"b shared", {6, m, k}, {ma, k, 1}, {k, n}, {n, 1}, {6, m, n}},
      {"a shared", {m, k}, {k, 1}, {6, k, n}, {mb, n, 1}, {6, m, n}},
      {"broadcast both ways",
       {2, 1, 3, m, k},
       {3 * ma, 3 * ma, ma, k, 1},
       {4, 1, k, n},
       {mb, mb, n, 1},
       {2, 4, 3, m, n}},
      {"transposed", {6, m, k}, {ma, 1, m}, {6, k, n}, {mb, 1, k}, {6, m, n}},
      {"swapped batch", {2, 3, m, k}, {ma, 2 * ma, k, 1}, {2, 3, k, n}, {3 * mb, mb, n, 1}, {2, 3, m, n}},
      {"rows", {6, 1, k}, {k, k, 1}, {k, n}, {n, 1}, {6, 1, n}},
      {"a repeated row", {6, m, k}, {k, 0, 1}, {6, k, n}, {mb, n, 1}, {6, m, n}},
      {"every other column", {3, m, k}, {2 * ma, 2 * k, 2}, {k, n}, {n, 1}, {3, m, n}},
  };
  std::vector<float> a(6 * ma), b(6 * mb);
  for (float& x : a) x = number(Data::normal);
  for (float& x : b) x = number(Data::normal);
  Array<float> da(a), db(b);
  for (const Batch& batch : batches) {
    const Tensor left = da.tensor(batch.a, batch.a_strides), right = db.tensor(batch.b, batch.b_strides);
    const Shape& shape = batch.out;
    const int64_t rows = shape[shape.rank - 2], count = shape.size() / (rows * n);
    for (const Variant& kernel : kernels) {
      kernel.use();
      Array<float> out(std::vector<float>(shape.size(), NAN));
      launch_now(matmul_of(left, right, out.tensor(shape)));
      bool good = true;
      const std::vector<float> c = out.get(good);
      for (int64_t index = 0; index < count; ++index) {
        int64_t rest = index, at_a = 0, at_b = 0;
        for (int axis = shape.rank - 3; axis >= 0; --axis) {
          const int64_t i = rest % shape[axis];
          rest /= shape[axis];
          const int in_a = axis - (shape.rank - left.rank()), in_b = axis - (shape.rank - right.rank());
          if (in_a >= 0 && left.dim(in_a) > 1) at_a += i * left.strides()[in_a];
          if (in_b >= 0 && right.dim(in_b) > 1) at_b += i * right.strides()[in_b];
        }
        const int ra = left.rank(), rb = right.rank();
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < n; ++j) {
            double sum = 0, magnitude = 0;
            for (int64_t p = 0; p < k; ++p) {
              const double product = double(a[at_a + i * left.strides()[ra - 2] + p * left.strides()[ra - 1]]) *
                                     b[at_b + p * right.strides()[rb - 2] + j * right.strides()[rb - 1]];
              sum += product, magnitude += std::fabs(product);
            }
            const double limit = (4 * std::sqrt(double(k)) + 16) * kernel.unit() * magnitude;
            good &= std::fabs(c[(index * rows + i) * n + j] - sum) <= limit;
          }
        }
      }
      const std::string sentence = kernel.title() + ": " + batch.name;
      check(good, sentence.c_str());
    }
  }
}

void add_hopper(std::vector<Variant>& kernels) {
  if (info.capability != 90) return;
  kernels.push_back({"hopper", false, MatmulPrecision::medium});
  kernels.push_back({"hopper,128x256", false, MatmulPrecision::medium});
  kernels.push_back({"hopper", false, MatmulPrecision::high});
  kernels.push_back({"hopper", false, MatmulPrecision::highest});
}

std::vector<Variant> all_kernels() {
  std::vector<Variant> kernels = {{"generic", true}, {"simt", false}};
  for (const cuda::SimtTile& tile : cuda::simt_tiles) {
    const bool chain = tile.m * tile.n >= 64 * 64;
    kernels.push_back({std::string("simt,") + tile.name + ",1", chain});
    kernels.push_back({std::string("simt,") + tile.name + ",3", false});
  }
  add_hopper(kernels);
  return kernels;
}

// Infinities and NaN come through the split into planes as they do through float32.
void check_special_values() {
  Problem p(200, 150, 300, Data::normal);
  p.a[5 * 300 + 7] = INFINITY, p.a[77 * 300] = NAN, p.b[11 * 150 + 3] = -INFINITY, p.b[12 * 150 + 4] = 3e38f;
  for (int layout = 0; layout < 4; ++layout) {
    Run run(p, layout & 2, layout & 1, 0, Extra::rate);
    bool clean = true;
    std::vector<std::vector<float>> results;
    for (const char* name : {"generic", "hopper"}) {
      Variant{name, false}.use();
      results.push_back(run.result(clean));
    }
    bool same = true;
    for (size_t i = 0; i < results[0].size(); ++i) {
      const float x = results[0][i], y = results[1][i];
      same &= x == y || (x != x && y != y);
    }
    expect(same, p, "hopper", layout, 0, Extra::rate, "infinities and NaN as in float32");
  }
}

}  // namespace

int main() {
  char reason[500];
  if (gpu.count(reason, sizeof reason) == 0) {
    std::printf("no GPU: %s; skipped\n", reason);
    return 0;
  }
  Failure failure;
  gpu.describe(0, &info, &failure);
  context = gpu.open(0, &failure);
  must(failure);
  std::printf("%s, %d multiprocessors, capability %d\n", info.name, info.processors, info.capability);

  check_reference<float>();
  check_reference<double>();
  const std::vector<Variant> kernels = all_kernels();
  const Extra all_extras[] = {Extra::none, Extra::bias, Extra::relu, Extra::gate, Extra::rate};
  struct Size {
    int64_t m, n, k;
  };
  const Size sizes[] = {{1, 1, 1},       {2, 3, 4},       {1, 1, 300},     {15, 17, 16},   {17, 15, 33},
                        {33, 31, 64},    {63, 65, 31},    {64, 64, 128},   {127, 129, 65}, {129, 255, 130},
                        {128, 256, 64},  {257, 128, 100}, {0, 5, 3},       {5, 0, 3},      {5, 3, 0},
                        {32, 300, 784},  {784, 300, 32},  {300, 100, 128}, {100, 10, 32},  {32, 10, 100},
                        {1, 1000, 1500}, {1000, 1, 700},  {300, 400, 1025}};
  int turn = 0;
  for (const Size& size : sizes) {
    Problem p(size.m, size.n, size.k, Data::normal);
    for (int layout = 0; layout < 4; ++layout) {
      check_problem(p, kernels, layout, 0, all_extras[turn++ % 5]);
      check_problem(p, kernels, layout, 1 + turn % 3, all_extras[turn % 5]);
    }
  }
  for (const Data data : {Data::uniform, Data::wide, Data::cancelling}) {
    for (const Size& size : {Size{130, 260, 500}, Size{32, 64, 4096}}) {
      Problem p(size.m, size.n, size.k, data);
      for (int layout = 0; layout < 4; ++layout) check_problem(p, kernels, layout, 0, Extra::none);
    }
  }
  std::vector<Variant> large = {
      {"generic", true}, {"simt", false}, {"simt,128x128,1", true}, {"simt,128x128,4", false}};
  add_hopper(large);
  for (const Size& size : {Size{2048, 2048, 2048}, Size{1030, 2050, 3001}}) {
    Problem p(size.m, size.n, size.k, Data::normal);
    for (int layout = 0; layout < 4; ++layout) check_problem(p, large, layout, 0, all_extras[turn++ % 5]);
  }
  check_batches(kernels);
  if (info.capability == 90) check_special_values();

  std::printf("worst share of the error bound:\n");
  for (const auto& [kernel, ratio] : worst) std::printf("  %-24s %.3f\n", kernel.c_str(), ratio);
  gpu.synchronize(context, &failure);
  must(failure);
  gpu.close(context);
  return finish("cuda_gemm_test");
}

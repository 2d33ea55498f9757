// The promise "same seed, same bits on every machine": the outputs of the kernels, hashed, must be the recorded ones
// for every instruction set of this machine, on one thread and on two. Whoever changes what a kernel computes records
// anew: `same_bits_test --list` prints the hash of every case and of every group.
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../../native/cpu/kernel_headers.h"
#include "check.h"

namespace hebb {
namespace scalar {
extern const KernelTable table;
}
#if defined(__x86_64__)
namespace avx2 {
extern const KernelTable table;
}
namespace avx512 {
extern const KernelTable table;
}
#elif defined(__aarch64__)
namespace neon {
extern const KernelTable table;
}
#endif
}  // namespace hebb

using namespace hebb;

namespace {

struct TargetTable {
  const char* name;
  const KernelTable* table;
  bool supported;
};
const TargetTable targets[] = {
    {"scalar", &scalar::table, true},
#if defined(__x86_64__)
    {"avx2", &avx2::table, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")},
    {"avx512", &avx512::table,
     __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl")},
#elif defined(__aarch64__)
    {"neon", &neon::table, true},
#endif
};

// Runs every launch with the kernels of one target; its tensors live until it goes.
struct TargetDevice : Device {
  explicit TargetDevice(const KernelTable& table) : table(table) {}
  Buffer* allocate(int64_t bytes) override {
    stores.push_back(std::make_unique<std::byte[]>(static_cast<size_t>(bytes) + 64));
    std::byte* data = stores.back().get();
    data += (64 - reinterpret_cast<uintptr_t>(data) % 64) % 64;
    return &buffers.emplace_back(Buffer{data, bytes, this});
  }
  void launch(const Launch& call) override { table[call.op](call); }
  const KernelTable& kernels() const override { return table; }

  const KernelTable& table;
  std::deque<Buffer> buffers;
  std::vector<std::unique_ptr<std::byte[]>> stores;
};

// FNV-1a over words of the results; every NaN counts as the same one.
struct Hash {
  uint64_t value = 0xcbf29ce484222325;
  void add(uint64_t word) {
    for (int i = 0; i < 8; ++i, word >>= 8) value = (value ^ (word & 255)) * 0x100000001b3;
  }
  template <class T>
  void add_values(const T* data, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      uint64_t word = 0;
      std::memcpy(&word, data + i, sizeof(T));
      add(data[i] == data[i] ? word : uint64_t{1} << 63 | 1);
    }
  }
  void add(const Tensor& x) {
    const Tensor y = contiguous(x);
    for (int64_t dim : y.shape()) add(static_cast<uint64_t>(dim));
    switch (y.dtype()) {
      case Dtype::float64:
        return add_values(y.data<double>(), y.size());
      case Dtype::float32:
        return add_values(y.data<float>(), y.size());
      case Dtype::int32:
        return add_values(y.data<int32_t>(), y.size());
      default:
        return add_values(y.data<uint8_t>(), y.size());
    }
  }
};

// The inputs, the same on every machine: only exact arithmetic.
struct Source {
  Device& device;
  uint64_t state = 42;

  uint64_t bits() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state ^ state >> 29;
  }
  // In [-8, 8), with 20 random bits.
  Tensor values(Dtype dtype, std::initializer_list<int64_t> shape) {
    const Tensor x = empty(device, dtype, shape);
    for (int64_t i = 0; i < x.size(); ++i) {
      const double value = static_cast<double>(bits() >> 44) * 0x1p-16 - 8;
      if (dtype == Dtype::float64)
        x.data<double>()[i] = value;
      else if (dtype == Dtype::float32)
        x.data<float>()[i] = static_cast<float>(value);
      else if (dtype == Dtype::int32)
        x.data<int32_t>()[i] = static_cast<int32_t>(value);
      else
        x.data<uint8_t>()[i] = dtype == Dtype::boolean ? value > 0 : static_cast<uint8_t>(value + 8);
    }
    return x;
  }
  // As values(), and every fourth has any bits: infinities, NaN, subnormal and huge numbers.
  Tensor any_values(Dtype dtype, std::initializer_list<int64_t> shape) {
    const Tensor x = values(dtype, shape);
    const int64_t bytes = size_of(dtype);
    for (int64_t i = 0; i < x.size(); i += 4) {
      const uint64_t word = bits();
      std::memcpy(x.data<std::byte>() + i * bytes, reinterpret_cast<const std::byte*>(&word) + 8 - bytes, bytes);
    }
    return x;
  }
};

constexpr Dtype float_types[] = {Dtype::float32, Dtype::float64};
constexpr int64_t odd = 1003;  // no multiple of any vector

// The hash of every group and, for the message and --list, of every case.
struct Results {
  std::vector<std::pair<std::string, uint64_t>> cases;
  std::map<std::string, Hash> groups;

  void add(const char* group, const std::string& name, std::initializer_list<Tensor> tensors) {
    Hash hash;
    for (const Tensor& tensor : tensors) hash.add(tensor);
    cases.emplace_back(std::string(group) + ": " + name, hash.value);
    groups[group].add(hash.value);
  }
};

void unary_functions(Source& source, Results& results, Dtype dtype) {
  const std::string type = dtype_name(dtype);
  const Tensor x = source.any_values(dtype, {odd}), dy = source.values(dtype, {odd});
#define UNARY(name, ...)                                                        \
  {                                                                             \
    const Tensor y = name(x, 0.5, 1.5);                                         \
    results.add("functions", #name " " + type, {y});                            \
    results.add("slopes", #name " " + type, {name##_grad(x, y, dy, 0.5, 1.5)}); \
  }
#include "../../native/ops/unary.def"
#undef UNARY
  results.add("functions", "several threads " + type, {exp(source.values(dtype, {300, 301}), 0, 0)});
}

void binary_functions(Source& source, Results& results, Dtype dtype) {
  const std::string type = dtype_name(dtype);
  const Tensor a = source.any_values(dtype, {17, 59}), b = source.any_values(dtype, {17, 59});
  const Tensor row = source.values(dtype, {59}), column = source.values(dtype, {17, 1});
#define BINARY(name, ...) \
  results.add("functions of two", #name " " + type, {name(a, b), name(a, row), name(column, b)});
#include "../../native/ops/binary.def"
#undef BINARY
}

void reductions(Source& source, Results& results, Dtype dtype) {
  const std::string type = dtype_name(dtype);
  const Tensor x = source.values(dtype, {33, 7, 65}), long_x = source.values(dtype, {100003});
  const Tensor small = div(x, fill(x.device(), Dtype::float32, {}, 8));  // products stay finite
  const std::vector<int64_t> axes[] = {{0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}};
  for (const std::vector<int64_t>& over : axes) {
    results.add("reductions",
                "over " + std::to_string(over.size()) + " axes from " + std::to_string(over[0]) + " " + type,
                {sum(x, over, false), prod(small, over, true), max(x, over, false), min(x, over, false)});
  }
  const int64_t all[] = {0};
  results.add("reductions", "long " + type, {sum(long_x, all, false), max(long_x, all, false)});
  for (int64_t axis : {0, 1, 2}) {
    results.add("reductions", "along axis " + std::to_string(axis) + " " + type,
                {argmax(x, axis, false), argmin(x, axis, true), cumsum(x, axis, false), cumsum(x, axis, true)});
  }
}

void conversions(Source& source, Results& results, Dtype from) {
  const Tensor x = is_float(from) ? source.any_values(from, {odd}) : source.values(from, {odd});
  for (int to = 0; to < dtype_count; ++to) {
    const Dtype dtype = static_cast<Dtype>(to);
    results.add("conversions", std::string(dtype_name(from)) + " to " + dtype_name(dtype), {cast(x, dtype)});
  }
}

void softmaxes(Source& source, Results& results, Dtype dtype) {
  for (int64_t n : {1, 3, 10, 16, 17, 100, 257, 1003}) {
    const std::string name = std::to_string(n) + " " + dtype_name(dtype);
    const Tensor x = source.values(dtype, {13, n});
    results.add("softmax", name, {softmax(x), log_softmax(x), sparsemax(x)});
    const Tensor labels = fill(x.device(), Dtype::int32, std::vector<int64_t>{13}, static_cast<double>(n / 2));
    const auto [loss, slope] = softmax_cross_entropy(x, labels);
    const auto [dense_loss, dense_slope] = softmax_cross_entropy_dense(x, softmax(source.values(dtype, {13, n})));
    const auto [sigmoid_loss, sigmoid_slope] = sigmoid_cross_entropy(x, sigmoid(source.values(dtype, {13, n}), 0, 0));
    results.add("cross entropy", name, {loss, slope, dense_loss, dense_slope, sigmoid_loss, sigmoid_slope});
  }
}

void products(Source& source, Results& results, Dtype dtype) {
  const int64_t sizes[][3] = {{1, 1, 1},    {1, 300, 97},  {3, 5, 7},     {17, 33, 65},
                              {130, 1, 70}, {65, 129, 31}, {97, 10, 300}, {130, 150, 61}};
  const int64_t swapped[] = {1, 0};
  for (const auto& [m, n, k] : sizes) {
    const std::string name =
        std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n) + " " + dtype_name(dtype);
    const Tensor a = source.values(dtype, {m, k}), b = source.values(dtype, {k, n});
    const Tensor a_wide = source.values(dtype, {m, 2 * k}), a_t = contiguous(transpose(a, swapped));
    const Tensor b_t = contiguous(transpose(b, swapped));
    const Tensor strided =
        slice(a_wide, std::vector<int64_t>{0, 0}, std::vector<int64_t>{m, 2 * k}, std::vector<int64_t>{1, 2});
    results.add("products", name,
                {matmul(a, b, false, false), matmul(a_t, b, true, false), matmul(a, b_t, false, true),
                 matmul(a_t, b_t, true, true), matmul(strided, b, false, false)});
    const Tensor bias = source.values(dtype, {n}), out = empty(a.device(), dtype, {m, n});
    launch(Op::dense, {a, b, bias}, {out}, DenseAttributes{DenseAttributes::bias, Activation::relu});
    results.add("products", "dense " + name, {out});
  }
  const Tensor batch = source.values(dtype, {3, 2, 19, 23}), other = source.values(dtype, {2, 23, 9});
  results.add("products", std::string("batched ") + dtype_name(dtype), {matmul(batch, other, false, false)});
}

void random_numbers(Source& source, Results& results, Dtype dtype) {
  const Tensor state = fill(source.device, Dtype::int32, std::vector<int64_t>{4}, 7);
  const int64_t shape[] = {odd};
  results.add("random numbers", dtype_name(dtype),
              {random_uniform(state, shape, -1, 3, dtype), random_normal(state, shape, 0.5, 2, dtype),
               random_truncated_normal(state, shape, 0, 1, dtype), random_bernoulli(state, shape, 0.3, dtype),
               random_int(state, shape, -5, 90, Dtype::int32), random_permutation(state, odd), state});
}

Results run(const TargetTable& target) {
  TargetDevice device(*target.table);
  Source source{device};
  Results results;
  for (Dtype dtype : float_types) {
    unary_functions(source, results, dtype);
    softmaxes(source, results, dtype);
    products(source, results, dtype);
    random_numbers(source, results, dtype);
  }
  for (Dtype dtype : {Dtype::int32, Dtype::float32, Dtype::float64}) {
    binary_functions(source, results, dtype);
    reductions(source, results, dtype);
  }
  for (int from = 0; from < dtype_count; ++from) conversions(source, results, static_cast<Dtype>(from));
  return results;
}

const std::map<std::string, uint64_t> recorded = {
    {"conversions", 0x75b58b6e5222b815}, {"cross entropy", 0x6deb29721cdfbb78},
    {"functions", 0xc0a596315ff2923b},   {"functions of two", 0xf1225f25f3fe0dea},
    {"products", 0xc7aea6f6e19004a4},    {"random numbers", 0xaf2fb0f4d045526b},
    {"reductions", 0x212022d5db4a8e7f},  {"slopes", 0xe0857dd30afe2fa6},
    {"softmax", 0x06a208b13e109434},
};

}  // namespace

int main(int argc, char** argv) {
  const bool list = argc > 1 && std::strcmp(argv[1], "--list") == 0;
  Results first;
  for (const TargetTable& target : targets) {
    if (!target.supported) continue;
    for (int threads : {1, 2}) {
      set_thread_count(threads);
      const Results results = run(target);
      const std::string where = std::string(" on ") + target.name + ", threads " + std::to_string(threads);
      if (first.cases.empty()) first = results;
      for (size_t i = 0; i < results.cases.size(); ++i) {
        const auto& [name, hash] = results.cases[i];
        test::check(hash == first.cases[i].second, (name + where + ": other bits than scalar on one thread").c_str());
        if (list) std::printf("%016llx %s%s\n", static_cast<unsigned long long>(hash), name.c_str(), where.c_str());
      }
      test::check(results.groups.size() == recorded.size(), ("as many groups as recorded" + where).c_str());
      for (const auto& [group, hash] : results.groups) {
        const auto known = recorded.find(group);
        test::check(
            known != recorded.end() && known->second == hash.value,
            (group + where + ": other bits than recorded; compare with --list of a machine that passes").c_str());
        if (list) std::printf("{\"%s\", 0x%016llx},\n", group.c_str(), static_cast<unsigned long long>(hash.value));
      }
    }
  }
  return test::finish("same_bits_test");
}

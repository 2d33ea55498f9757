// How the tests of CUDA make tensors, run a launch on both devices and compare what came out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "../../native/core/accelerator.h"
#include "../../native/cpu/device.h"
#include "../../native/cuda/device.h"

using namespace hebb;

namespace {

// --- tensors in host memory, with room around them that must stay as it is

struct HostDevice : CpuDevice {
  Buffer* allocate(int64_t) override { return nullptr; }
};
HostDevice host;

struct Memory {
  Buffer buffer;
  std::vector<std::byte> bytes;
  Dtype dtype;
};
std::vector<std::unique_ptr<Memory>> memory;  // of the case under way
std::mt19937_64 random_bits(42);

double uniform(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_bits); }
int64_t whole(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_bits); }

enum class Kind { contiguous, offset, transposed, strided, broadcast, tall };
enum class Values { wild, tame, far, positive, index, bits };

// Numbers at the edges of the functions' domains.
double special() {
  static constexpr double values[] = {0.0,   -0.0,   INFINITY, -INFINITY, NAN,    1.0,    -1.0,  0.5,    -0.5, 2.0,
                                      1e-40, -1e-40, 1e-310,   88.7,      -103.5, -104.5, 709.5, -745.5, 1.5,  2.5,
                                      1e5,   -3e5,   1e9,      -2e20,     3e38,   1e-20,  4.0,   -1e-8,  8e6,  0.99999};
  return values[whole(0, std::size(values) - 1)];
}

double element(Dtype dtype, Values values, int64_t limit) {
  if (values == Values::index) return static_cast<double>(whole(0, limit - 1));
  switch (dtype) {
    case Dtype::boolean:
      return static_cast<double>(whole(0, 1));
    case Dtype::uint8:
      return static_cast<double>(whole(0, 255));
    case Dtype::int32:
      if (values != Values::wild) return static_cast<double>(whole(-9, 9));
      return static_cast<double>(whole(0, 5) ? whole(-40, 40) : whole(INT32_MIN, INT32_MAX));
    default:
      if (values == Values::positive) return uniform(0.01, 2);
      if (values == Values::tame) return uniform(-3, 3);
      if (values == Values::far) return uniform(-1, 1) * (dtype == Dtype::float32 ? 60 : 400);  // exp of it, too
      return whole(0, 7) ? uniform(-6, 6) : special();
  }
}

void put(std::byte* at, Dtype dtype, double value) {
  const auto store = [&](auto typed) { std::memcpy(at, &typed, sizeof typed); };
  switch (dtype) {
    case Dtype::boolean:
    case Dtype::uint8:
      return store(static_cast<uint8_t>(value));
    case Dtype::int32:
      return store(static_cast<int32_t>(value));
    case Dtype::float32:
      return store(static_cast<float>(value));
    case Dtype::float64:
      return store(value);
  }
}

// The strides that a kind gives to a shape.
Shape strides_of(Kind kind, const Shape& shape) {
  Shape strides = row_major_strides(shape);
  int64_t step = 1;
  switch (kind) {
    case Kind::transposed:
      for (int i = 0; i < shape.rank; ++i) {
        strides[i] = step;
        step *= std::max<int64_t>(shape[i], 1);
      }
      break;
    case Kind::strided:
      for (int i = 0; i < shape.rank; ++i) strides[i] *= 2;
      break;
    case Kind::broadcast:
      if (shape.rank > 0) strides[0] = 0;
      break;
    case Kind::tall:  // rows longer than what is seen of them
      for (int i = 0; i + 1 < shape.rank; ++i) {
        const int64_t length = std::max<int64_t>(shape[shape.rank - 1], 1);
        strides[i] += strides[i] / length * (length % 4 ? 5 : 16);
      }
      break;
    default:
      break;
  }
  return strides;
}

// A tensor of random elements; without `values` its memory is left as poison.
Tensor make(Dtype dtype, const Shape& shape, Kind kind = Kind::contiguous, const Values* values = nullptr,
            int64_t limit = 1) {
  const Layout* layout = intern(dtype, shape, strides_of(kind, shape));
  constexpr int64_t room = 64;
  const int64_t offset = room + (kind == Kind::offset ? 1 : 0), count = offset + layout->extent + room;
  auto owned = std::make_unique<Memory>();
  owned->dtype = dtype;
  owned->bytes.assign(static_cast<size_t>(count * size_of(dtype)), std::byte{0xb5});
  if (dtype == Dtype::boolean) std::fill(owned->bytes.begin(), owned->bytes.end(), std::byte{1});
  if (values) {
    for (int64_t i = 0; i < layout->extent; ++i) {
      put(owned->bytes.data() + (offset + i) * size_of(dtype), dtype, element(dtype, *values, limit));
    }
  }
  owned->buffer = {owned->bytes.data(), static_cast<int64_t>(owned->bytes.size()), &host};
  memory.push_back(std::move(owned));
  return {&memory.back()->buffer, offset, layout};
}
Tensor input(Dtype dtype, const Shape& shape, Kind kind, Values values, int64_t limit = 1) {
  return make(dtype, shape, kind, &values, limit);
}
[[maybe_unused]] Tensor scalar(Dtype dtype, double value) {
  const Tensor x = make(dtype, Shape{});
  put(x.buffer->data + x.offset * size_of(dtype), dtype, value);
  return x;
}

// --- the GPU

const Accelerator& gpu = cuda::accelerator();
void* context = nullptr;

void demand(const Failure& failure) {
  if (!failure.failed) return;
  std::printf("FAILED: %s\n", failure.message);
  std::exit(1);
}

// The buffers of the case on the device, and a launch that uses them.
struct OnDevice {
  std::vector<std::pair<Memory*, Buffer>> buffers;
  OnDevice() {
    for (const auto& m : memory) {
      Failure failure;
      buffers.push_back({m.get(), {gpu.allocate(context, m->buffer.bytes, &failure), m->buffer.bytes, &host}});
      demand(failure);
    }
    upload();
  }
  OnDevice(const OnDevice&) = delete;
  ~OnDevice() {
    for (auto& [m, buffer] : buffers) gpu.release(context, buffer.data);
  }
  void upload() {
    for (auto& [m, buffer] : buffers) {
      Failure failure;
      gpu.upload(context, buffer.data, m->bytes.data(), buffer.bytes, &failure);
      demand(failure);
    }
  }
  Launch moved(Launch call) {
    const auto move = [&](Tensor& x) {
      for (auto& [m, buffer] : buffers) {
        if (x.buffer == &m->buffer) {
          x.buffer = &buffer;
          return;
        }
      }
    };
    for (int i = 0; i < call.in_count; ++i) move(call.in[i]);
    for (int i = 0; i < call.out_count; ++i) move(call.out[i]);
    return call;
  }
  // Every buffer as it is on the device now.
  std::vector<std::vector<std::byte>> download(Failure* failure) {
    std::vector<std::vector<std::byte>> all;
    for (auto& [m, buffer] : buffers) {
      all.emplace_back(static_cast<size_t>(buffer.bytes));
      gpu.download(context, all.back().data(), buffer.data, buffer.bytes, failure);
      if (failure->failed) return all;
    }
    return all;
  }
};

// --- comparing

struct Row {
  int64_t cases = 0, failed = 0;
  double worst = 0;
  bool exact = true;
};
std::map<int, Row> rows;
int64_t passed = 0, failed = 0;

void verdict(Row& row, bool holds, Op op, const std::string& what) {
  ++row.cases;
  ++(holds ? passed : failed);
  if (holds) return;
  if (++row.failed <= 3) std::printf("FAILED: %s: %s\n", op_name(op), what.c_str());
}

template <class T>
double difference(const std::byte* a, const std::byte* b, int64_t i, double scale) {
  T x, y;
  std::memcpy(&x, a + i * sizeof(T), sizeof(T));
  std::memcpy(&y, b + i * sizeof(T), sizeof(T));
  if (x != x && y != y) return 0;
  if (std::memcmp(&x, &y, sizeof(T)) == 0) return 0;
  if (scale == 0) return INFINITY;  // the bits are promised
  if (x == y) return 0;
  return std::fabs(static_cast<double>(x) - static_cast<double>(y)) /
         (scale + std::max(std::fabs(static_cast<double>(x)), std::fabs(static_cast<double>(y))));
}

double difference(Dtype dtype, const std::byte* a, const std::byte* b, int64_t i, double scale) {
  if (dtype == Dtype::float32) return difference<float>(a, b, i, scale);
  if (dtype == Dtype::float64) return difference<double>(a, b, i, scale);
  return std::memcmp(a + i * size_of(dtype), b + i * size_of(dtype), static_cast<size_t>(size_of(dtype))) ? INFINITY
                                                                                                          : 0;
}

std::string text(const Launch& call) {
  std::ostringstream out;
  for (int i = 0; i < call.in_count; ++i) {
    out << (i ? ", " : "") << call.in[i].dtype() << call.in[i].shape() << " strides " << call.in[i].strides() << " +"
        << call.in[i].offset;
  }
  out << " -> " << call.out[0].dtype() << call.out[0].shape() << " strides " << call.out[0].strides();
  return out.str();
}

constexpr double exact = 0;
// Relative error allowed where additions are in another order.
constexpr double close = 1;
constexpr double float_bound = 2e-5, double_bound = 1e-12;

// The launch on both devices. `ignored`: the index of an output that is working memory, or -1.
[[maybe_unused]] void compare(const Launch& call, double scale = exact, int ignored = -1) {
  Row& row = rows[static_cast<int>(call.op)];
  if (scale != exact) row.exact = false;
  OnDevice device;
  const Launch moved = device.moved(call);
  Failure failure;
  gpu.launch(context, &moved, &failure);
  std::vector<std::vector<std::byte>> result;
  if (!failure.failed) result = device.download(&failure);
  if (failure.failed) {
    verdict(row, false, call.op, std::string(failure.message) + " (" + text(call) + ")");
    memory.clear();
    return;
  }
  // As a graph: the same bits.
  bool replays = true;
  if (row.cases % 5 == 0) {
    device.upload();
    void* prepared = gpu.prepare(context, &moved, 1, 1, &failure);
    if (!failure.failed) gpu.replay(context, prepared, &failure);
    std::vector<std::vector<std::byte>> again;
    if (!failure.failed) again = device.download(&failure);
    if (!failure.failed) gpu.discard(context, prepared);
    replays = !failure.failed && again == result;
  }
  host.execute(call);
  double worst = 0;
  std::string where;
  for (size_t b = 0; b < memory.size(); ++b) {
    const Memory& m = *memory[b];
    if (ignored >= 0 && &m.buffer == call.out[ignored].buffer) continue;
    const int64_t count = m.buffer.bytes / size_of(m.dtype);
    for (int64_t i = 0; i < count; ++i) {
      const double error = difference(m.dtype, m.bytes.data(), result[b].data(), i, scale);
      if (error > worst || (error != error && worst == worst)) {
        worst = error;
        std::ostringstream out;
        out << " (buffer " << b << " element " << i - 64 << ": ";
        const auto show = [&](const std::byte* data) {
          if (m.dtype == Dtype::float64) {
            double v;
            std::memcpy(&v, data + i * 8, 8);
            out << std::hexfloat << v << std::defaultfloat << " " << v;
          } else if (m.dtype == Dtype::float32) {
            float v;
            std::memcpy(&v, data + i * 4, 4);
            out << std::hexfloat << v << std::defaultfloat << " " << v;
          } else if (m.dtype == Dtype::int32) {
            int32_t v;
            std::memcpy(&v, data + i * 4, 4);
            out << v;
          } else {
            out << static_cast<int>(data[i]);
          }
        };
        out << "CPU ";
        show(m.bytes.data());
        out << ", GPU ";
        show(result[b].data());
        out << ")";
        where = out.str();
      }
    }
  }
  row.worst = std::max(row.worst, worst);
  const bool narrow = call.out[0].dtype() != Dtype::float64;
  const bool holds = scale == exact ? worst == 0 : worst <= (narrow ? float_bound : double_bound);
  verdict(row, holds && replays, call.op, text(call) + where + (replays ? "" : " (another result as a graph)"));
  memory.clear();
}

const std::vector<Dtype> numbers = {Dtype::float32, Dtype::float64, Dtype::int32};
const std::vector<Dtype> floats = {Dtype::float32, Dtype::float64};
const std::vector<Dtype> all_dtypes = {Dtype::boolean, Dtype::uint8, Dtype::int32, Dtype::float32, Dtype::float64};

// Shapes and layouts for element-wise ops: (shape, layout of the inputs)
struct Form {
  Shape shape;
  Kind kind;
};
[[maybe_unused]] std::vector<Form> forms() {
  return {{{}, Kind::contiguous},           {{0}, Kind::contiguous},
          {{3, 0, 2}, Kind::contiguous},    {{1}, Kind::offset},
          {{7}, Kind::contiguous},          {{1024}, Kind::contiguous},
          {{4099}, Kind::contiguous},       {{2048}, Kind::offset},
          {{2501}, Kind::strided},          {{37, 53}, Kind::transposed},
          {{64, 48}, Kind::transposed},     {{33, 40}, Kind::broadcast},
          {{12, 130}, Kind::tall},          {{5, 6, 7, 8}, Kind::strided},
          {{3, 4, 5, 6}, Kind::transposed}, {{2, 3, 2, 3, 2, 3, 2, 3}, Kind::transposed},
          {{12, 128}, Kind::tall},          {{6, 8, 16}, Kind::broadcast},
          {{30, 64}, Kind::offset}};
}

// Opens the first GPU and says which it is; false, with the reason, where there is none.
bool open_gpu() {
  char reason[500] = "";
  if (gpu.count(reason, sizeof reason) == 0) {
    std::printf("no GPU: %s; skipped\n", reason);
    return false;
  }
  Failure failure;
  AcceleratorInfo info{};
  gpu.describe(0, &info, &failure);
  demand(failure);
  context = gpu.open(0, &failure);
  demand(failure);
  std::printf("%s, compute capability %d.%d\n", info.name, info.capability / 10, info.capability % 10);
  return true;
}

// Closes the GPU and prints a line per op and `N passed, N failed`; the exit code.
int report() {
  gpu.close(context);
  for (const auto& [op, row] : rows) {
    char error[40] = "the bits of the CPU";
    if (!row.exact || row.worst > 0) std::snprintf(error, sizeof error, "worst error %.3g", row.worst);
    std::printf("%-28s %5lld cases  %s%s\n", op_name(static_cast<Op>(op)), static_cast<long long>(row.cases), error,
                row.failed ? "  FAILED" : "");
  }
  std::printf("%lld passed, %lld failed\n", static_cast<long long>(passed), static_cast<long long>(failed));
  return failed ? 1 : 0;
}

// main() of a test: all its groups, or the one that is named.
[[maybe_unused]] int run_groups(int argc, char** argv, const std::vector<std::pair<const char*, void (*)()>>& groups) {
  if (!open_gpu()) return 0;
  for (const auto& [name, run] : groups) {
    if (argc < 2 || std::strcmp(argv[1], name) == 0) run();
  }
  return report();
}

}  // namespace

// What the test of the matrix product on a CUDA device works with: random numbers, arrays on the device with NaN around
// them, and launches of the table.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "../../native/cuda/context.h"
#include "../../native/cuda/device.h"
#include "../../native/ops/dense.h"

namespace hebb::test {

inline const Accelerator& gpu = cuda::accelerator();
inline void* context = nullptr;
inline AcceleratorInfo info{};

inline void must(const Failure& failure) {
  if (!failure.failed) return;
  std::fprintf(stderr, "FAILED: %s\n", failure.message);
  std::exit(1);
}

inline uint64_t state = 42;
inline uint32_t random_bits() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(state >> 33);
}
inline double uniform() { return (random_bits() + 0.5) / 2147483648.0; }

enum class Data { normal, uniform, wide, cancelling };

inline float number(Data data) {
  if (data == Data::uniform) return static_cast<float>(uniform());
  const double normal = std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
  return static_cast<float>(data == Data::wide ? std::ldexp(normal, static_cast<int>(random_bits() % 81) - 40)
                                               : normal);
}

// An array on the device, `offset` elements into its memory, with a margin behind.
template <class T>
struct Array {
  static constexpr int64_t margin = 64;
  int64_t size, offset;
  Buffer buffer{};

  Array(int64_t size, int64_t offset = 0) : size(size), offset(offset) {
    Failure failure;
    buffer.bytes = (size + offset + margin) * static_cast<int64_t>(sizeof(T));
    buffer.data = gpu.allocate(context, buffer.bytes, &failure);
    must(failure);
  }
  Array(const std::vector<T>& values, int64_t offset = 0) : Array(static_cast<int64_t>(values.size()), offset) {
    std::vector<T> padded(offset, nan());
    padded.insert(padded.end(), values.begin(), values.end());
    padded.resize(size + offset + margin, nan());
    put(padded);
  }
  Array(const Array&) = delete;
  ~Array() { gpu.release(context, buffer.data); }

  static T nan() { return std::numeric_limits<T>::quiet_NaN(); }
  void put(const std::vector<T>& all) {
    Failure failure;
    gpu.upload(context, buffer.data, all.data(), buffer.bytes, &failure);
    must(failure);
  }
  // The elements; `clean` is cleared when the memory around them is no longer NaN.
  std::vector<T> get(bool& clean) const {
    std::vector<T> all(size + offset + margin);
    Failure failure;
    gpu.download(context, all.data(), buffer.data, buffer.bytes, &failure);
    must(failure);
    for (int64_t i = 0; i < size + offset + margin; ++i) {
      if (i < offset || i >= offset + size) clean &= all[i] != all[i];
    }
    return {all.begin() + offset, all.begin() + offset + size};
  }
  Tensor tensor(const Shape& shape, const Shape& strides) {
    return {&buffer, offset, intern(dtype_of<T>(), shape, strides)};
  }
  Tensor tensor(const Shape& shape) { return {&buffer, offset, intern(dtype_of<T>(), shape)}; }
};

inline void force(const std::string& kernel) { static_cast<cuda::Context*>(context)->gemm_force = kernel; }

inline void launch_now(const Launch& call) {
  Failure failure;
  gpu.launch(context, &call, &failure);
  must(failure);
}

inline Launch matmul_of(const Tensor& a, const Tensor& b, const Tensor& out) {
  Launch call;
  call.op = Op::matmul;
  call.in[0] = a, call.in[1] = b, call.out[0] = out;
  call.in_count = 2, call.out_count = 1;
  return call;
}

enum class Extra { none, bias, relu, gate, rate };

inline Launch dense_of(const Tensor& a, const Tensor& b, const Tensor& third, const Tensor& out, Extra extra) {
  Launch call = matmul_of(a, b, out);
  call.op = Op::dense;
  call.in[call.in_count++] = third;
  if (extra == Extra::rate) call.in[call.in_count++] = out;
  call.set(DenseAttributes{extra == Extra::rate   ? DenseAttributes::rate
                           : extra == Extra::gate ? DenseAttributes::gate
                                                  : DenseAttributes::bias,
                           extra == Extra::relu ? Activation::relu : Activation::none});
  return call;
}

template <class T>
std::vector<T> transposed(const std::vector<T>& x, int64_t rows, int64_t cols) {
  std::vector<T> y(x.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < cols; ++j) y[j * rows + i] = x[i * cols + j];
  return y;
}

}  // namespace hebb::test

// Random numbers from a generator's state: int32 [4], row-major, {seed low, seed high, counter low, counter high}.
// Every op moves the counter on, in place, by the blocks that it used, so a captured program draws anew at each replay.
#pragma once

#include <span>

#include "../core/launch.h"
#include "../core/random.h"

namespace hebb {

struct UniformAttributes {
  double low, high;
  double last;  // the largest value below high
};
struct NormalAttributes {
  double mean, deviation;
};
struct IntegerAttributes {
  int64_t low;
  uint64_t range;  // 1 to 2^32
};
struct BernoulliAttributes {
  uint64_t threshold;  // of 2^32
};

// In [low, high), float32 with 24 random bits, float64 with 53.
Tensor random_uniform(const Tensor& state, std::span<const int64_t> shape, double low, double high, Dtype dtype);
Tensor random_normal(const Tensor& state, std::span<const int64_t> shape, double mean, double deviation, Dtype dtype);
// Normal, redrawn beyond two deviations from the mean.
Tensor random_truncated_normal(const Tensor& state, std::span<const int64_t> shape, double mean, double deviation,
                               Dtype dtype);
// Whole numbers in [low, high), each equally likely; uint8 or int32.
Tensor random_int(const Tensor& state, std::span<const int64_t> shape, int64_t low, int64_t high, Dtype dtype);
// 1 with probability p, else 0, in any dtype.
Tensor random_bernoulli(const Tensor& state, std::span<const int64_t> shape, double p, Dtype dtype);
// 0 to n - 1 in random order, int32 [n].
Tensor random_permutation(const Tensor& state, int64_t n);

}  // namespace hebb

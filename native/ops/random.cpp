#include "random.h"

#include <cmath>

#include "../core/error.h"

namespace hebb {

namespace {

void check_state(Op op, const Tensor& state) {
  if (state.dtype() != Dtype::int32 || state.size() != 4 || !state.contiguous()) {
    fail(ErrorCode::argument, op_name(op), ": a generator's state is int32 [4], got ", state.dtype(), " ",
         state.shape());
  }
}

template <class Attributes>
Tensor draw(Op op, const Tensor& state, std::span<const int64_t> shape, Dtype dtype, const Attributes& attributes) {
  check_state(op, state);
  Tensor out = empty(state.device(), dtype, Shape(shape));
  launch(op, {state}, {out, state}, attributes);
  return out;
}

void check_float(Op op, Dtype dtype) {
  if (!is_float(dtype)) fail(ErrorCode::dtype, op_name(op), ": expected a float type, got ", dtype);
}

void check_normal(Op op, double mean, double deviation, Dtype dtype) {
  check_float(op, dtype);
  if (!std::isfinite(mean) || !(deviation >= 0) || !std::isfinite(deviation)) {
    fail(ErrorCode::argument, op_name(op), ": mean ", mean, ", standard deviation ", deviation);
  }
}

}  // namespace

Tensor random_uniform(const Tensor& state, std::span<const int64_t> shape, double low, double high, Dtype dtype) {
  check_float(Op::random_uniform, dtype);
  const bool narrow = dtype == Dtype::float32;
  if (!(low <= high) || !std::isfinite(narrow ? static_cast<float>(high) - static_cast<float>(low) : high - low)) {
    fail(ErrorCode::argument, "random_uniform: no range of ", dtype, " from ", low, " to ", high);
  }
  const double last = narrow ? static_cast<double>(std::nextafter(static_cast<float>(high), static_cast<float>(low)))
                             : std::nextafter(high, low);
  return draw(Op::random_uniform, state, shape, dtype, UniformAttributes{low, high, last});
}

Tensor random_normal(const Tensor& state, std::span<const int64_t> shape, double mean, double deviation, Dtype dtype) {
  check_normal(Op::random_normal, mean, deviation, dtype);
  return draw(Op::random_normal, state, shape, dtype, NormalAttributes{mean, deviation});
}

Tensor random_truncated_normal(const Tensor& state, std::span<const int64_t> shape, double mean, double deviation,
                               Dtype dtype) {
  check_normal(Op::random_truncated_normal, mean, deviation, dtype);
  return draw(Op::random_truncated_normal, state, shape, dtype, NormalAttributes{mean, deviation});
}

Tensor random_int(const Tensor& state, std::span<const int64_t> shape, int64_t low, int64_t high, Dtype dtype) {
  if (dtype != Dtype::int32 && dtype != Dtype::uint8) {
    fail(ErrorCode::dtype, "random_int: expected int32 or uint8, got ", dtype);
  }
  const int64_t least = dtype == Dtype::uint8 ? 0 : INT32_MIN, most = dtype == Dtype::uint8 ? 255 : INT32_MAX;
  if (low >= high || low < least || high - 1 > most) {
    fail(ErrorCode::argument, "random_int: no range of ", dtype, " from ", low, " to below ", high);
  }
  return draw(Op::random_int, state, shape, dtype, IntegerAttributes{low, static_cast<uint64_t>(high - low)});
}

Tensor random_bernoulli(const Tensor& state, std::span<const int64_t> shape, double p, Dtype dtype) {
  if (!(p >= 0 && p <= 1)) fail(ErrorCode::argument, "random_bernoulli: probability ", p, " is not in [0, 1]");
  return draw(Op::random_bernoulli, state, shape, dtype,
              BernoulliAttributes{static_cast<uint64_t>(std::nearbyint(p * 4294967296.0))});
}

Tensor random_permutation(const Tensor& state, int64_t n) {
  check_state(Op::random_permutation, state);
  if (n < 0 || n > INT32_MAX) fail(ErrorCode::argument, "random_permutation: length ", n, " is not in [0, 2^31)");
  Tensor out = empty(state.device(), Dtype::int32, {n});
  const Tensor scratch = empty(state.device(), Dtype::int32, {2, n, 3});
  launch(Op::random_permutation, {state}, {out, state, scratch});
  return out;
}

}  // namespace hebb

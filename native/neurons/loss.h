// The losses of linear learners for one row: target y, prediction p = w.x + b. Classes are -1 and +1, and 0 and 1 for
// the log loss. The order of operations is part of the result: weights are compared bit by bit with scikit-learn's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace hebb {

enum class LinearLoss : uint8_t {
  hinge,
  squared_hinge,
  modified_huber,
  log_loss,
  perceptron,
  squared_error,
  huber,
  epsilon_insensitive,
  squared_epsilon_insensitive,
};
constexpr int linear_loss_count = 9;

// ln(1 + e^x) without overflow or cancellation (Maechler 2012).
inline double log1pexp(double x) {
  if (x <= -37) return std::exp(x);
  if (x <= -2) return std::log1p(std::exp(x));
  if (x <= 18) return std::log(1.0 + std::exp(x));
  if (x <= 33.3) return x + std::exp(-x);
  return x;
}

inline double linear_loss(LinearLoss kind, double y, double p, double epsilon) {
  const double z = p * y, distance = std::fabs(y - p);
  switch (kind) {
    case LinearLoss::hinge:
      return z <= 1 ? 1 - z : 0;
    case LinearLoss::squared_hinge:
      return z < 1 ? (1 - z) * (1 - z) : 0;
    case LinearLoss::modified_huber:
      return z >= 1 ? 0 : z >= -1 ? (1 - z) * (1 - z) : -4 * z;
    case LinearLoss::log_loss:
      return log1pexp(p) - y * p;
    case LinearLoss::perceptron:
      return z <= 0 ? -z : 0;
    case LinearLoss::squared_error:
      return 0.5 * ((p - y) * (p - y));
    case LinearLoss::huber:
      return distance <= epsilon ? 0.5 * (distance * distance) : epsilon * (distance - 0.5 * epsilon);
    case LinearLoss::epsilon_insensitive:
      return std::max(0.0, distance - epsilon);
    case LinearLoss::squared_epsilon_insensitive:
      return distance > epsilon ? (distance - epsilon) * (distance - epsilon) : 0;
  }
  return 0;
}

// The derivative by p. A row that lies exactly on the margin counts as wrong.
inline double linear_loss_slope(LinearLoss kind, double y, double p, double epsilon) {
  const double z = p * y, d = y - p;
  switch (kind) {
    case LinearLoss::hinge:
      return z <= 1 ? -y : 0;
    case LinearLoss::squared_hinge:
      return 1 - z > 0 ? -2 * y * (1 - z) : 0;
    case LinearLoss::modified_huber:
      return z >= 1 ? 0 : z >= -1 ? 2 * (1 - z) * -y : -4 * y;
    case LinearLoss::log_loss: {
      if (p <= -37) return std::exp(p) - y;
      const double e = std::exp(-p);
      return ((1 - y) - y * e) / (1 + e);
    }
    case LinearLoss::perceptron:
      return z <= 0 ? -y : 0;
    case LinearLoss::squared_error:
      return p - y;
    case LinearLoss::huber:
      return std::fabs(p - y) <= epsilon ? p - y : p >= y ? epsilon : -epsilon;
    case LinearLoss::epsilon_insensitive:
      return d > epsilon ? -1 : -d > epsilon ? 1 : 0;
    case LinearLoss::squared_epsilon_insensitive:
      return d > epsilon ? -2 * (d - epsilon) : d < -epsilon ? 2 * (-d - epsilon) : 0;
  }
  return 0;
}

// Whether p is in the interval, of the losses that have one, where loss and slope are both zero; false for NaN.
inline bool is_flat(LinearLoss kind, double y, double p, double epsilon) {
  const double z = p * y;
  switch (kind) {
    case LinearLoss::perceptron:
      return z > 0;
    case LinearLoss::hinge:
      return z > 1;
    case LinearLoss::squared_hinge:
    case LinearLoss::modified_huber:
      return z >= 1;
    case LinearLoss::epsilon_insensitive:
    case LinearLoss::squared_epsilon_insensitive:
      return std::fabs(y - p) <= epsilon;
    default:
      return false;
  }
}

inline bool has_flat_part(LinearLoss kind) {
  return kind != LinearLoss::log_loss && kind != LinearLoss::squared_error && kind != LinearLoss::huber;
}

}  // namespace hebb

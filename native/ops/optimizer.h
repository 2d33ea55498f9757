// Steps of the optimisers, in place: w and its slots (v, m, ...) change. Rates and counters are rank-0 tensors of the
// weight's type, so that they can change between replays of a captured step. Formulas are those of Keras 3.
#pragma once

#include <span>

#include "../core/launch.h"

namespace hebb {

struct MomentumAttributes {
  double momentum;
  bool nesterov;
};
struct AdamAttributes {
  double beta1, beta2, epsilon;
  bool amsgrad;
};
struct RmspropAttributes {
  double rho, momentum, epsilon;
  bool has_velocity, centered;
};

// w -= rate * g
void sgd_update(const Tensor& w, const Tensor& g, const Tensor& rate);
// v = momentum * v - rate * g; w += v, or with nesterov w += momentum * v - rate * g
void momentum_update(const Tensor& w, const Tensor& v, const Tensor& g, const Tensor& rate, double momentum,
                     bool nesterov);
// m += (g - m)(1 - beta1); v += (g^2 - v)(1 - beta2); w -= m alpha / (sqrt(v) + epsilon),
// alpha = rate sqrt(1 - beta2^step) / (1 - beta1^step); `amsgrad` is empty or the largest v so far, which then divides.
void adam_update(const Tensor& w, const Tensor& m, const Tensor& v, const Tensor& g, const Tensor& rate,
                 const Tensor& step, double beta1, double beta2, double epsilon, std::span<const Tensor> amsgrad);
// s = rho s + (1 - rho) g^2; d = s + epsilon, centered s - a^2 + epsilon with a = rho a + (1 - rho) g;
// u = rate g / sqrt(d); with momentum v = momentum v + u, u = v; w -= u. `extra` is [velocity?, average?].
void rmsprop_update(const Tensor& w, const Tensor& s, const Tensor& g, const Tensor& rate, double rho, double momentum,
                    double epsilon, bool centered, std::span<const Tensor> extra);

}  // namespace hebb

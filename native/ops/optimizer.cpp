#include "optimizer.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

void check(const char* op, const Tensor& w, std::initializer_list<Tensor> alike) {
  if (!is_float(w.dtype()) || !w.contiguous()) {
    fail(ErrorCode::dtype, op, ": the parameter is a row-major float tensor, got ", w.dtype(), w.shape());
  }
  for (const Tensor& x : alike) {
    if (!(x.shape() == w.shape()) || x.dtype() != w.dtype()) {
      fail(ErrorCode::shape, op, ": ", x.dtype(), x.shape(), " does not fit the parameter ", w.dtype(), w.shape());
    }
  }
}

Tensor scalar(const char* op, const Tensor& x, Dtype dtype) {
  if (x.size() != 1) fail(ErrorCode::shape, op, ": rates and counters are single numbers, got ", x.shape());
  return cast(x, dtype);
}

}  // namespace

void sgd_update(const Tensor& w, const Tensor& g, const Tensor& rate) {
  check("sgdUpdate", w, {g});
  launch(Op::sgd_update, {w, contiguous(g), scalar("sgdUpdate", rate, w.dtype())}, {w});
}

void momentum_update(const Tensor& w, const Tensor& v, const Tensor& g, const Tensor& rate, double momentum,
                     bool nesterov) {
  check("momentumUpdate", w, {v, g});
  launch(Op::momentum_update, {w, v, contiguous(g), scalar("momentumUpdate", rate, w.dtype())}, {w, v},
         MomentumAttributes{momentum, nesterov});
}

void adam_update(const Tensor& w, const Tensor& m, const Tensor& v, const Tensor& g, const Tensor& rate,
                 const Tensor& step, double beta1, double beta2, double epsilon, std::span<const Tensor> amsgrad) {
  check("adamUpdate", w, {m, v, g});
  const Tensor alpha = scalar("adamUpdate", rate, w.dtype()), count = scalar("adamUpdate", step, w.dtype());
  const AdamAttributes attributes{beta1, beta2, epsilon, !amsgrad.empty()};
  if (amsgrad.empty()) return launch(Op::adam_update, {w, m, v, contiguous(g), alpha, count}, {w, m, v}, attributes);
  check("adamUpdate", w, {amsgrad[0]});
  launch(Op::adam_update, {w, m, v, contiguous(g), alpha, count, amsgrad[0]}, {w, m, v, amsgrad[0]}, attributes);
}

void rmsprop_update(const Tensor& w, const Tensor& s, const Tensor& g, const Tensor& rate, double rho, double momentum,
                    double epsilon, bool centered, std::span<const Tensor> extra) {
  check("rmspropUpdate", w, {s, g});
  const RmspropAttributes attributes{rho, momentum, epsilon, momentum > 0, centered};
  if (extra.size() != static_cast<size_t>(attributes.has_velocity + centered)) {
    fail(ErrorCode::argument, "rmspropUpdate: ", extra.size(), " slots do not fit the options");
  }
  for (const Tensor& x : extra) check("rmspropUpdate", w, {x});
  const Tensor alpha = scalar("rmspropUpdate", rate, w.dtype()), gradient = contiguous(g);
  if (extra.empty()) return launch(Op::rmsprop_update, {w, s, gradient, alpha}, {w, s}, attributes);
  if (extra.size() == 1) {
    return launch(Op::rmsprop_update, {w, s, gradient, alpha, extra[0]}, {w, s, extra[0]}, attributes);
  }
  launch(Op::rmsprop_update, {w, s, gradient, alpha, extra[0], extra[1]}, {w, s, extra[0], extra[1]}, attributes);
}

}  // namespace hebb

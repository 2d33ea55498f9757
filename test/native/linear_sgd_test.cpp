// Linear learners (native/neurons) against plain double loops: without a penalty bit by bit, with one or an average
// within rounding, for every loss, type of row, and number of tasks side by side.
#include "../../native/neurons/linear_sgd.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "../../native/core/error.h"
#include "check.h"

using namespace hebb;
using hebb::test::check;

namespace {

constexpr int64_t rows = 60, epochs = 8;
constexpr double epsilon = 0.25;
constexpr double alpha = 0.003;

// Small enough that no loss diverges, from which rounding would grow.
double eta0_of(int64_t features) { return 0.01 / static_cast<double>(features); }

// The first steps of the optimal rate are long: for losses of constant slopes.
bool constant_slopes(LinearLoss loss) {
  return loss == LinearLoss::hinge || loss == LinearLoss::perceptron || loss == LinearLoss::epsilon_insensitive;
}

// The derivative of a loss by the prediction p, from its definition.
double slope(LinearLoss loss, double y, double p) {
  const double margin = p * y, error = p - y;
  switch (loss) {
    case LinearLoss::hinge:
      return margin > 1 ? 0 : -y;
    case LinearLoss::squared_hinge:
      return margin >= 1 ? 0 : -2 * y * (1 - margin);
    case LinearLoss::modified_huber:
      return margin >= 1 ? 0 : margin < -1 ? -4 * y : -2 * y * (1 - margin);
    case LinearLoss::log_loss:
      return 1 / (1 + std::exp(-p)) - y;
    case LinearLoss::perceptron:
      return margin > 0 ? 0 : -y;
    case LinearLoss::squared_error:
      return error;
    case LinearLoss::huber:
      return std::fabs(error) <= epsilon ? error : std::copysign(epsilon, error);
    case LinearLoss::epsilon_insensitive:
      return std::fabs(error) <= epsilon ? 0 : std::copysign(1, error);
    case LinearLoss::squared_epsilon_insensitive:
      return std::fabs(error) <= epsilon ? 0 : std::copysign(2 * (std::fabs(error) - epsilon), error);
  }
  return 0;
}

struct Weights {
  std::vector<double> w, average;
  double b = 0, average_b = 0;
};

struct Setting {
  LinearLoss loss;
  LinearPenalty penalty;
  LearningRate rate;
  int64_t average;  // the step from which weights are averaged
};

// Row after row as the header says, one element at a time.
Weights reference(const Setting& setting, const std::vector<double>& x, const std::vector<double>& y,
                  const std::vector<double>& row_weights, int64_t features) {
  Weights now{std::vector<double>(features), std::vector<double>(features)};
  const double start = 1 / (std::sqrt(1 / std::sqrt(alpha)) * alpha);
  const double eta0 = eta0_of(features);
  double t = 1;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (int64_t row = 0; row < rows; ++row, ++t) {
      const double* values = &x[row * features];
      double p = 0;
      for (int64_t j = 0; j < features; ++j) p += values[j] * now.w[j];
      p += now.b;
      const double eta = setting.rate == LearningRate::optimal      ? 1 / (alpha * (start + t - 1))
                         : setting.rate == LearningRate::invscaling ? eta0 / std::pow(t, 0.25)
                                                                    : eta0;
      const double update = -eta * slope(setting.loss, y[row], p) * row_weights[row];
      if (setting.penalty == LinearPenalty::l2) {
        for (double& w : now.w) w *= 1 - eta * alpha;
      }
      for (int64_t j = 0; j < features; ++j) now.w[j] += values[j] * update;
      now.b += update;
      if (setting.average > 0 && t >= setting.average) {
        const double count = t - setting.average + 1;
        for (int64_t j = 0; j < features; ++j) now.average[j] += (now.w[j] - now.average[j]) / count;
        now.average_b += (now.b - now.average_b) / count;
      }
    }
  }
  return now;
}

bool close(const std::vector<double>& a, const std::vector<double>& b, double bound) {
  double difference = 0, size = 0;
  for (size_t j = 0; j < a.size(); ++j) {
    difference = std::max(difference, std::fabs(a[j] - b[j]));
    size = std::max(size, std::fabs(b[j]));
  }
  return difference <= bound * size;
}

LinearOptions options_of(const Setting& setting, int64_t features) {
  LinearOptions options{};
  options.loss = setting.loss;
  options.penalty = setting.penalty;
  options.rate = setting.rate;
  options.alpha = alpha;
  options.epsilon = epsilon;
  options.eta0 = eta0_of(features);
  options.power_t = 0.25;
  options.tol = -std::numeric_limits<double>::infinity();
  options.first_step = 1;
  options.max_epochs = epochs;
  options.patience = 5;
  options.average = setting.average;
  options.fit_intercept = true;
  return options;
}

template <class T>
void test_setting(const Setting& setting, Dtype dtype, int64_t features) {
  std::mt19937 random(7);
  std::vector<T> stored(rows * features);
  for (T& value : stored)
    value = static_cast<T>(random() % 3 == 0 ? 0 : random() % 200 / (dtype == Dtype::uint8 ? 50.0 : 70.0));
  const std::vector<double> x(stored.begin(), stored.end());
  std::vector<double> row_weights(rows);
  for (double& weight : row_weights) weight = 0.5 + random() % 8 / 4.0;

  constexpr int tasks = 3;
  std::vector<double> y[tasks];
  Weights got[tasks];
  std::vector<LinearTask> list;
  for (int k = 0; k < tasks; ++k) {
    for (int64_t row = 0; row < rows; ++row) {
      const bool one = random() % 2;
      const bool is_class = setting.loss < LinearLoss::squared_error;
      y[k].push_back(!is_class ? random() % 100 / 30.0 : one ? 1 : setting.loss == LinearLoss::log_loss ? 0 : -1);
    }
    got[k] = {std::vector<double>(features), std::vector<double>(features)};
    list.push_back(
        {y[k].data(), nullptr, got[k].w.data(), &got[k].b, got[k].average.data(), &got[k].average_b, 1, 1, 0});
  }
  const auto learner =
      linear_sgd(options_of(setting, features), {stored.data(), dtype, rows, features, row_weights.data()}, list);
  while (learner->epoch()) {
  }

  const std::string name = "loss " + std::to_string(static_cast<int>(setting.loss)) + ", penalty " +
                           std::to_string(static_cast<int>(setting.penalty)) + ", rate " +
                           std::to_string(static_cast<int>(setting.rate)) + ", average " +
                           std::to_string(setting.average) + ", " + std::to_string(features) + " features";
  // The log loss is computed from exp(-p) in another order; a scale or a running average rounds elsewhere.
  const bool same_bits = setting.penalty == LinearPenalty::none && setting.loss != LinearLoss::log_loss;
  for (int k = 0; k < tasks; ++k) {
    const Weights expected = reference(setting, x, y[k], row_weights, features);
    check(close(got[k].w, expected.w, same_bits ? 0 : 1e-11) && close({got[k].b}, {expected.b}, same_bits ? 0 : 1e-11),
          ("weights of plain loops: " + name).c_str());
    if (setting.average > 0) {
      check(close(got[k].average, expected.average, 1e-9) && close({got[k].average_b}, {expected.average_b}, 1e-9),
            ("averages of plain loops: " + name).c_str());
    }
    check(static_cast<int64_t>(learner->history(k).size()) == epochs, ("an entry per epoch: " + name).c_str());
  }
}

void test_settings() {
  for (int loss = 0; loss < linear_loss_count; ++loss) {
    for (const LinearPenalty penalty : {LinearPenalty::none, LinearPenalty::l2}) {
      for (const LearningRate rate : {LearningRate::constant, LearningRate::optimal, LearningRate::invscaling}) {
        if (rate == LearningRate::optimal && !constant_slopes(static_cast<LinearLoss>(loss))) continue;
        for (const int64_t average : {0, 1, 100}) {
          const Setting setting{static_cast<LinearLoss>(loss), penalty, rate, average};
          for (const int64_t features : {1, 5, 90}) {
            test_setting<double>(setting, Dtype::float64, features);
            test_setting<float>(setting, Dtype::float32, features);
            test_setting<uint8_t>(setting, Dtype::uint8, features);
          }
        }
      }
    }
  }
}

void test_errors() {
  const auto fit = [](double value, Dtype dtype) {
    const std::vector<double> x(4, value), y{1, -1};
    Weights got{std::vector<double>(2), {}};
    const LinearTask task{y.data(), nullptr, got.w.data(), &got.b, nullptr, nullptr, 1, 1, 0};
    const Setting setting{LinearLoss::squared_error, LinearPenalty::none, LearningRate::constant, 0};
    try {
      const auto learner = linear_sgd(options_of(setting, 2), {x.data(), dtype, 2, 2, nullptr}, {&task, 1});
      while (learner->epoch()) {
      }
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  check(fit(1, Dtype::float64).empty(), "ordinary rows are learned from");
  check(fit(1e300, Dtype::float64).find("left the range of float64") != std::string::npos,
        "weights that overflow are an error");
  check(fit(1, Dtype::int32).find("rows are float64, float32 or uint8") != std::string::npos,
        "rows of integers are an error");
}

}  // namespace

int main() {
  test_settings();
  test_errors();
  return hebb::test::finish("linear_sgd");
}

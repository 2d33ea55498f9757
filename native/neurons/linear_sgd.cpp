#include "linear_sgd.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "../core/error.h"
#include "linear_rows.h"
#include "xorshift.h"

namespace hebb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest_slope = 1e12;
constexpr double smallest_scale = 1e-9;  // below it the scale is multiplied into the weights
constexpr double smallest_adaptive_rate = 1e-6;

// A weight vector as scale * w, and the average of all its past values as (average + average_a * w) / average_b.
struct Weights {
  std::span<double> w, average;
  double scale = 1, average_a = 0, average_b = 1;
  double squared_norm = 0, l1_norm = 0;  // as of the last add()

  Weights(std::span<double> w, std::span<double> average) : w(w), average(average) {
    for (const double value : w) {
      squared_norm += value * value;
      l1_norm += std::fabs(value);
    }
  }

  void multiply(double factor) {
    scale *= factor;
    squared_norm *= factor * factor;
    l1_norm *= std::fabs(factor);
    if (scale < smallest_scale) fold();
  }

  template <class T>
  void add(const Product<T>& x, double factor) {
    const double step = factor / scale;
    for (size_t j = 0; j < x.length; ++j) w[x.index[j]] += static_cast<double>(x.value[j]) * step;
  }

  void measure() {
    double squares = 0, magnitudes = 0;
    for (const double value : w) {
      squares += value * value;
      magnitudes += std::fabs(value);
    }
    squared_norm = squares * (scale * scale);
    l1_norm = magnitudes * scale;
  }

  template <class T>
  void add_to_average(const Product<T>& x, double factor, double count) {
    const double step = -factor / scale;
    for (size_t j = 0; j < x.length; ++j) average[x.index[j]] += average_a * static_cast<double>(x.value[j]) * step;
    const double share = 1.0 / count;
    if (count > 1) average_b /= 1.0 - share;
    average_a += share * average_b * scale;
  }

  void fold() {
    for (size_t j = 0; j < average.size(); ++j) average[j] = (average[j] + average_a * w[j]) * (1.0 / average_b);
    average_a = 0;
    average_b = 1;
    for (double& value : w) value *= scale;
    scale = 1;
  }

  // Moves each weight towards 0 by what it still owes of the total penalty u, but not across; paid: so far.
  void shrink(double u, std::span<double> paid) {
    for (size_t j = 0; j < w.size(); ++j) {
      const double before = w[j];
      if (scale * before > 0) w[j] = std::max(0.0, before - (u + paid[j]) / scale);
      if (scale * before < 0) w[j] = std::min(0.0, before + (u - paid[j]) / scale);
      paid[j] += scale * (w[j] - before);
    }
  }
};

struct Learner {
  Learner(const LinearTask& task, Weights weights) : task(task), weights(weights) {}

  LinearTask task;
  Weights weights;
  double t = 1, eta = 0, intercept = *task.b, average_intercept = 0;
  double penalty = 0;            // of L1, summed up
  std::vector<double> paid;      // of it, per weight
  std::vector<int32_t> order;    // every row; each epoch permutes it further
  std::vector<int32_t> visited;  // the rows of this epoch, validation rows left out
  std::vector<LinearEpoch> history;
  double loss = 0, objective = 0;  // of this epoch
  int64_t mistakes = 0;
  double best = infinity;  // lowest objective, or negated score
  int64_t stalled = 0;
  bool stopped = false;
};

template <class T>
class Sgd final : public LinearSgd {
 public:
  Sgd(const LinearOptions& options, const LinearRows& rows, std::span<const LinearTask> tasks)
      : options_(options), rows_(rows) {
    if (options_.penalty == LinearPenalty::l2) options_.l1_ratio = 0;
    if (options_.penalty == LinearPenalty::l1) options_.l1_ratio = 1;
    scales_ = options_.penalty == LinearPenalty::l2 || options_.penalty == LinearPenalty::elastic_net;
    shrinks_ = options_.penalty == LinearPenalty::l1 || options_.penalty == LinearPenalty::elastic_net;
    measures_ = options_.penalty != LinearPenalty::none && !options_.early_stopping && options_.tol > -infinity;
    const size_t features = static_cast<size_t>(rows.features);
    for (const LinearTask& task : tasks) {
      const std::span<double> w(task.w, features), average(task.average_w, options.average > 0 ? features : 0);
      Learner& learner = learners_.emplace_back(task, Weights(w, average));
      learner.t = options.first_step;
      learner.eta = options.eta0;
      if (options.average > 0) learner.average_intercept = *task.average_b;
      learner.order.resize(static_cast<size_t>(rows.rows));
      std::iota(learner.order.begin(), learner.order.end(), 0);
      if (shrinks_) learner.paid.assign(features, 0);
    }
  }

  const std::vector<LinearEpoch>& history(size_t task) const override { return learners_[task].history; }

  bool epoch() override {
    if (!packed_) packed_.emplace(static_cast<const T*>(rows_.data), rows_.rows, rows_.features);
    std::vector<Learner*> active;
    for (Learner& learner : learners_) {
      if (!learner.stopped) active.push_back(&learner);
    }
    for (Learner* learner : active) begin(*learner);
    for (size_t i = 0; i < active.size();) {
      const size_t left = active.size() - i;
      if (left >= 4)
        i += visit<4>(&active[i]);
      else if (left == 3)
        i += visit<3>(&active[i]);
      else if (left == 2)
        i += visit<2>(&active[i]);
      else
        i += visit<1>(&active[i]);
    }
    bool more = false;
    for (Learner* learner : active) {
      end(*learner);
      more = more || !learner->stopped;
    }
    return more;
  }

 private:
  void begin(Learner& learner) {
    learner.loss = learner.objective = 0;
    learner.mistakes = 0;
    if (options_.shuffle) shuffle(learner.order, learner.task.seed);
    learner.visited.clear();
    for (const int32_t row : learner.order) {
      if (!learner.task.validation || !learner.task.validation[row]) learner.visited.push_back(row);
    }
  }

  // One epoch of `count` learners in step; their numbers of rows are equal.
  template <int count>
  size_t visit(Learner** learners) {
    const size_t steps = learners[0]->visited.size();
    for (size_t step = 0; step < steps; ++step) {
      Product<T> inputs[count], products[count];
      double sums[count];
      for (int k = 0; k < count; ++k) {
        const size_t row = static_cast<size_t>(learners[k]->visited[step]), start = packed_->start[row];
        sums[k] = 0;
        inputs[k] = products[k] = {packed_->index.data() + start, packed_->value.data() + start,
                                   learners[k]->weights.w.data(), &sums[k], packed_->start[row + 1] - start};
      }
      inner_products<count>(products);
      for (int k = 0; k < count; ++k) learn(*learners[k], learners[k]->visited[step], inputs[k], sums[k]);
    }
    return count;
  }

  double rate(const Learner& learner) const {
    if (options_.rate == LearningRate::optimal) {
      // Bottou's start: the first step is as long as a typical weight, at which no loss has a slope above 1.
      const double typical = std::sqrt(1.0 / std::sqrt(options_.alpha));
      const double start = 1.0 / (typical * options_.alpha);
      return 1.0 / (options_.alpha * (start + learner.t - 1));
    }
    if (options_.rate == LearningRate::invscaling) return options_.eta0 / std::pow(learner.t, options_.power_t);
    return learner.eta;
  }

  void learn(Learner& learner, int32_t row, const Product<T>& x, double sum) {
    Weights& weights = learner.weights;
    const double y = learner.task.y[row], p = sum * weights.scale + learner.intercept;
    const double eta = rate(learner);
    const double loss = linear_loss(options_.loss, y, p, options_.epsilon);
    learner.loss += loss;
    learner.objective += loss;
    if (measures_) {
      const double norm = std::sqrt(weights.squared_norm);
      learner.objective +=
          options_.alpha * ((1 - options_.l1_ratio) * 0.5 * (norm * norm) + options_.l1_ratio * weights.l1_norm);
    }
    const double slope =
        std::clamp(linear_loss_slope(options_.loss, y, p, options_.epsilon), -largest_slope, largest_slope);
    learner.mistakes += is_mistake(y, p, slope);
    double update = -eta * slope;
    update *= (y > 0 ? learner.task.positive_weight : learner.task.negative_weight) *
              (rows_.weights ? rows_.weights[row] : 1);
    if (scales_) weights.multiply(std::max(0.0, 1.0 - (1.0 - options_.l1_ratio) * eta * options_.alpha));
    if (update != 0) {
      weights.add(x, update);
      if (measures_) weights.measure();
      if (options_.fit_intercept) learner.intercept += update;
    }
    if (options_.average > 0 && learner.t >= static_cast<double>(options_.average)) {
      const double count = learner.t - static_cast<double>(options_.average) + 1;
      weights.add_to_average(x, update, count);
      learner.average_intercept += (learner.intercept - learner.average_intercept) / count;
    }
    if (shrinks_) {
      learner.penalty += options_.l1_ratio * eta * options_.alpha;
      weights.shrink(learner.penalty, learner.paid);
    }
    ++learner.t;
  }

  // A class on the wrong side, the boundary included; a regression target that moved the weights.
  bool is_mistake(double y, double p, double slope) const {
    if (options_.loss >= LinearLoss::squared_error) return slope != 0;
    return y > 0 ? p <= 0 : p >= 0;
  }

  void end(Learner& learner) {
    const auto finite = [](double value) { return std::isfinite(value); };
    if (!finite(learner.intercept) || !std::all_of(learner.weights.w.begin(), learner.weights.w.end(), finite)) {
      fail(ErrorCode::argument, "fit: the weights left the range of float64 in epoch ", learner.history.size() + 1,
           "; scale the features (standardScaler) or lower eta0");
    }
    const double count = static_cast<double>(learner.visited.size());
    learner.history.push_back({static_cast<double>(learner.mistakes), learner.loss / count});
    const double reached = options_.early_stopping ? -score(learner) : learner.objective / count;
    const bool stall =
        options_.early_stopping ? -reached < -learner.best + options_.tol : reached > learner.best - options_.tol;
    learner.stalled = options_.tol > -infinity && stall ? learner.stalled + 1 : 0;
    learner.best = std::min(learner.best, reached);
    if (learner.stalled >= options_.patience) {
      if (options_.rate == LearningRate::adaptive && learner.eta > smallest_adaptive_rate) {
        learner.eta /= 5;
        learner.stalled = 0;
      } else {
        learner.stopped = true;
      }
    }
    learner.stopped = learner.stopped || static_cast<int64_t>(learner.history.size()) >= options_.max_epochs;
    if (learner.stopped) finish(learner);
  }

  void finish(Learner& learner) {
    learner.weights.fold();
    *learner.task.b = learner.intercept;
    if (options_.average > 0) *learner.task.average_b = learner.average_intercept;
  }

  // Accuracy, or R2 for a regression, on the rows kept out, by the stored weights without their scale.
  double score(const Learner& learner) const {
    double total = 0, right = 0, sum = 0, squares = 0, residual = 0;
    const auto kept_out = [&](const auto& use) {
      for (int64_t row = 0; row < rows_.rows; ++row) {
        if (learner.task.validation[row]) use(row, learner.task.y[row], rows_.weights ? rows_.weights[row] : 1.0);
      }
    };
    kept_out([&](int64_t, double y, double weight) {
      total += weight;
      sum += weight * y;
    });
    const double mean = sum / total;
    kept_out([&](int64_t row, double y, double weight) {
      const size_t start = packed_->start[static_cast<size_t>(row)];
      double p = 0;
      Product<T> product{packed_->index.data() + start, packed_->value.data() + start, learner.weights.w.data(), &p,
                         packed_->start[static_cast<size_t>(row) + 1] - start};
      inner_products<1>(&product);
      p += learner.intercept;
      right += (p > 0 ? 1.0 : -1.0) == y ? weight : 0;
      residual += weight * (y - p) * (y - p);
      squares += weight * (y - mean) * (y - mean);
    });
    if (options_.loss < LinearLoss::squared_error) return right / total;
    return squares > 0 ? 1 - residual / squares : residual > 0 ? 0 : 1;
  }

  LinearOptions options_;
  LinearRows rows_;
  std::optional<PackedRows<T>> packed_;
  std::vector<Learner> learners_;
  bool scales_, shrinks_, measures_;
};

}  // namespace

std::unique_ptr<LinearSgd> linear_sgd(const LinearOptions& options, const LinearRows& rows,
                                      std::span<const LinearTask> tasks) {
  if (rows.dtype == Dtype::uint8) return std::make_unique<Sgd<uint8_t>>(options, rows, tasks);
  if (rows.dtype == Dtype::float32) return std::make_unique<Sgd<float>>(options, rows, tasks);
  if (rows.dtype == Dtype::float64) return std::make_unique<Sgd<double>>(options, rows, tasks);
  fail(ErrorCode::dtype, "fit: rows are float64, float32 or uint8, got ", rows.dtype);
}

}  // namespace hebb

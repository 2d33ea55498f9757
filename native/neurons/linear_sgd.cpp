#include "linear_sgd.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "../core/error.h"
#include "linear_rows.h"
#include "linear_weights.h"
#include "row_sketch.h"
#include "xorshift.h"

namespace hebb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest_slope = 1e12;
constexpr double smallest_adaptive_rate = 1e-6;

struct Learner {
  Learner(const LinearTask& task, Weights weights) : task(task), weights(std::move(weights)) {}

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

// T and Index hold the values and positions of the rows.
template <class T, class Index>
class Sgd final : public LinearSgd {
 public:
  Sgd(const LinearOptions& options, const LinearRows& rows, std::span<const LinearTask> tasks,
      PackedRows<T, Index> packed)
      : options_(options), rows_(rows), packed_(std::move(packed)) {
    if (options_.penalty == LinearPenalty::l2) options_.l1_ratio = 0;
    if (options_.penalty == LinearPenalty::l1) options_.l1_ratio = 1;
    scales_ = options_.penalty == LinearPenalty::l2 || options_.penalty == LinearPenalty::elastic_net;
    shrinks_ = options_.penalty == LinearPenalty::l1 || options_.penalty == LinearPenalty::elastic_net;
    // Bottou's start: the first step is as long as a typical weight, at which no loss has a slope above 1.
    optimal_start_ = 1.0 / (std::sqrt(1.0 / std::sqrt(options_.alpha)) * options_.alpha);
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
    if (!worth_sketching()) return;
    sketches_.emplace(packed_, rows.features);
    for (Learner& learner : learners_) learner.weights.begin_sketch();
  }

  const std::vector<LinearEpoch>& history(size_t task) const override { return learners_[task].history; }

  bool epoch() override {
    std::vector<Learner*> active, exact;
    for (Learner& learner : learners_) {
      if (!learner.stopped) active.push_back(&learner);
    }
    for (Learner* learner : active) {
      begin(*learner);
      if (learner->weights.sketch)
        visit_sketched(*learner);
      else
        exact.push_back(learner);
    }
    // Groups as equal as can be: ten classes are twice five.
    const size_t groups = (exact.size() + most_chains - 1) / most_chains;
    for (size_t group = 0; group < groups; ++group) {
      const size_t first = exact.size() * group / groups, last = exact.size() * (group + 1) / groups;
      visit(&exact[first], last - first);
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

  static constexpr size_t most_chains = 5;

  void visit(Learner** learners, size_t count) {
    if (count == 5) return visit<5>(learners);
    if (count == 4) return visit<4>(learners);
    if (count == 3) return visit<3>(learners);
    if (count == 2) return visit<2>(learners);
    visit<1>(learners);
  }

  // One epoch of `count` learners, each through its own rows.
  template <int count>
  void visit(Learner** learners) {
    Product<T, Index> products[count];
    size_t steps[count] = {};
    // Begins the next row of learner k; false after the last.
    const auto begin_row = [&](int k) {
      const std::vector<int32_t>& rows = learners[k]->visited;
      if (steps[k] == rows.size()) return false;
      if (steps[k] + 6 < rows.size()) packed_.prefetch_start(rows[steps[k] + 6]);
      if (steps[k] + 3 < rows.size()) {
        packed_.prefetch(rows[steps[k] + 3]);
        __builtin_prefetch(&learners[k]->task.y[rows[steps[k] + 3]]);
      }
      products[k] = {learners[k]->weights.w.data(), packed_.row(rows[steps[k]])};
      return true;
    };
    // Learns from the row that is done and begins the next.
    const auto next_row = [&](int k) {
      const int32_t row = learners[k]->visited[steps[k]];
      learn(*learners[k], row, products[k].sum);
      ++steps[k];
      return begin_row(k);
    };
    bool all = true;
    for (int k = 0; k < count; ++k) all &= begin_row(k);
    while (all) {
      size_t length = products[0].left.length;
      for (int k = 1; k < count; ++k) length = std::min(length, products[k].left.length);
      advance<count>(products, length);
      for (int k = 0; k < count; ++k) {
        while (all && products[k].left.length == 0) all = next_row(k);
      }
    }
    // What is left when the first has no more rows.
    for (int k = 0; k < count; ++k) {
      while (steps[k] < learners[k]->visited.size()) {
        advance<1>(&products[k], products[k].left.length);
        next_row(k);
      }
    }
  }

  // The same epoch, where most sums are not needed.
  void visit_sketched(Learner& learner) {
    const std::vector<int32_t>& rows = learner.visited;
    size_t certain = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i + 8 < rows.size()) sketches_->prefetch_place(rows[i + 8]);
      if (i + 4 < rows.size()) {
        sketches_->prefetch(rows[i + 4]);
        __builtin_prefetch(&learner.task.y[rows[i + 4]]);
      }
      const int32_t row = rows[i];
      if (flat(learner, row)) {
        ++certain;
        step(learner, row, rate(learner), -0.0);
        continue;
      }
      packed_.prefetch(row);
      Product<T, Index> product{learner.weights.w.data(), packed_.row(row)};
      advance<1>(&product, product.left.length);
      learn(learner, row, product.sum);
    }
    if (2 * certain < rows.size()) learner.weights.sketch.reset();
  }

  // Whether loss and slope are certain to be zero. They are on one interval, and what a sum becomes rises with it,
  // roundings included: both ends of its bounds tell.
  bool flat(const Learner& learner, int32_t row) const {
    const Bounds bounds = sketches_->bounds(row, *learner.weights.sketch);
    const double y = learner.task.y[row];
    const auto zero = [&](double sum) {
      const double p = sum * learner.weights.scale + learner.intercept;
      return is_flat(options_.loss, y, p, options_.epsilon);
    };
    return zero(bounds.low) && zero(bounds.high);
  }

  bool worth_sketching() const {
    const double elements = static_cast<double>(rows_.rows) * static_cast<double>(rows_.features);
    return has_flat_part(options_.loss) && !shrinks_ && rows_.features >= 64 && rows_.features <= 65536 &&
           static_cast<double>(packed_.size()) > elements / 16 &&
           static_cast<int64_t>(learners_.size()) * options_.max_epochs >= 8;
  }

  double rate(const Learner& learner) const {
    if (options_.rate == LearningRate::optimal) return 1.0 / (options_.alpha * (optimal_start_ + learner.t - 1));
    if (options_.rate == LearningRate::invscaling) return options_.eta0 / std::pow(learner.t, options_.power_t);
    return learner.eta;
  }

  void learn(Learner& learner, int32_t row, double sum) {
    const double y = learner.task.y[row], p = sum * learner.weights.scale + learner.intercept;
    const double eta = rate(learner);
    const double loss = linear_loss(options_.loss, y, p, options_.epsilon);
    learner.loss += loss;
    learner.objective += loss;
    const double slope =
        std::clamp(linear_loss_slope(options_.loss, y, p, options_.epsilon), -largest_slope, largest_slope);
    learner.mistakes += is_mistake(y, p, slope);
    double update = -eta * slope;
    update *= (y > 0 ? learner.task.positive_weight : learner.task.negative_weight) *
              (rows_.weights ? rows_.weights[row] : 1);
    step(learner, row, eta, update);
  }

  // What follows once it is known by how much the row moves the prediction.
  void step(Learner& learner, int32_t row, double eta, double update) {
    Weights& weights = learner.weights;
    if (measures_) {
      const double norm = std::sqrt(weights.squared_norm);
      learner.objective +=
          options_.alpha * ((1 - options_.l1_ratio) * 0.5 * (norm * norm) + options_.l1_ratio * weights.l1_norm);
    }
    if (scales_) weights.multiply(std::max(0.0, 1.0 - (1.0 - options_.l1_ratio) * eta * options_.alpha));
    if (update != 0) {
      weights.add(packed_.row(row), update);
      if (measures_) weights.measure();
      if (options_.fit_intercept) learner.intercept += update;
    }
    if (options_.average > 0 && learner.t >= static_cast<double>(options_.average)) {
      const double count = learner.t - static_cast<double>(options_.average) + 1;
      weights.add_to_average(packed_.row(row), update, count);
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
      Product<T, Index> product{learner.weights.w.data(), packed_.row(static_cast<int32_t>(row))};
      advance<1>(&product, product.left.length);
      const double p = product.sum + learner.intercept;
      right += (p > 0 ? 1.0 : -1.0) == y ? weight : 0;
      residual += weight * (y - p) * (y - p);
      squares += weight * (y - mean) * (y - mean);
    });
    if (options_.loss < LinearLoss::squared_error) return right / total;
    return squares > 0 ? 1 - residual / squares : residual > 0 ? 0 : 1;
  }

  LinearOptions options_;
  LinearRows rows_;
  PackedRows<T, Index> packed_;
  std::optional<RowSketches> sketches_;
  std::vector<Learner> learners_;
  bool scales_, shrinks_, measures_;
  double optimal_start_;
};

// The learner of rows as T; nothing if some value is not one of T.
template <class T, class Source>
std::unique_ptr<LinearSgd> sgd_of(const LinearOptions& options, const LinearRows& rows,
                                  std::span<const LinearTask> tasks) {
  const auto with_index = [&]<class Index>(Index) -> std::unique_ptr<LinearSgd> {
    auto packed = PackedRows<T, Index>::pack(static_cast<const Source*>(rows.data), rows.rows, rows.features);
    if (!packed) return nullptr;
    return std::make_unique<Sgd<T, Index>>(options, rows, tasks, std::move(*packed));
  };
  return rows.features <= 65536 ? with_index(uint16_t{}) : with_index(uint32_t{});
}

// Kept as the narrowest type that holds every value: pictures are bytes, whatever they come as.
template <class Source>
std::unique_ptr<LinearSgd> narrowest_sgd(const LinearOptions& options, const LinearRows& rows,
                                         std::span<const LinearTask> tasks) {
  if (auto of_bytes = sgd_of<uint8_t, Source>(options, rows, tasks)) return of_bytes;
  if (auto of_floats = sgd_of<float, Source>(options, rows, tasks)) return of_floats;
  return sgd_of<Source, Source>(options, rows, tasks);
}

}  // namespace

std::unique_ptr<LinearSgd> linear_sgd(const LinearOptions& options, const LinearRows& rows,
                                      std::span<const LinearTask> tasks) {
  if (rows.dtype == Dtype::uint8) return sgd_of<uint8_t, uint8_t>(options, rows, tasks);
  if (rows.dtype == Dtype::float32) return narrowest_sgd<float>(options, rows, tasks);
  if (rows.dtype == Dtype::float64) return narrowest_sgd<double>(options, rows, tasks);
  fail(ErrorCode::dtype, "fit: rows are float64, float32 or uint8, got ", rows.dtype);
}

}  // namespace hebb

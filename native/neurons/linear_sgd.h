// Linear learners trained one row at a time: the perceptron, linear SVMs, logistic and robust regression. With
// p = w.x + b and the slope g of the loss at p:
//   w = max(0, 1 - (1 - l1_ratio) eta alpha) w;  w -= eta g x;  b -= eta g;  then the cumulative L1 penalty on w.
// Everything is float64, in scikit-learn's order of operations and without FMA, so that the weights are its weights.
// Several tasks (one per class or output) share the rows; each has its own weights and its own order of the rows.
// Sources: Rosenblatt 1958; Bottou 2012 (Tricks of the trade: scaled weights, averages); Tsuruoka et al. 2009 (L1).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "../core/dtype.h"
#include "loss.h"

namespace hebb {

enum class LinearPenalty : uint8_t { none, l2, l1, elastic_net };
enum class LearningRate : uint8_t { constant, optimal, invscaling, adaptive };

struct LinearOptions {
  LinearLoss loss;
  LinearPenalty penalty;
  LearningRate rate;
  double alpha, l1_ratio, epsilon, eta0, power_t;
  double tol;         // -infinity: never stops before max_epochs
  double first_step;  // t of the first row, 1 in a fresh fit
  int64_t max_epochs;
  int64_t patience;  // epochs without improvement
  int64_t average;   // the step from which weights are averaged; 0: never
  bool fit_intercept, shuffle, early_stopping;
};

// The rows as they come: [rows, features], row-major, of float64, float32 or uint8.
struct LinearRows {
  const void* data;
  Dtype dtype;
  int64_t rows, features;
  const double* weights;  // [rows], or nullptr: all 1
};

// What belongs to one class or output; the arrays are the caller's, w and b are read and written.
struct LinearTask {
  const double* y;            // [rows]
  const uint8_t* validation;  // [rows], 1: kept out of the training; nullptr: none
  double* w;                  // [features]
  double* b;
  double* average_w;  // [features], written if options.average > 0
  double* average_b;
  double positive_weight, negative_weight;
  uint32_t seed;
};

// One epoch of one task: rows on the wrong side (regression: rows that moved the weights) and the mean loss.
struct LinearEpoch {
  double mistakes, loss;
};

class LinearSgd {
 public:
  virtual ~LinearSgd() = default;
  // One epoch of every task that has not stopped; false once all have.
  // Throws ErrorCode::argument when weights leave the range of float64.
  virtual bool epoch() = 0;
  virtual const std::vector<LinearEpoch>& history(size_t task) const = 0;
};

// Goes through all rows, to keep them in a form of its own.
std::unique_ptr<LinearSgd> linear_sgd(const LinearOptions& options, const LinearRows& rows,
                                      std::span<const LinearTask> tasks);

}  // namespace hebb

// The weights of a linear learner, kept so that a decay of all of them costs one multiplication.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "linear_rows.h"
#include "row_sketch.h"

namespace hebb {

constexpr double smallest_scale = 1e-9;  // below it the scale is multiplied into the weights

// A weight vector as scale * w, and the average of all its past values as (average + average_a * w) / average_b.
struct Weights {
  std::span<double> w, average;
  double scale = 1, average_a = 0, average_b = 1;
  double squared_norm = 0, l1_norm = 0;  // as of the last add()
  std::optional<WeightSketch> sketch;    // of w, once begun

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

  template <class T, class Index>
  void add(const RowPart<T, Index>& x, double factor) {
    const double step = factor / scale;
    for (size_t j = 0; j < x.length; ++j) w[x.at[j].index] += static_cast<double>(x.at[j].value) * step;
    if (sketch) sketch->follow(x, w);
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

  template <class T, class Index>
  void add_to_average(const RowPart<T, Index>& x, double factor, double count) {
    const double step = -factor / scale;
    for (size_t j = 0; j < x.length; ++j) {
      average[x.at[j].index] += average_a * static_cast<double>(x.at[j].value) * step;
    }
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
    if (sketch) sketch->read(w);
  }

  void begin_sketch() {
    sketch.emplace(w.size());
    sketch->read(w);
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

}  // namespace hebb

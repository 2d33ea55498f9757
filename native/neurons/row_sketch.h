// Inner products of which only the side of a margin is needed. A loss that is zero on a part of the line (perceptron,
// hinge, epsilon-insensitive) asks for the exact sum only near that part's end and beyond. So each row is also kept as
// bytes and the weights as int16; their inner product is exact in integers, and tells w.x up to a proven bound. Only
// where the bound leaves a doubt is the sum made in its order. An epoch of ten perceptrons on MNIST takes a third of
// the time.
//
// With x = scale*q + r, w = (v + d) / units, |d_j| <= 1/2, the sum in float64 is off from q.v * scale / units by at
// most
//   scale * |q|_1 / 2 / units  (d)  +  |w| |r|  (r)  +  |w| |x| features 2^-53  (roundings of the sum),
// each widened a little for the roundings of the bound itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "../core/large_array.h"
#include "integer_dot.h"
#include "linear_rows.h"

namespace hebb {

// Weights as integers; read() and follow() keep them at what they stand for.
class WeightSketch {
 public:
  explicit WeightSketch(size_t features)
      : limit_(std::min(32767.0, std::floor(2147483647.0 / (127.0 * static_cast<double>(features))))),
        length_(padded_length(features)),
        values_(large_array<int16_t>(length_)),
        features_(features) {}

  void read(std::span<const double> w) {
    double largest = 0;
    for (const double value : w) largest = std::max(largest, std::fabs(value));
    // Room for twice the largest; weights of zero get the finest units, and the first that is not is read anew.
    units_ = largest > 0x1p-400 ? std::ldexp(1.0, std::ilogb(limit_ / 2) - std::ilogb(largest) - 1) : 0x1p400;
    squares_ = 0;
    std::fill_n(values_.get(), length_, int16_t{0});
    finite_ = true;
    for (size_t j = 0; j < features_; ++j) finite_ = set(j, w[j]) && finite_;
    measure();
  }

  // The weights of this row's elements have changed.
  template <class T, class Index>
  void follow(const RowPart<T, Index>& x, std::span<const double> w) {
    bool inside = finite_;
    for (size_t k = 0; k < x.length; ++k) inside = set(x.at[k].index, w[x.at[k].index]) && inside;
    if (!inside) return read(w);
    measure();
  }

  const int16_t* values() const { return values_.get(); }
  double unit() const { return 1 / units_; }
  double norm() const { return norm_; }  // not below that of the weights; infinite if one of them is not finite

 private:
  bool set(size_t j, double weight) {
    const double value = weight * units_;
    const bool inside = std::fabs(value) <= limit_;
    const int64_t before = values_[j], after = inside ? std::lrint(value) : 0;
    squares_ += after * after - before * before;
    values_[j] = static_cast<int16_t>(after);
    return inside;
  }

  void measure() {
    const double values = std::sqrt(static_cast<double>(squares_)),
                 rests = 0.5 * std::sqrt(static_cast<double>(features_));
    norm_ = finite_ ? (values + rests) / units_ : std::numeric_limits<double>::infinity();
  }

  double limit_;  // no sum of products with bytes leaves int32
  size_t length_;
  LargeArray<int16_t> values_;
  size_t features_;
  double units_ = 0x1p400, norm_ = 0;
  int64_t squares_ = 0;
  bool finite_ = true;
};

// An interval that holds a sum.
struct Bounds {
  double low, high;
};

// Rows as bytes, each with a scale of its own, so that large features in one row do not coarsen the others.
class RowSketches {
 public:
  template <class T, class Index>
  RowSketches(const PackedRows<T, Index>& rows, int64_t features) {
    size_t lines = 0;
    places_.reserve(rows.rows());
    for (size_t row = 0; row < rows.rows(); ++row) {
      const RowPart<T, Index> x = rows.row(static_cast<int32_t>(row));
      const size_t from = x.length == 0 ? 0 : x.at[0].index / dot_step;
      const size_t to = x.length == 0 ? 0 : x.at[x.length - 1].index / dot_step + 1;
      places_.push_back({static_cast<uint32_t>(lines), static_cast<uint16_t>(from), static_cast<uint16_t>(to - from)});
      lines += lines_of(places_.back());
    }
    lines_ = large_array<Line>(lines);
    for (size_t row = 0; row < rows.rows(); ++row) write(places_[row], rows.row(static_cast<int32_t>(row)), features);
  }

  // Ask for where a row is, and for the row, before they are needed.
  void prefetch_place(int32_t row) const { __builtin_prefetch(&places_[static_cast<size_t>(row)]); }
  void prefetch(int32_t row) const {
    const Place& place = places_[static_cast<size_t>(row)];
    for (size_t k = 0; k < lines_of(place); ++k) __builtin_prefetch(&lines_[place.line + k]);
  }

  // Where the sum of w.x in float64 lies, made from left to right. So small a margin also tells that no part of it was
  // infinite.
  Bounds bounds(int32_t row, const WeightSketch& w) const {
    const Place& place = places_[static_cast<size_t>(row)];
    const size_t length = place.steps * dot_step;
    const int8_t* q = lines_[place.line].bytes;
    Terms terms;
    std::memcpy(&terms, q + length, sizeof terms);
    const double middle = dot_(q, w.values() + place.from * dot_step, length) * (terms.scale * w.unit());
    const double error = terms.half_l1 * w.unit() + w.norm() * terms.slack + std::fabs(middle) * 0x1p-50;
    const double margin = error * (1 + 0x1p-40) + 1e-300;
    return margin < 1e290 ? Bounds{middle - margin, middle + margin} : Bounds{-infinity, infinity};
  }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  struct alignas(64) Line {
    int8_t bytes[64];
  };
  // Behind the bytes of a row: what the bound needs of it.
  struct Terms {
    double scale, half_l1, slack;
  };

  // Zeros at both ends of a row are left out; from and steps count vectors of the inner product.
  struct Place {
    uint32_t line;
    uint16_t from, steps;
  };
  static size_t lines_of(const Place& place) {
    return (place.steps * dot_step + sizeof(Terms) + sizeof(Line) - 1) / sizeof(Line);
  }

  static constexpr size_t lanes = 4;
  // So many chains side by side, where the order does not matter.
  template <class Use>
  static void by_lanes(size_t count, const Use& use) {
    size_t k = 0;
    for (; k + lanes <= count; k += lanes) {
      for (size_t lane = 0; lane < lanes; ++lane) use(k + lane, lane);
    }
    for (; k < count; ++k) use(k, 0);
  }

  template <class T, class Index>
  void write(const Place& place, const RowPart<T, Index>& x, int64_t features) {
    int8_t* q = lines_[place.line].bytes;
    std::memset(q, 0, lines_of(place) * sizeof(Line));
    double most[lanes] = {}, rest_squares[lanes] = {};
    by_lanes(x.length, [&](size_t k, size_t lane) {
      most[lane] = std::max(most[lane], std::fabs(static_cast<double>(x.at[k].value)));
    });
    const double largest = *std::max_element(most, most + lanes);
    const double scale = largest / 127, inverse = 127 / largest;
    const bool tame = largest > 1e-140 && largest < 1e140;  // no square leaves the range of float64
    int64_t l1 = 0, squares = 0;
    by_lanes(tame ? x.length : 0, [&](size_t k, size_t lane) {
      const double value = static_cast<double>(x.at[k].value);
      const int byte = static_cast<int>(std::lrint(value * inverse));
      const double rest = value - byte * scale;
      q[x.at[k].index - place.from * dot_step] = static_cast<int8_t>(byte);
      l1 += std::abs(byte);
      squares += byte * byte;
      rest_squares[lane] += rest * rest;
    });
    Terms terms{scale, 0.5 * scale * static_cast<double>(l1), infinity};
    const double roundings = static_cast<double>(features + 8) * 0x1p-50;
    const double rest = std::sqrt(std::accumulate(rest_squares, rest_squares + lanes, 0.0)) * (1 + 0x1p-30);
    if (tame) terms.slack = rest + (rest + scale * std::sqrt(static_cast<double>(squares))) * roundings;
    if (x.length == 0) terms.slack = 0;
    std::memcpy(q + place.steps * dot_step, &terms, sizeof terms);
  }

  IntegerDot dot_ = integer_dot();
  std::vector<Place> places_;
  LargeArray<Line> lines_;
};

}  // namespace hebb

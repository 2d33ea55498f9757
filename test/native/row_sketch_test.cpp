#include "../../native/neurons/row_sketch.h"

#include <random>

#include "check.h"

using namespace hebb;
using hebb::test::check;

namespace {

struct Case {
  const char* name;
  double row_size, weight_size;
  bool mixed;  // magnitudes over many powers of two
};

void test_bounds_hold_the_sum() {
  const Case cases[] = {{"bounds hold the sum of ordinary numbers", 1, 1, false},
                        {"bounds hold the sum of mixed magnitudes", 1, 1, true},
                        {"bounds hold the sum of large numbers", 1e120, 1e180, true},
                        {"bounds hold the sum of small numbers", 1e-130, 1e-170, true},
                        {"bounds hold the sum of numbers below all squares", 1e-300, 1, true},
                        {"bounds hold the sum beside an overflow", 1e139, 1e169, false}};
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  for (const auto& [name, row_size, weight_size, mixed] : cases) {
    const auto draw = [&](double size) {
      return std::ldexp(normal(random), mixed ? -static_cast<int>(random() % 40) : 0) * size;
    };
    for (int64_t features : {1, 31, 64, 77, 800, 70000}) {
      constexpr int64_t rows = 20;
      std::vector<double> x(static_cast<size_t>(rows * features)), w(static_cast<size_t>(features));
      for (double& value : x) value = random() % 3 == 0 ? 0 : draw(row_size);
      const auto packed = PackedRows<double, uint32_t>::pack(x.data(), rows, features);
      const RowSketches sketches(*packed, features);
      WeightSketch sketch(w.size());
      sketch.read(w);
      for (int32_t row = 0; row < rows; ++row) {
        // A row's weights change, as in training; now and then all do.
        const auto part = packed->row(row);
        for (size_t k = 0; k < part.length; ++k) w[part.at[k].index] += draw(weight_size);
        sketch.follow(part, w);
        if (row % 7 == 3) {
          for (double& value : w) value = draw(weight_size);
          sketch.read(w);
        }
        for (int32_t other = 0; other < rows; ++other) {
          Product<double, uint32_t> product{w.data(), packed->row(other)};
          advance<1>(&product, product.left.length);
          const Bounds bounds = sketches.bounds(other, sketch);
          check(std::isfinite(product.sum) ? bounds.low <= product.sum && product.sum <= bounds.high
                                           : bounds.low == -INFINITY && bounds.high == INFINITY,
                name);
        }
      }
    }
  }
}

void test_bounds_are_narrow() {
  constexpr int64_t features = 784;
  std::mt19937 random(2);
  std::vector<uint8_t> x(features);
  for (uint8_t& value : x) value = static_cast<uint8_t>(random());
  std::vector<double> w(features);
  for (double& value : w) value = static_cast<double>(random() % 1000) - 500;
  const auto packed = PackedRows<uint8_t, uint16_t>::pack(x.data(), 1, features);
  WeightSketch sketch(w.size());
  sketch.read(w);
  const Bounds bounds = RowSketches(*packed, features).bounds(0, sketch);
  double squares = 0, weight_squares = 0;
  for (size_t j = 0; j < w.size(); ++j) {
    squares += x[j] * x[j];
    weight_squares += w[j] * w[j];
  }
  check(bounds.high - bounds.low < 0.02 * std::sqrt(squares * weight_squares),
        "bounds are narrow beside the largest sum");
}

void test_weights_out_of_range_are_unknown() {
  const std::vector<double> x(64, 1.0);
  const auto packed = PackedRows<double, uint16_t>::pack(x.data(), 1, 64);
  const RowSketches sketches(*packed, 64);
  for (const double wrong : {static_cast<double>(INFINITY), static_cast<double>(NAN)}) {
    std::vector<double> w(64, 1.0);
    WeightSketch sketch(w.size());
    sketch.read(w);
    w[5] = wrong;
    sketch.follow(packed->row(0), w);
    check(sketches.bounds(0, sketch).high == INFINITY, "nothing is known with a weight that is not finite");
    w[5] = 1;
    sketch.follow(packed->row(0), w);
    check(sketches.bounds(0, sketch).high < 65, "the sum is known again when all weights are finite");
  }
}

void test_values_of_a_narrower_type() {
  const std::vector<double> bytes = {0, -0.0, 1, 255}, floats = {0, 0.5, -3, 0x1p100}, wide = {0.1, 0, 0, 0};
  const auto fits_bytes = [](const std::vector<double>& x) {
    return PackedRows<uint8_t, uint16_t>::pack(x.data(), 1, 4).has_value();
  };
  const auto fits_floats = [](const std::vector<double>& x) {
    return PackedRows<float, uint16_t>::pack(x.data(), 1, 4).has_value();
  };
  check(fits_bytes(bytes) && fits_floats(bytes), "whole numbers below 256 are bytes and floats");
  check(!fits_bytes(floats) && fits_floats(floats), "floats are not bytes");
  check(!fits_bytes(wide) && !fits_floats(wide), "a tenth is a double");
  for (const double wrong :
       {256.0, -1.0, 0.5, 1e300, -1e300, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    check(!fits_bytes({0, 0, 0, wrong}), "what is not a byte is seen");
  }
  check(!fits_floats({0, 0, 0, INFINITY}) && !fits_floats({NAN, 0, 0, 0}),
        "what is not finite is no value of any type");
}

}  // namespace

int main() {
  test_bounds_hold_the_sum();
  test_bounds_are_narrow();
  test_weights_out_of_range_are_unknown();
  test_values_of_a_narrower_type();
  return hebb::test::finish("row_sketch_test");
}

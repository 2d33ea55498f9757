// Rows without their zeros: adding w*0 to a sum that began at +0 changes no bit of it, so the products of zeros can be
// left out. And inner products of several tasks at once: one is a chain of additions that each wait for the last; five
// share the processor, each of its own task and row, and who is done takes the next row without waiting for the others.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.h"
#include "../core/large_array.h"

namespace hebb {

// An element that is not zero, in as few bytes as hold it: every task goes through the rows in an order of its own, so
// their way from memory counts.
template <class T, class Index>
struct RowElement {
  Index index;
  T value;
};

// Some elements of a row, by ascending index.
template <class T, class Index>
struct RowPart {
  const RowElement<T, Index>* at;
  size_t length;
};

template <class T, class Index>
class PackedRows {
 public:
  // Nothing if some value is not one of T.
  template <class Source>
  static std::optional<PackedRows> pack(const Source* x, int64_t rows, int64_t features) {
    PackedRows packed;
    packed.rows_.reserve(static_cast<size_t>(rows));
    const size_t width = static_cast<size_t>(features);
    const size_t block = std::min(std::max(block_elements, width), static_cast<size_t>(rows) * width);
    RowElement<T, Index>*next = nullptr, *end = nullptr;
    for (int64_t row = 0; row < rows; ++row, x += features) {
      if (static_cast<size_t>(end - next) < width) {
        next = packed.blocks_.emplace_back(large_array<RowElement<T, Index>>(block)).get();
        end = next + block;
      }
      size_t filled = 0;
      const bool fits = pack_row(x, features, next, filled);
      if (!fits) {
        if constexpr (std::is_same_v<T, Source>) fail_row(x, row, features);
        return std::nullopt;
      }
      packed.rows_.push_back({next, filled});
      packed.size_ += filled;
      next += filled;
    }
    return packed;
  }

  RowPart<T, Index> row(int32_t r) const { return rows_[static_cast<size_t>(r)]; }
  size_t rows() const { return rows_.size(); }
  size_t size() const { return size_; }  // elements of all rows

  // Ask for where a row is, and for the row, before they are needed.
  void prefetch_start(int32_t r) const { __builtin_prefetch(&rows_[static_cast<size_t>(r)]); }
  void prefetch(int32_t r) const {
    const RowPart<T, Index> part = row(r);
    for (size_t k = 0; k < part.length; k += 64 / sizeof *part.at) __builtin_prefetch(part.at + k);
  }

 private:
  static constexpr size_t block_elements = (size_t{1} << 24) / sizeof(RowElement<T, Index>);

  // A value outside of T becomes another one of T.
  template <class To, class Source>
  static To narrow(Source value) {
    if constexpr (std::is_same_v<To, uint8_t> && !std::is_same_v<Source, uint8_t>) {
      return static_cast<uint8_t>(value >= 0 ? std::min(value, Source{255}) : Source{0});
    } else {
      return static_cast<To>(value);
    }
  }

  // The elements that are not zero, and their number; answers whether all are finite and values of T. Runs of zeros are
  // passed over; within other parts which are zero cannot be foreseen, so there is no branch.
  template <class Source>
  static bool pack_row(const Source* x, int64_t features, RowElement<T, Index>* out, size_t& filled) {
    uint64_t wrong = 0;
    const auto put = [&](int64_t j) {
      const T value = narrow<T>(x[j]);
      out[filled] = {static_cast<Index>(j), value};
      filled += magnitude(x[j]) != 0;
      wrong |= bits(static_cast<Source>(static_cast<Source>(value) - x[j]));  // +0 or NaN for a value of T
    };
    constexpr int64_t step = 8;
    int64_t j = 0;
    for (; j + step <= features; j += step) {
      __builtin_prefetch(x + j + 1024);  // the next pages, which the processor does not foresee: a sixth less time
      auto some = magnitude(x[j]);
      for (int64_t k = 1; k < step; ++k) some |= magnitude(x[j + k]);
      for (int64_t k = 0; some != 0 && k < step; ++k) put(j + k);
    }
    for (; j < features; ++j) put(j);
    return wrong == 0;
  }

  static uint8_t bits(uint8_t value) { return value; }
  static uint32_t bits(float value) { return std::bit_cast<uint32_t>(value); }
  static uint64_t bits(double value) { return std::bit_cast<uint64_t>(value); }
  // 0 for 0 and -0.
  static uint8_t magnitude(uint8_t value) { return value; }
  static uint32_t magnitude(float value) { return bits(value) << 1; }
  static uint64_t magnitude(double value) { return bits(value) << 1; }

  template <class Source>
  [[noreturn]] static void fail_row(const Source* x, int64_t row, int64_t features) {
    int64_t j = 0;
    while (j < features - 1 && x[j] - x[j] == 0) ++j;
    fail(ErrorCode::argument, "fit: x is not finite in row ", row, ", feature ", j);
  }

  std::vector<LargeArray<RowElement<T, Index>>> blocks_;
  std::vector<RowPart<T, Index>> rows_;
  size_t size_ = 0;
};

// Inner products under way, left to right, each of its own weights and row.
template <class T, class Index>
struct Product {
  const double* w;
  RowPart<T, Index> left;
  double sum = 0;
};

// Takes `count` products on by `length` elements each.
template <int count, class T, class Index>
void advance(Product<T, Index>* products, size_t length) {
  const RowElement<T, Index>* at[count];
  const double* w[count];
  double sum[count];
  for (int k = 0; k < count; ++k) {
    at[k] = products[k].left.at;
    w[k] = products[k].w;
    sum[k] = products[k].sum;
  }
  for (size_t j = 0; j < length; ++j) {
#pragma GCC unroll 8
    for (int k = 0; k < count; ++k) sum[k] += w[k][at[k][j].index] * static_cast<double>(at[k][j].value);
  }
  for (int k = 0; k < count; ++k) {
    products[k].left = {at[k] + length, products[k].left.length - length};
    products[k].sum = sum[k];
  }
}

}  // namespace hebb

// Rows without their zeros: adding w*0 to a sum that began at +0 changes no bit of it, so the products of zeros can be
// left out. And inner products of several tasks at once: one is a chain of additions that each wait for the last; five
// share the processor, each of its own task and row, and who is done takes the next row without waiting for the others.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.h"

namespace hebb {

// An element that is not zero, in as few bytes as hold it: every task goes through the rows in an order of its own, so
// their way from memory counts.
template <class T, class Index>
struct RowElement {
  Index index;
  T value;
};

// Some elements of a row.
template <class T, class Index>
struct RowPart {
  const RowElement<T, Index>* at;
  size_t length;
};

// Row r has the elements start[r] .. start[r + 1], by ascending index.
template <class T, class Index>
struct PackedRows {
  std::vector<size_t> start;
  std::vector<RowElement<T, Index>> elements;

  template <class Source>
  PackedRows(const Source* x, int64_t rows, int64_t features) {
    size_t filled = 0;
    start.reserve(static_cast<size_t>(rows) + 1);
    start.push_back(0);
    for (int64_t row = 0; row < rows; ++row, x += features) {
      const size_t room = filled + static_cast<size_t>(features);
      if (room > elements.size()) elements.resize(room + room / 2);
      bool finite = true;
      for (int64_t j = 0; j < features; ++j) {  // without branches: which elements are zero cannot be foreseen
        elements[filled] = {static_cast<Index>(j), static_cast<T>(x[j])};
        filled += x[j] != 0;
        finite &= x[j] - x[j] == 0;
      }
      if (!finite) fail_row(x, row, features);
      start.push_back(filled);
    }
    elements.resize(filled);
  }

  RowPart<T, Index> row(int32_t r) const {
    const size_t begin = start[static_cast<size_t>(r)];
    return {elements.data() + begin, start[static_cast<size_t>(r) + 1] - begin};
  }

  // Ask for where a row begins, and for the row, before they are needed.
  void prefetch_start(int32_t r) const { __builtin_prefetch(&start[static_cast<size_t>(r)]); }
  void prefetch(int32_t r) const {
    const RowPart<T, Index> part = row(r);
    for (size_t k = 0; k < part.length; k += 64 / sizeof *part.at) __builtin_prefetch(part.at + k);
  }

 private:
  template <class Source>
  [[noreturn]] static void fail_row(const Source* x, int64_t row, int64_t features) {
    int64_t j = 0;
    while (j < features - 1 && x[j] - x[j] == 0) ++j;
    fail(ErrorCode::argument, "fit: x is not finite in row ", row, ", feature ", j);
  }
};

// Whether every value is one of T.
template <class T, class Source>
bool all_fit(const Source* x, int64_t size) {
  constexpr int64_t block = 4096;  // most data says no in its first numbers
  for (int64_t i = 0; i < size; i += block) {
    bool fit = true;
    for (int64_t k = i; k < size && k < i + block; ++k) {
      if constexpr (std::is_same_v<T, uint8_t>) fit &= x[k] >= 0 && x[k] <= 255;
      if (fit) fit &= static_cast<Source>(static_cast<T>(x[k])) == x[k];
    }
    if (!fit) return false;
  }
  return true;
}

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

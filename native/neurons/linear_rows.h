// Rows without their zeros: adding w*0 to a sum that began at +0 changes no bit of it, so the products of zeros can be
// left out. And inner products of several tasks at once: one is a chain of additions that each wait for the last, four
// chains share the processor. MNIST, where 81 % are zeros, ten classes, five epochs: 2.5 s of processor time in all.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.h"

namespace hebb {

// Row r has the elements start[r] .. start[r + 1] of index (ascending) and value.
template <class T>
struct PackedRows {
  std::vector<size_t> start;
  std::vector<uint32_t> index;
  std::vector<T> value;

  PackedRows(const T* x, int64_t rows, int64_t features) {
    const size_t size = static_cast<size_t>(rows * features);
    size_t filled = 0;
    for (size_t i = 0; i < size; ++i) filled += x[i] != 0;
    start.reserve(static_cast<size_t>(rows) + 1);
    index.reserve(filled);
    value.reserve(filled);
    start.push_back(0);
    for (int64_t row = 0; row < rows; ++row, x += features) {
      for (int64_t j = 0; j < features; ++j) {
        if (x[j] == 0) continue;
        if (!std::isfinite(static_cast<double>(x[j]))) {
          fail(ErrorCode::argument, "fit: x is not finite in row ", row, ", feature ", j);
        }
        index.push_back(static_cast<uint32_t>(j));
        value.push_back(x[j]);
      }
      start.push_back(value.size());
    }
  }
};

// One inner product under way: w.x over `length` elements, left to right.
template <class T>
struct Product {
  const uint32_t* index;
  const T* value;
  const double* w;
  double* sum;
  size_t length;
};

// Finishes `count` products, the shortest last; all have come to element `from`.
template <int count, class T>
void finish_products(Product<T>* products, size_t from) {
  const uint32_t* index[count];
  const T* value[count];
  const double* w[count];
  double sum[count];
  for (int k = 0; k < count; ++k) {
    index[k] = products[k].index;
    value[k] = products[k].value;
    w[k] = products[k].w;
    sum[k] = *products[k].sum;
  }
  const size_t end = products[count - 1].length;
  for (size_t j = from; j < end; ++j) {
    for (int k = 0; k < count; ++k) sum[k] += w[k][index[k][j]] * static_cast<double>(value[k][j]);
  }
  for (int k = 0; k < count; ++k) *products[k].sum = sum[k];
  if constexpr (count > 1) finish_products<count - 1>(products, end);
}

template <int count, class T>
void inner_products(Product<T>* products) {
  for (int i = 1; i < count; ++i) {
    for (int k = i; k > 0 && products[k - 1].length < products[k].length; --k) std::swap(products[k - 1], products[k]);
  }
  finish_products<count>(products, 0);
}

}  // namespace hebb

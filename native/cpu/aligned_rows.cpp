#include "aligned_rows.h"

#include <algorithm>

#include "../program/operands.h"

namespace hebb {

namespace {

constexpr int64_t line_bytes = 64;
constexpr int64_t least_row = 4 * line_bytes, least_matrix = 16 * 1024;  // bytes: smaller ones gain nothing

int64_t row_bytes(const Tensor& matrix) { return matrix.dim(1) * size_of(matrix.dtype()); }

// What reads matrices of any strides at full speed.
bool may_read(Op op) { return op == Op::matmul || op == Op::dense || op == Op::sum; }
bool may_write(Op op) { return op == Op::dense; }

bool would_gain(const Tensor& matrix) {
  const int64_t row = row_bytes(matrix);
  return matrix.contiguous() && row % line_bytes != 0 && row >= least_row && row * matrix.dim(0) >= least_matrix;
}

bool is_transpose(const Tensor& x, const Tensor& matrix) {
  return x.buffer == matrix.buffer && x.offset == matrix.offset && x.dtype() == matrix.dtype() && x.rank() == 2 &&
         x.shape() == Shape{matrix.dim(1), matrix.dim(0)} && x.strides() == Shape{1, matrix.dim(1)};
}

// Whether nothing that shares bytes with the matrix stands in the launch but what can be redirected to a copy.
bool can_redirect(const Launch& call, const Tensor& matrix) {
  const auto fits = [&](const Tensor& x, bool usable) {
    return !meet(x, matrix) || (usable && (same(x, matrix) || is_transpose(x, matrix)));
  };
  return std::ranges::all_of(inputs(call), [&](const Tensor& x) { return fits(x, may_read(call.op)); }) &&
         std::ranges::all_of(outputs(call), [&](const Tensor& x) { return fits(x, may_write(call.op)); });
}

// Whether the first of the launches that touches the matrix only writes it.
bool written_first(const std::vector<Step>& steps, const Tensor& matrix) {
  const auto touches = [&](const Tensor& x) { return meet(x, matrix); };
  for (const Step& step : steps) {
    for (const Launch& call : step) {
      if (std::ranges::any_of(inputs(call), touches)) return false;
      if (std::ranges::any_of(outputs(call), touches)) return true;
    }
  }
  return false;
}

// No multiple of eight lines: rows at multiples of many lines would compete for few sets of a cache.
int64_t stride_of(const Tensor& matrix) {
  const int64_t lines = (row_bytes(matrix) + line_bytes - 1) / line_bytes;
  return (lines % 8 == 0 ? lines + 1 : lines) * line_bytes / size_of(matrix.dtype());
}

void redirect(std::vector<Step>& steps, const Tensor& matrix, OwnCopies& copies) {
  const int64_t rows = matrix.dim(0), columns = matrix.dim(1), stride = stride_of(matrix);
  const Layout* const layout = intern(matrix.dtype(), {rows, columns}, {stride, 1});
  const Layout* const transposed = intern(matrix.dtype(), {columns, rows}, {1, stride});
  Buffer* const buffer = copies.add(matrix, rows * stride * size_of(matrix.dtype()));
  copies.pair(matrix, {buffer, 0, layout}, written_first(steps, matrix));
  const auto replace = [&](Tensor& x) {
    if (meet(x, matrix)) x = {buffer, 0, is_transpose(x, matrix) ? transposed : layout};
  };
  for (Step& step : steps) {
    for (Launch& call : step) {
      for (Tensor& x : inputs(call)) replace(x);
      for (Tensor& x : outputs(call)) replace(x);
    }
  }
}

}  // namespace

void align_rows(std::vector<Step>& steps, const std::vector<Tensor>& but_not, OwnCopies& copies) {
  std::vector<Tensor> found;
  for (const Step& step : steps) {
    for (const Launch& call : step) {
      if (!may_write(call.op) || !would_gain(call.out[0])) continue;
      const auto fits = [&](const Step& other) {
        return std::ranges::all_of(other, [&](const Launch& x) { return can_redirect(x, call.out[0]); });
      };
      const auto known = [&](const Tensor& x) { return same(x, call.out[0]); };
      if (std::ranges::any_of(found, known) || std::ranges::any_of(but_not, known)) continue;
      if (std::ranges::all_of(steps, fits)) found.push_back(call.out[0]);
    }
  }
  for (const Tensor& matrix : found) redirect(steps, matrix, copies);
}

}  // namespace hebb

#include "aligned_rows.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "../ops/dense.h"
#include "../program/operands.h"
#include "threads.h"

namespace hebb {

namespace {

constexpr int64_t line_bytes = 64;
constexpr int64_t least_row = 4 * line_bytes, least_matrix = 16 * 1024;  // bytes: smaller ones gain nothing

int64_t row_bytes(const Tensor& matrix) { return matrix.dim(1) * size_of(matrix.dtype()); }

std::span<const Tensor> inputs(const Launch& call) { return {call.in, static_cast<size_t>(call.in_count)}; }
std::span<const Tensor> outputs(const Launch& call) { return {call.out, static_cast<size_t>(call.out_count)}; }

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

}  // namespace

AlignedRows::AlignedRows(std::vector<Step> steps) : steps_(std::move(steps)) {
  std::vector<Tensor> found;
  for (const Step& step : steps_) {
    for (const Launch& call : step) {
      if (!may_write(call.op) || !would_gain(call.out[0])) continue;
      const auto fits = [&](const Step& other) {
        return std::ranges::all_of(other, [&](const Launch& x) { return can_redirect(x, call.out[0]); });
      };
      const auto known = [&](const Tensor& x) { return same(x, call.out[0]); };
      if (std::ranges::none_of(found, known) && std::ranges::all_of(steps_, fits)) found.push_back(call.out[0]);
    }
  }
  for (const Tensor& matrix : found) redirect(matrix);
}

void AlignedRows::redirect(const Tensor& matrix) {
  const int64_t rows = matrix.dim(0), columns = matrix.dim(1), stride = stride_of(matrix);
  const Layout* const layout = intern(matrix.dtype(), {rows, columns}, {stride, 1});
  const Layout* const transposed = intern(matrix.dtype(), {columns, rows}, {1, stride});
  Copy& copy = copies_.emplace_back();
  copy.matrix = matrix;
  copy.buffer = {nullptr, rows * stride * size_of(matrix.dtype()), matrix.buffer->device};
  copy.made_anew = written_first(steps_, matrix);
  const auto replace = [&](Tensor& x) {
    if (!meet(x, matrix)) return;
    x = {&copy.buffer, 0, is_transpose(x, matrix) ? transposed : layout};
  };
  for (Step& step : steps_) {
    for (Launch& call : step) {
      for (Tensor& x : std::span(call.in, static_cast<size_t>(call.in_count))) replace(x);
      for (Tensor& x : std::span(call.out, static_cast<size_t>(call.out_count))) replace(x);
    }
  }
}

// Calls the function with each row of the matrix and of its copy.
template <class Function>
void AlignedRows::exchange(Copy& copy, const Function& function) {
  constexpr int64_t rows_per_task = 64;
  const int64_t rows = copy.matrix.dim(0), bytes = row_bytes(copy.matrix), stride = copy.buffer.bytes / rows;
  std::byte* const source = copy.matrix.buffer->data + copy.matrix.offset * size_of(copy.matrix.dtype());
  parallel((rows + rows_per_task - 1) / rows_per_task, [&](int64_t task) {
    for (int64_t i = task * rows_per_task; i < std::min(rows, (task + 1) * rows_per_task); ++i) {
      function(source + i * bytes, copy.buffer.data + i * stride, static_cast<size_t>(bytes));
    }
  });
}

void AlignedRows::load() {
  for (Copy& copy : copies_) {
    if (!copy.memory) {
      copy.memory = large_array<std::byte>(static_cast<size_t>(copy.buffer.bytes));
      copy.buffer.data = copy.memory.get();
    }
    if (copy.made_anew) continue;
    exchange(copy, [](std::byte* row, std::byte* aligned, size_t bytes) { std::memcpy(aligned, row, bytes); });
  }
}

void AlignedRows::store() {
  for (Copy& copy : copies_) {
    exchange(copy, [](std::byte* row, const std::byte* aligned, size_t bytes) { std::memcpy(row, aligned, bytes); });
  }
}

}  // namespace hebb

#include "phases.h"

#include <algorithm>

#include "table.h"

namespace hebb::cuda {

namespace {

const PhaseKernel* kernel_of(Phase phase) {
  switch (phase) {
    case Phase::none:
      return nullptr;
    case Phase::scalars:
      return &scalars_phase();
    case Phase::batch:
      return &batch_phase();
    case Phase::head:
      return &head_phase();
    case Phase::update:
      return &update_phase();
  }
  return nullptr;
}

// Whether what the rows' gather would write is read by the batch's own first layer and, by index, by updates alone.
// That nobody reads it after the program is known where an update has been told of the table.
bool rows_unread(const Part& batch, const std::vector<Part>& parts) {
  const Tensor& x = batch.calls[batch.count - 1].in[0];
  bool unread = false;
  for (const Part& part : parts) {
    for (const Launch* call = part.calls; call != part.calls + part.count; ++call) {
      const auto is_x = [&](const Tensor& other) { return other.buffer == x.buffer; };
      if (part.calls == batch.calls || std::none_of(call->in, call->in + call->in_count, is_x)) continue;
      if (part.kernel != &update_phase() || !is_x(call->in[0]) || !reads_by_index(*call)) return false;
      unread = true;
    }
  }
  return unread;
}

}  // namespace

void Part::run() const { kernel ? kernel->run(*this) : table[calls->op](*calls); }

std::vector<Part> parts_of(const Launch* calls, int count) {
  std::vector<Part> parts;
  for (int first = 0, end = 0; first < count; first = end) {
    const PhaseKernel* const kernel = kernel_of(calls[first].phase);
    for (end = first + 1; kernel && end < count && calls[end].phase == calls[first].phase;) ++end;
    const int taken = kernel ? kernel->takes(calls + first, end - first) : 0;
    if (taken > 0) parts.push_back({calls + first, taken, kernel});
    for (int i = first + taken; i < end; ++i) parts.push_back({calls + i, 1, nullptr});
  }
  for (Part& part : parts) {
    if (part.kernel == &batch_phase() && part.calls[part.count - 1].op == Op::dense) {
      part.rows_unread = rows_unread(part, parts);
    }
  }
  return parts;
}

bool readable_by_index(const Tensor& table) {
  if (table.dtype() == Dtype::float32) return true;
  return table.dtype() == Dtype::uint8 && table.dim(2) % 4 == 0 && table.strides()[1] % 4 == 0 &&
         reinterpret_cast<uintptr_t>(table.data<uint8_t>()) % 4 == 0;
}

bool reads_by_index(const Launch& call) {
  constexpr int own = 4;
  return call.op == Op::dense && call.in_count > own && readable_by_index(call.in[own]);
}

}  // namespace hebb::cuda

#include "phases.h"

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

}  // namespace

void Part::run() const { kernel ? kernel->run(calls, count) : table[calls->op](*calls); }

std::vector<Part> parts_of(const Launch* calls, int count) {
  std::vector<Part> parts;
  for (int first = 0, end = 0; first < count; first = end) {
    const PhaseKernel* const kernel = kernel_of(calls[first].phase);
    for (end = first + 1; kernel && end < count && calls[end].phase == calls[first].phase;) ++end;
    if (kernel && kernel->fits(calls + first, end - first)) {
      parts.push_back({calls + first, end - first, kernel});
    } else {
      for (int i = first; i < end; ++i) parts.push_back({calls + i, 1, nullptr});
    }
  }
  return parts;
}

}  // namespace hebb::cuda

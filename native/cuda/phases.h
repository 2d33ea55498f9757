// Which launches of a program one kernel runs: the phases that program/phases.cpp has marked, where the kernel takes
// their shapes. Everything else is a part of its own.
#pragma once

#include <vector>

#include "../core/launch.h"

namespace hebb::cuda {

// A kernel of a phase, in native/ops/phase_<name>.cu.
struct PhaseKernel {
  bool (*fits)(const Launch* calls, int count);
  void (*run)(const Launch* calls, int count);  // queues it on stream()
};

const PhaseKernel& scalars_phase();
const PhaseKernel& batch_phase();
const PhaseKernel& head_phase();
const PhaseKernel& update_phase();

struct Part {
  const Launch* calls;
  int count;
  const PhaseKernel* kernel;  // nullptr: a launch by itself

  void run() const;
};

// All launches, in their order.
std::vector<Part> parts_of(const Launch* calls, int count);

}  // namespace hebb::cuda

// Which launches of a program one kernel runs: the phases that program/phases.cpp has marked, where the kernel takes
// their shapes. Everything else is a part of its own.
#pragma once

#include <vector>

#include "../core/launch.h"

namespace hebb::cuda {

struct Part;

// A kernel of a phase, in native/ops/phase_<name>.cu.
struct PhaseKernel {
  int (*takes)(const Launch* calls, int count);  // how many of them it runs, from the first one on: all, some or none
  void (*run)(const Part& part);                 // queues it on stream()
};

const PhaseKernel& scalars_phase();
const PhaseKernel& batch_phase();
const PhaseKernel& head_phase();
const PhaseKernel& update_phase();

struct Part {
  const Launch* calls;
  int count;
  const PhaseKernel* kernel;  // nullptr: a launch by itself
  bool rows_unread =
      false;  // of a batch with its first layer: nobody reads the layer's input from where it is gathered

  void run() const;
};

// All launches, in their order.
std::vector<Part> parts_of(const Launch* calls, int count);

// Whether phases can read the rows of a table [1, n, columns] where they lie: all of float32, of bytes if four can be
// read at a time.
bool readable_by_index(const Tensor& table);

// Whether the step of a weight reads its rows so: program/phases.cpp adds the table, the indices and, of bytes, the
// scale to the four operands of such a launch.
bool reads_by_index(const Launch& call);

}  // namespace hebb::cuda

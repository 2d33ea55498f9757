// The CPU: memory comes from an allocator that the binding (or a test) installs, kernels run on the calling thread with
// the pool's help.
#pragma once

#include "../core/launch.h"

namespace hebb {

// The kernel table of the best instruction set this processor has, no higher than HEBB_ISA.
struct Isa {
  const char* name;
  const KernelTable* table;
};
const Isa& selected_isa();  // ERR_ARGUMENT when HEBB_ISA names none

struct CpuDevice : Device {
  void launch(const Launch& call) override { kernels()[call.op](call); }
  const KernelTable& kernels() const override { return *selected_isa().table; }
};

}  // namespace hebb

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

struct CpuDevice : Machine {
  std::string name() const override { return "cpu"; }
  void launch(const Launch& call) override { execute(call); }
  void execute(const Launch& call) override { (*selected_isa().table)[call.op](call); }
  std::shared_ptr<std::byte> reserve(int64_t bytes) override;
  bool runs_chains() const override { return true; }
  std::unique_ptr<Prepared> prepare(const std::vector<Step>& steps) override;
  void finish() override {}  // nothing is ever queued
};

}  // namespace hebb

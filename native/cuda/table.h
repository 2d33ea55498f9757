// The CUDA kernels, one per op of the table. An op without its kernel does not link.
#pragma once

#include "../core/launch.h"

namespace hebb::cuda {

#define KERNEL(name) void name##_kernel(const Launch& call);
#include "../ops.def"

extern const KernelTable table;

}  // namespace hebb::cuda

// The CUDA devices of this machine behind the table of core/accelerator.h.
#pragma once

#include "../core/accelerator.h"

namespace hebb::cuda {

const Accelerator& accelerator();

}  // namespace hebb::cuda

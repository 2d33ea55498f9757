#include "table.h"

namespace hebb::cuda {

const KernelTable table = {{
#define KERNEL(name) name##_kernel,
#include "../ops.def"
}};

}  // namespace hebb::cuda

// Every CPU kernel, once per target: included by target_<isa>.cpp inside namespace hebb::<isa>, after its SIMD header.
#include "../ops/matmul/gemm.cpu.h"

namespace {

#include "integers.cpu.h"
#include "elementwise.cpu.h"
#include "../ops/unary.cpu.h"
#include "../ops/binary.cpu.h"
#include "../ops/copy.cpu.h"
#include "../ops/gather.cpu.h"
#include "../ops/where.cpu.h"
#include "../ops/one_hot.cpu.h"
#include "../ops/reduce.cpu.h"
#include "../ops/arg_reduce.cpu.h"
#include "../ops/cumsum.cpu.h"
#include "../ops/sort.cpu.h"
#include "../ops/matmul.cpu.h"
#include "../ops/dense.cpu.h"
#include "../ops/softmax.cpu.h"
#include "../ops/sparsemax.cpu.h"
#include "../ops/cross_entropy.cpu.h"
#include "../ops/optimizer.cpu.h"
#include "../ops/random.cpu.h"

}  // namespace

extern const KernelTable table;
const KernelTable table = {{
#define KERNEL(name) name##_kernel,
#include "../ops.def"
}};

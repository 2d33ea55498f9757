// The CPU kernels for any processor.

#include "kernel_headers.h"

#define HEBB_TARGET_SCALAR

#include "simd_scalar.h"

namespace hebb::scalar {
namespace {
#include "math.h"
}  // namespace
#include "kernels.h"
}  // namespace hebb::scalar

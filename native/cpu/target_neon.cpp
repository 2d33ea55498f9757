// The CPU kernels for neon.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "kernel_headers.h"

#define HEBB_TARGET_NEON

#include "simd_neon.h"

namespace hebb::neon {
namespace {
#include "math.h"
}  // namespace
#include "kernels.h"
}  // namespace hebb::neon
#endif

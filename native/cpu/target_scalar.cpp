// The CPU kernels for any processor.

#include "kernel_headers.h"

#define HEBB_TARGET_SCALAR

#if defined(__aarch64__) && defined(__GNUC__) && !defined(__clang__)
// GCC 12 vectorises the loops over lanes of sin wrongly on this processor: lanes 8 to 11 of 16 get another value. The
// kernels that are meant to be fast here are those of target_neon.cpp.
#pragma GCC optimize("no-tree-loop-vectorize")
#endif

// A vector is sixteen numbers here, not a register: what the compiler does not want to inline stays a call. That takes
// 0.7 MB off the addon and no time.
#include "simd_inline.h"
#undef HEBB_INLINE
#define HEBB_INLINE inline

#include "simd_scalar.h"

namespace hebb::scalar {
namespace {
#include "math.h"
}  // namespace
#include "kernels.h"
}  // namespace hebb::scalar

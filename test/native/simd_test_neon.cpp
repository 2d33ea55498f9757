#include "simd_test.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#include <initializer_list>

#include "../../native/cpu/simd_neon.h"

namespace hebb::neon {
#include "../../native/cpu/math.h"
#include "simd_test_cases.h"
constexpr SimdIsa isa{"neon", cases, primitives};
}  // namespace hebb::neon
const SimdIsa* simd_neon() { return &hebb::neon::isa; }
#else
const SimdIsa* simd_neon() { return nullptr; }
#endif

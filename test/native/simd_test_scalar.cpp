#include "simd_test.h"

#include <initializer_list>

#include "../../native/cpu/simd_scalar.h"

namespace hebb::scalar {
#include "../../native/cpu/math.h"
#include "simd_test_cases.h"
constexpr SimdIsa isa{"scalar", cases, primitives};
}  // namespace hebb::scalar
const SimdIsa* simd_scalar() { return &hebb::scalar::isa; }

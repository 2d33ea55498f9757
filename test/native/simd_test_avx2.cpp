#include "simd_test.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <initializer_list>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif

#include "../../native/cpu/simd_avx2.h"

namespace hebb::avx2 {
#include "../../native/cpu/math.h"
#include "simd_test_cases.h"
constexpr SimdIsa isa{"avx2", cases, primitives};
}  // namespace hebb::avx2

#if defined(__clang__)
#pragma clang attribute pop
#endif
const SimdIsa* simd_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &hebb::avx2::isa : nullptr;
}
#else
const SimdIsa* simd_avx2() { return nullptr; }
#endif

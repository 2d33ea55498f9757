#include "simd_test.h"

#if defined(__x86_64__) && !defined(HEBB_WITHOUT_AVX512)
#include <immintrin.h>

#include <initializer_list>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")
#endif

#include "../../native/cpu/simd_avx512.h"

namespace hebb::avx512 {
#include "../../native/cpu/math.h"
#include "simd_test_cases.h"
constexpr SimdIsa isa{"avx512", cases, primitives};
}  // namespace hebb::avx512

#if defined(__clang__)
#pragma clang attribute pop
#endif
const SimdIsa* simd_avx512() {
  const bool have = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return have ? &hebb::avx512::isa : nullptr;
}
#else
const SimdIsa* simd_avx512() { return nullptr; }
#endif

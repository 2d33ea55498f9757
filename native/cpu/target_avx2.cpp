// The CPU kernels for avx2.
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernel_headers.h"

#define HEBB_TARGET_AVX2

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif

#include "simd_avx2.h"

namespace hebb::avx2 {
namespace {
#include "math.h"
}  // namespace
#include "kernels.h"
}  // namespace hebb::avx2

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif

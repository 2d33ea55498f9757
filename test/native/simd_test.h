// What simd_test.cpp asks of one ISA. simd_test_<isa>.cpp compiles simd_test_cases.h for it.
#pragma once

#include <cstdint>

struct MathCase {
  const char* name;
  void (*float_run)(const float* x, const float* y, float* out, int64_t n);  // n is a multiple of 16
  void (*double_run)(const double* x, const double* y, double* out, int64_t n);
  double low, high;                  // where half of the samples of x lie; the other half is any bits
  double float_bound, double_bound;  // largest error allowed, in units of the last place
};

constexpr int math_case_count = 13;

struct SimdIsa {
  const char* name;
  const MathCase* cases;
  // Every primitive on 48 floats and 24 doubles; writes the results as words and returns how many.
  int64_t (*primitives)(const float* x, const double* u, uint32_t* words);
};

const SimdIsa* simd_scalar();
const SimdIsa* simd_avx2();  // null where the machine lacks it
const SimdIsa* simd_avx512();
const SimdIsa* simd_neon();

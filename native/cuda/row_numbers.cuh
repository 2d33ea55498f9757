// What becomes of the elements of a row: logarithms, exponentials and quotients of these, with the bits of the CPU.
#pragma once

#include "launch.cuh"
#include "simd_cuda.h"

namespace hebb::cuda {
namespace {

// 1 / b for b >= 1 to a unit in the last place or so, without the call that a division has for the rarest operands.
__device__ __forceinline__ float near_reciprocal(float b) {
#if defined(__CUDA_ARCH__)
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(b));
  return lane_fma(lane_fma(-b, y, 1.0f), y, y);
#else
  return 1 / b;
#endif
}
__device__ __forceinline__ double near_reciprocal(double b) {
#if defined(__CUDA_ARCH__)
  double y;
  asm("rcp.approx.ftz.f64 %0, %1;" : "=d"(y) : "d"(b));
  for (int i = 0; i < 3; ++i) y = lane_fma(lane_fma(-b, y, 1.0), y, y);  // from 20 digits
  return y;
#else
  return 1 / b;
#endif
}

// a / b for 0 <= a <= 1 <= b or NaN, rounded as a division; the many quotients by one b share its reciprocal (Markstein
// 1990: the second correction rounds correctly).
template <class T>
struct Quotients {
  T b, reciprocal;
  explicit __device__ __forceinline__ Quotients(T divisor) : b(divisor), reciprocal(near_reciprocal(divisor)) {}
  __device__ __forceinline__ T operator()(T a) const {
    // Remainders of less would lose digits.
    if constexpr (sizeof(T) == 4) {
      if (a < T(0x1p-80) && a > T(0)) return in_double(a);
    } else {
      if (a < T(0x1p-800) && a > T(0)) return a / b;
    }
    return of_large(a);
  }
  // The same for an a that is not as small as that.
  __device__ __forceinline__ T of_large(T a) const {
    const T first = a * reciprocal;
    const T second = lane_fma(lane_fma(-first, b, a), reciprocal, first);
    return lane_fma(lane_fma(-second, b, a), reciprocal, second);
  }

 private:
  // A quotient of floats is no nearer than 2^-49 to the middle between two floats, or exactly there.
  __device__ __forceinline__ float in_double(float a) const {
    const double divisor = b;
    double inverse = reciprocal;
    inverse = lane_fma(lane_fma(-divisor, inverse, 1.0), inverse, inverse);
    inverse = lane_fma(lane_fma(-divisor, inverse, 1.0), inverse, inverse);
    const double quotient = a * inverse;
    return static_cast<float>(lane_fma(lane_fma(-quotient, divisor, static_cast<double>(a)), inverse, quotient));
  }
};

template <class T>
__device__ __forceinline__ T log_number(T x) {
  return log(Vec<T>(x)).v;
}
template <class T>
__device__ __forceinline__ T exp_number(T x) {
  return exp(Vec<T>(x)).v;
}

// exp(x) for x <= 0 and quotients of its values. `NearNumbers`: for x from -55 (double: -550) on, where no result is
// small and all steps for those that are can be left out; the bits are the same.
template <class T>
struct AnyNumbers {
  static __device__ __forceinline__ T exp(T x) { return exp_number(x); }
  static __device__ __forceinline__ T quotient(const Quotients<T>& divided, T a) { return divided(a); }
};
template <class T>
struct NearNumbers {
  static constexpr T least = sizeof(T) == 4 ? T(-55) : T(-550);
  static __device__ __forceinline__ T exp(T x) {
    const ExpParts<T> p = exp_parts(Vec<T>(x));
    const Vec<T> fraction = fma(fma(exp_tail(p.r), p.r, Vec<T>(T(1))), p.r, Vec<T>(T(1)));
    return from_bits(bits(fraction) + (bits(p.shifted) << Real<T>::mantissa)).v;  // n added to the exponent
  }
  static __device__ __forceinline__ T quotient(const Quotients<T>& divided, T a) { return divided.of_large(a); }
};

}  // namespace
}  // namespace hebb::cuda

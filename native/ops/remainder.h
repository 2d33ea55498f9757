// floor_div and mod of floats. Included inside the namespace of a target.

// Python's and NumPy's rules: the quotient is rounded down, the remainder has the divisor's sign.
template <class T>
HEBB_INLINE T float_mod(T a, T b) {
  T remainder = static_cast<T>(__builtin_fmod(a, b));  // exact, also for float operands
  if (remainder == 0) return __builtin_copysign(T(0), b);
  return (remainder < 0) != (b < 0) ? remainder + b : remainder;
}
HEBB_INLINE float mod(float a, float b) { return float_mod(a, b); }
HEBB_INLINE double mod(double a, double b) { return float_mod(a, b); }
template <class T>
HEBB_INLINE T float_floor_div(T a, T b) {
  if (b == 0) return a / b;
  const T quotient = (a - static_cast<T>(__builtin_fmod(a, b))) / b;
  const T remainder = static_cast<T>(__builtin_fmod(a, b));
  const T down = remainder != 0 && ((remainder < 0) != (b < 0)) ? quotient - 1 : quotient;
  return down == 0 ? __builtin_copysign(T(0), a / b) : static_cast<T>(__builtin_floor(down + T(0.5)));
}
HEBB_INLINE float floor_div(float a, float b) { return float_floor_div(a, b); }
HEBB_INLINE double floor_div(double a, double b) { return float_floor_div(a, b); }

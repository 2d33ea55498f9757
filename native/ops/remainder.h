// floor_div and mod of floats. Included inside the namespace of a target.

// a - trunc(a / b) b, exactly. The quotient of two floats below 2^28 differs from a whole number by 2^-24 at least,
// unless it is one, so that no rounding of doubles moves it past one; the product and the difference are exact too
// (one thread, 1 M floats: mod in 18 ms instead of 33).
HEBB_INLINE double float_remainder(double a, double b) { return __builtin_fmod(a, b); }
HEBB_INLINE float float_remainder(float a, float b) {
  const double x = static_cast<double>(a), y = static_cast<double>(b), quotient = x / y;
  const bool small = quotient > -0x1p28 && quotient < 0x1p28 && y - y == 0;
  return static_cast<float>(small ? x - static_cast<double>(static_cast<int32_t>(quotient)) * y : __builtin_fmod(x, y));
}

// Python's and NumPy's rules: the quotient is rounded down, the remainder has the divisor's sign.
template <class T>
HEBB_INLINE T float_mod(T a, T b) {
  T remainder = float_remainder(a, b);
  if (remainder == 0) return __builtin_copysign(T(0), b);
  return remainder + ((remainder < 0) != (b < 0) ? b : T(0));  // no branch that would depend on random signs
}
HEBB_INLINE float mod(float a, float b) { return float_mod(a, b); }
HEBB_INLINE double mod(double a, double b) { return float_mod(a, b); }
template <class T>
HEBB_INLINE T float_floor_div(T a, T b) {
  if (b == 0) return a / b;
  const T remainder = float_remainder(a, b), quotient = (a - remainder) / b;
  const T down = remainder != 0 && ((remainder < 0) != (b < 0)) ? quotient - 1 : quotient;
  return down == 0 ? __builtin_copysign(T(0), a / b) : static_cast<T>(__builtin_floor(down + T(0.5)));
}
HEBB_INLINE float floor_div(float a, float b) { return float_floor_div(a, b); }
HEBB_INLINE double floor_div(double a, double b) { return float_floor_div(a, b); }

// base to a whole, positive power by squaring. Included inside the namespace of a target.

HEBB_INLINE double whole_power(double base, double exponent) {
  double result = 1;
  for (int64_t n = static_cast<int64_t>(exponent); n > 0; n >>= 1) {
    if (n & 1) result *= base;
    base *= base;
  }
  return result;
}

// The functions of vectors for single int32 values, so that one expression serves both. Arithmetic wraps around
// (-fwrapv).

HEBB_INLINE int32_t abs(int32_t x) { return x < 0 ? -x : x; }
HEBB_INLINE int32_t max(int32_t a, int32_t b) { return a > b ? a : b; }
HEBB_INLINE int32_t min(int32_t a, int32_t b) { return a < b ? a : b; }
HEBB_INLINE int32_t select(bool mask, int32_t a, int32_t b) { return mask ? a : b; }

// A negative exponent gives 0 unless the base is 1 or -1.
HEBB_INLINE int32_t pow(int32_t base, int32_t exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
  int32_t result = 1;
  for (int32_t power = base; exponent; exponent >>= 1) {
    if (exponent & 1) result *= power;
    power *= power;
  }
  return result;
}

// Python's and NumPy's rules: the quotient is rounded down, the remainder has the divisor's sign; division by zero
// gives 0.
HEBB_INLINE int32_t floor_div(int32_t a, int32_t b) {
  if (b == 0) return 0;
  if (b == -1) return -a;
  const int32_t quotient = a / b;
  return quotient - ((a % b != 0) && ((a < 0) != (b < 0)));
}
HEBB_INLINE int32_t mod(int32_t a, int32_t b) {
  if (b == 0 || b == -1) return 0;
  const int32_t remainder = a % b;
  return remainder != 0 && ((remainder < 0) != (b < 0)) ? remainder + b : remainder;
}

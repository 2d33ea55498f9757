// ldexp for an ISA without an instruction for it, by multiplications with powers of two; n is a whole number.
// Included by simd_avx2.h and simd_neon.h inside their namespace.

// 2^n for -127 < n < 128 (-1023 < n < 1024): adding 1.5 * 2^23 (2^52) leaves n in the low bits.
HEBB_INLINE F power_of_two(F n) { return from_bits((bits(n + F(12582912.0f)) + I(127)) << 23); }
HEBB_INLINE D power_of_two(D n) { return from_bits((bits(n + D(6755399441055744.0)) + L(1023)) << 52); }

// v * 2^n for 1/2 <= |v| <= 2: halves of n, so that only the second product can be subnormal and rounds.
HEBB_INLINE F ldexp_unit(F v, F n) {
  const F half = round(n * F(0.5f));
  return v * power_of_two(half) * power_of_two(n - half);
}
HEBB_INLINE D ldexp_unit(D v, D n) {
  const D half = round(n * D(0.5));
  return v * power_of_two(half) * power_of_two(n - half);
}

// v * 2^n for any v. Downwards by steps of 2^-102 (2^-969), after which a product that became subnormal has at least
// 24 (53) halvings to come and ends as 0, so nothing is rounded twice.
HEBB_INLINE F ldexp(F v, F n) {
  n = clamp(n, F(-300.0f), F(300.0f));
  const F a = select(n < F(-126.0f), F(-102.0f), clamp(n, F(-126.0f), F(127.0f)));
  n = n - a;
  const F b = select(n < F(-126.0f), F(-102.0f), clamp(n, F(-126.0f), F(127.0f)));
  return v * power_of_two(a) * power_of_two(b) * power_of_two(n - b);
}
HEBB_INLINE D ldexp(D v, D n) {
  n = clamp(n, D(-2200.0), D(2200.0));
  const D a = select(n < D(-1022.0), D(-969.0), clamp(n, D(-1022.0), D(1023.0)));
  n = n - a;
  const D b = select(n < D(-1022.0), D(-969.0), clamp(n, D(-1022.0), D(1023.0)));
  return v * power_of_two(a) * power_of_two(b) * power_of_two(n - b);
}

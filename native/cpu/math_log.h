// log(x) = e ln 2 + log(1 + f) with x = 2^e (1 + f), 2/3 <= 1 + f < 4/3, and log(1 + f) = f - f^2 / 2 + f^3 Q(f).
namespace {

// Q on |f| <= 1/3, relative error of the logarithm below 2^-27 (2^-58)
HEBB_INLINE F log_tail(F f) {
  return poly(f, 0x1.555506p-2f, -0x1.fffef0p-3f, 0x1.99d042p-3f, -0x1.559de6p-3f, 0x1.1ed530p-3f, -0x1.f30dd2p-4f,
              0x1.1e70fcp-3f, -0x1.080e36p-3f);
}
HEBB_INLINE D log_tail(D f) {
  return poly(f, 0x1.5555555555538p-2, -0x1.fffffffffff35p-3, 0x1.99999999a0131p-3, -0x1.5555555565257p-3,
              0x1.24924920b3da8p-3, -0x1.fffffff0f548dp-4, 0x1.c71c740c02d85p-4, -0x1.99999d577550ep-4,
              0x1.745cb5ff67558p-4, -0x1.5554c7dab804ep-4, 0x1.3b1db5207bdf3p-4, -0x1.249f78eba86a7p-4,
              0x1.106990a9d8719p-4, -0x1.fe69594e246a4p-5, 0x1.efbe13144b1d1p-5, -0x1.d6d3fba7f8eb8p-5,
              0x1.561bb29dd7356p-5, -0x1.3a5d0b8998b85p-5, 0x1.5c1c502c49938p-4, -0x1.557f6776fee9dp-4);
}

// x = 2^e m with 2/3 <= m < 4/3, for normal x > 0; power is e where the exponent of a float stands.
template <class T>
struct LogParts {
  Vec<T> e, m;
  Bits<T> power;
};
HEBB_INLINE LogParts<float> log_parts(F x) {
  const I e = (bits(x) - I(Real<float>::two_thirds)) >> 23;
  const I power = e << 23;
  return {to_float(e), from_bits(bits(x) - power), power};
}
HEBB_INLINE LogParts<double> log_parts(D x) {
  const L biased = shift_right_logical(bits(x) + L(Real<double>::one - Real<double>::two_thirds), 52);
  const L power = (biased << 52) - L(Real<double>::one);
  const D e = from_bits(biased | bits(D(0x1p52))) - D(0x1p52 + 1023);
  return {e, from_bits(bits(x) - power), power};
}

// e ln 2 + log(1 + f)
template <class T>
HEBB_INLINE Vec<T> log_sum(Vec<T> e, Vec<T> f) {
  const Vec<T> tail = f * f * fma(log_tail(f), f, Vec<T>(T(-0.5)));
  return fma(e, Vec<T>(Real<T>::ln2), f + fma(e, Vec<T>(Real<T>::ln2_low), tail));
}
// y where 0 < x < infinity; infinity, -infinity or NaN elsewhere
template <class T>
HEBB_INLINE Vec<T> log_domain(Vec<T> x, Vec<T> y) {
  const Vec<T> zero(T(0)), infinity(Real<T>::infinity);
  return select(x > zero, select(x < infinity, y, x), select(x == zero, -infinity, Vec<T>(Real<T>::nan)));
}

template <class T>
HEBB_INLINE Vec<T> log(Vec<T> x) {
  constexpr int step = Real<T>::mantissa;
  constexpr T smallest_normal = step == 23 ? T(0x1p-126) : T(0x1p-1022), scale = step == 23 ? T(0x1p23) : T(0x1p52);
  const Mask<T> subnormal = x < Vec<T>(smallest_normal);
  const LogParts<T> p = log_parts(select(subnormal, x * Vec<T>(scale), x));
  const Vec<T> e = p.e - select(subnormal, Vec<T>(T(step)), Vec<T>(T(0)));
  return log_domain(x, log_sum(e, p.m - Vec<T>(T(1))));
}

// With u = 1 + x rounded to 2^e m, 1 + f = (1 + x) 2^-e exactly: f = x 2^-e + (2^-e - 1) rounded once.
template <class T>
HEBB_INLINE Vec<T> log1p(Vec<T> x) {
  const Vec<T> one(T(1)), u = one + x;
  const LogParts<T> p = log_parts(u);
  const Vec<T> scale = from_bits(Bits<T>(Real<T>::one) - p.power);
  const Vec<T> f = select(x < Vec<T>(T(0x1p60)), fma(x, scale, scale - one), p.m - one);
  return copysign(log_domain(u, log_sum(p.e, f)), x);
}

// max(x, 0) + log(1 + e) with e = exp(-|x|), 1 + e = 2^k (1 + f) for k = 0 or 1
template <class T>
HEBB_INLINE Vec<T> softplus(Vec<T> x) {
  const Vec<T> zero(T(0)), half(T(0.5));
  const Vec<T> e = exp_of_negative(-abs(x));
  const Mask<T> large = e > Vec<T>(T(1.0 / 3));
  const Vec<T> f = select(large, fma(e, half, -half), e), k = select(large, Vec<T>(T(1)), zero);
  return max(x, zero) + log_sum(k, f);
}

}  // namespace

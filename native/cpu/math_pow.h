// pow(x, y) = exp(y log|x|), signed for odd y. The logarithm carries more digits than the result: for float everything
// is done in double, for double log|x| and the product are sums of two doubles.
namespace {

// The cases of C99 and NumPy around y = exp(b log|a|)
template <class T>
HEBB_INLINE Vec<T> pow_signed(Vec<T> a, Vec<T> b, Vec<T> y) {
  const Vec<T> zero(T(0)), one(T(1)), infinity(Real<T>::infinity), half = b * Vec<T>(T(0.5));
  const Mask<T> whole = round(b) == b, odd = whole & (round(half) != half);
  y = select(odd & (copysign(one, a) < zero), -y, y);
  y = select((a < zero) & (a > -infinity) & ~whole, Vec<T>(Real<T>::nan), y);
  return select((a == one) | (b == zero) | ((a == -one) & (abs(b) == infinity)), one, y);
}

// exp(b log a) for a >= 0 to about 2^-34, enough for a float result
HEBB_INLINE D pow_of_float(D a, D b) {
  const LogParts<double> p = log_parts(a);
  const D f = p.m - D(1);
  const D q = poly(f, 0x1.5555553d2ed2fp-2, -0x1.ffffff9133332p-3, 0x1.9999bb546f6f5p-3, -0x1.55558e7590b15p-3,
                   0x1.248a98b02671ep-3, -0x1.ffea8c5b6b9fep-4, 0x1.c8b38b99b7864p-4, -0x1.9b88f62fc09d5p-4,
                   0x1.5f7136af90693p-4, -0x1.3e5c08b48ab35p-4, 0x1.bd93dadb7f372p-4, -0x1.a897b3fa2e6c8p-4);
  const D log_a = log_domain(a, fma(p.e, D(Real<double>::ln2), fma(f * f, fma(q, f, D(-0.5)), f)));
  const ExpParts<double> x = exp_parts(clamp(b * log_a, D(-200.0), D(200.0)));
  const D tail = poly(x.r, 0x1.000000005fe16p-1, 0x1.5555557e73069p-3, 0x1.555554199ac2fp-5, 0x1.1110a13cb6dd5p-7,
                      0x1.6c18d858deaddp-10, 0x1.a1873c4ca8931p-13, 0x1.9e878a443f883p-16);
  return fma(fma(tail, x.r, D(1)), x.r, D(1)) * exp_scale(x.shifted);
}
HEBB_INLINE F pow(F x, F y) {
  const F a = abs(x);
  return pow_signed(x, y, narrow(pow_of_float(widen_low(a), widen_low(y)), pow_of_float(widen_high(a), widen_high(y))));
}

struct Pair {
  D high, low;
};
// log a for finite a > 0 to about 2^-65: with m = (1 + s) / (1 - s), log m = 2 s (1 + z / 3 + z^2 R(z)), z = s^2.
HEBB_INLINE Pair log_pair(D a) {
  const Mask8 subnormal = a < D(0x1p-1022);
  const LogParts<double> p = log_parts(select(subnormal, a * D(0x1p52), a));
  const D e = p.e - select(subnormal, D(52), D(0));
  const D f = p.m - D(1), d = f + D(2), d_low = f - (d - D(2));
  const D s = f / d, s_low = fnma(s, d_low, fnma(s, d, f)) / d;
  const D z = s * s, z_low = fma(s + s, s_low, fma(s, s, -z));
  const D third(0x1.5555555555555p-2), third_low(0x1.5555555555555p-56);
  const D z3 = z * third, z3_low = fma(z, third_low, fma(z_low, third, fma(z, third, -z3)));
  const D series = z * z *
                   poly(z, 0x1.999999999999ap-3, 0x1.2492492492358p-3, 0x1.c71c71c747f96p-4, 0x1.745d172d4c610p-4,
                        0x1.3b13b940c6e38p-4, 0x1.110f738be6d1dp-4, 0x1.e249c0ada241fp-5, 0x1.a7418e216f5bep-5,
                        0x1.da68eb0e910b6p-5);
  const D w = z3 + series, w_low = (z3 - w + series) + z3_low;
  const D twice = s + s, twice_low = s_low + s_low;
  const D v = twice * w, v_low = fma(twice, w_low, fma(twice_low, w, fma(twice, w, -v)));
  const D l = twice + v, l_low = (twice - l + v) + (v_low + twice_low);
  const D whole = e * D(0x1.62e42fefa3800p-1);  // exact: these digits of ln 2 end in 11 zeros
  const D high = whole + l, low = (whole - high + l) + fma(e, D(0x1.ef35793c76730p-45), l_low);
  const D sum = high + low;
  return {sum, high - sum + low};
}
HEBB_INLINE D pow(D x, D y) {
  const D a = abs(x), zero(0.0), infinity(Real<double>::infinity);
  const Pair log_a = log_pair(a);
  const D head = log_domain(a, log_a.high), product = y * head;
  const D bounded = clamp(product, D(Real<double>::exp_low), D(Real<double>::exp_high));
  const D rest =
      select((bounded == product) & (a > zero) & (a < infinity), fma(y, log_a.low, fma(y, head, -product)), zero);
  ExpParts<double> p = exp_parts(bounded);
  p.r = p.r + rest;
  const D power = ldexp_unit(fma(fma(exp_tail(p.r), p.r, D(1)), p.r, D(1)), p.n);
  return pow_signed(x, y, power);
}

}  // namespace

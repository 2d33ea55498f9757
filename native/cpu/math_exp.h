// exp(x) = 2^n exp(r) with n = round(x / ln 2), r = x - n ln 2 in [-0.35, 0.35] by two FMAs (the first is exact), and
// exp(r) = 1 + r + r^2 P(r). expm1, tanh and sigmoid are built from the same parts.
namespace {

template <class V, class C>
HEBB_INLINE V poly(V, C c) {
  return V(c);
}
// c0 + c1 x + c2 x^2 + ... (Horner)
template <class V, class C, class... Rest>
HEBB_INLINE V poly(V x, C c0, Rest... rest) {
  return fma(poly(x, rest...), x, V(c0));
}

template <class T>
struct Real;
template <>
struct Real<float> {
  using Bits = int32_t;
  static constexpr int mantissa = 23;
  static constexpr Bits bias = 127, one = 0x3f800000, two_thirds = 0x3f2aaaab, reciprocal = 0x7ef311c7;
  static constexpr float infinity = __builtin_inff(), nan = __builtin_nanf("");
  static constexpr float round = 12582912.0f;  // adding 1.5 * 2^23 leaves a whole number in the low bits
  static constexpr float log2e = 0x1.715476p+0f, ln2 = 0x1.62e430p-1f, ln2_low = -0x1.05c610p-29f;
  static constexpr float exp_low = -104.0f, exp_high = 89.0f;  // beyond: 0, infinity
  static constexpr float expm1_low = -18.0f;                   // beyond: -1
  static constexpr float tanh_high = 9.1f;                     // beyond: 1
};
template <>
struct Real<double> {
  using Bits = int64_t;
  static constexpr int mantissa = 52;
  static constexpr Bits bias = 1023, one = 0x3ff0000000000000, two_thirds = 0x3fe5555555555555,
                        reciprocal = 0x7fde6238e0000000;
  static constexpr double infinity = __builtin_inf(), nan = __builtin_nan("");
  static constexpr double round = 6755399441055744.0;
  static constexpr double log2e = 0x1.71547652b82fep+0, ln2 = 0x1.62e42fefa39efp-1, ln2_low = 0x1.abc9e3b39803fp-56;
  static constexpr double exp_low = -746.0, exp_high = 710.0;
  static constexpr double expm1_low = -40.0;
  static constexpr double tanh_high = 19.1;
};
template <class T>
using Bits = Vec<typename Real<T>::Bits>;

// P with exp(r) = 1 + r + r^2 P(r), |r| <= 0.3475, relative error of exp below 2^-28 (2^-60)
HEBB_INLINE F exp_tail(F r) {
  return poly(r, 0x1.fffffcp-2f, 0x1.55548ap-3f, 0x1.55584ep-5f, 0x1.123efep-7f, 0x1.6acbc8p-10f);
}
HEBB_INLINE D exp_tail(D r) {
  return poly(r, 0.5, 0x1.555555555555ep-3, 0x1.555555555556fp-5, 0x1.111111110e23cp-7, 0x1.6c16c16c079aep-10,
              0x1.a01a01b751c2cp-13, 0x1.a01a01fdf5784p-16, 0x1.71dde6d2060e4p-19, 0x1.27e40975a2e05p-22,
              0x1.af7bae84e46aep-26, 0x1.20d3e033f4a84p-29);
}

// T with expm1(2 r) / 2 = r + r^2 T(r): the coefficients of P times 2, 4, 8, ...
HEBB_INLINE F tanh_tail(F r) {
  return poly(r, 0x1.fffffcp-1f, 0x1.55548ap-1f, 0x1.55584ep-2f, 0x1.123efep-3f, 0x1.6acbc8p-5f);
}
HEBB_INLINE D tanh_tail(D r) {
  return poly(r, 0x1p+0, 0x1.555555555555ep-1, 0x1.555555555556fp-2, 0x1.111111110e23cp-3, 0x1.6c16c16c079aep-5,
              0x1.a01a01b751c2cp-7, 0x1.a01a01fdf5784p-9, 0x1.71dde6d2060e4p-11, 0x1.27e40975a2e05p-13,
              0x1.af7bae84e46aep-16, 0x1.20d3e033f4a84p-18);
}

// x = n ln 2 + r; the low bits of `shifted` are n.
template <class T>
struct ExpParts {
  Vec<T> shifted, n, r;
};
template <class T>
HEBB_INLINE ExpParts<T> exp_parts(Vec<T> x) {
  using R = Real<T>;
  ExpParts<T> p;
  p.shifted = fma(x, Vec<T>(R::log2e), Vec<T>(R::round));
  p.n = p.shifted - Vec<T>(R::round);
  p.r = fnma(p.n, Vec<T>(R::ln2_low), fnma(p.n, Vec<T>(R::ln2), x));
  return p;
}
// 2^(n + more), while that is a normal number
template <class T>
HEBB_INLINE Vec<T> exp_scale(Vec<T> shifted, int more = 0) {
  return from_bits((bits(shifted) + Bits<T>(Real<T>::bias + more)) << Real<T>::mantissa);
}

// exp for exp_low <= x <= exp_high, or NaN
template <class T>
HEBB_INLINE Vec<T> exp_in_range(Vec<T> x) {
  const ExpParts<T> p = exp_parts(x);
  return ldexp_unit(fma(fma(exp_tail(p.r), p.r, Vec<T>(T(1))), p.r, Vec<T>(T(1))), p.n);
}

template <class T>
HEBB_INLINE Vec<T> exp(Vec<T> x) {
  return exp_in_range(clamp(x, Vec<T>(Real<T>::exp_low), Vec<T>(Real<T>::exp_high)));
}

// exp for x <= 0, or NaN. Below exp_low it is 0, which is not computed: a vector whose numbers underflow takes some 100
// cycles (sigmoid of 1 M numbers beyond +-104: 0.5 ms instead of 6.5).
template <class T>
HEBB_INLINE Vec<T> exp_of_negative(Vec<T> x) {
  const Vec<T> zero(T(0));
  const Mask<T> vanishes = x < Vec<T>(Real<T>::exp_low);
  return select(vanishes, zero, exp_in_range(select(vanishes, zero, x)));
}

// 2^n (exp(r) - 1) + 2^n - 1, computed at half its size so that 2^n does not overflow.
template <class T>
HEBB_INLINE Vec<T> expm1(Vec<T> x) {
  const ExpParts<T> p = exp_parts(clamp(x, Vec<T>(Real<T>::expm1_low), Vec<T>(Real<T>::exp_high)));
  const Vec<T> half_scale = exp_scale(p.shifted, -1), q = fma(p.r * p.r, exp_tail(p.r), p.r);
  const Vec<T> half = fma(half_scale, q, half_scale - Vec<T>(T(0.5)));
  return copysign(half + half, x);
}

// a / (1 + b) for normal d = 1 + b >= 1, as if d were not rounded: the remainder of q = a / d, taken with 1 and b
// apart, is worth a unit in the last place or so, and 1 / d within 12 % is enough to add it: the bits of d reflected
// about those of a constant.
template <class T>
HEBB_INLINE Vec<T> quotient(Vec<T> a, Vec<T> b) {
  const Vec<T> d = Vec<T>(T(1)) + b, q = a / d, reciprocal = from_bits(Bits<T>(Real<T>::reciprocal) - bits(d));
  return fma(fnma(q, b, a - q), reciprocal, q);
}

// u / (1 + u) with u = expm1(2 |x|) / 2 and |x| = n ln 2 / 2 + r. The low digits of ln 2 do not matter: where n is
// large the slope of tanh is small.
template <class T>
HEBB_INLINE Vec<T> tanh(Vec<T> x) {
  using R = Real<T>;
  const Vec<T> half(T(0.5)), a = at_most(abs(x), Vec<T>(R::tanh_high));
  const Vec<T> shifted = fma(a, Vec<T>(2 * R::log2e), Vec<T>(R::round)), n = shifted - Vec<T>(R::round);
  const Vec<T> r = fnma(n, Vec<T>(R::ln2 / 2), a), scale = exp_scale(shifted);
  const Vec<T> u = fma(scale, fma(r * r, tanh_tail(r), r), fma(scale, half, -half));
  return copysign(quotient(u, u), x);
}

// 1 / (1 + e) or e / (1 + e) with e = exp(-|x|)
template <class T>
HEBB_INLINE Vec<T> sigmoid(Vec<T> x) {
  const Vec<T> e = exp_of_negative(-abs(x));
  return quotient(select(x >= Vec<T>(T(0)), Vec<T>(T(1)), e), e);
}

template <class T>
HEBB_INLINE Vec<T> rsqrt(Vec<T> x) {
  return Vec<T>(T(1)) / sqrt(x);
}

}  // namespace

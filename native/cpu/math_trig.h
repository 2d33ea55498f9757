// sin, cos, tan: x = n pi/2 + r + r_low with |r| <= pi/4 (a little more near the limit of the quick reduction), then a
// polynomial in r^2, chosen and signed by n mod 4. Up to `limit` r comes from FMAs with pi/2 in three parts (the first
// is exact); above it from the bits of 2/pi that matter for the exponent of x (Payne and Hanek 1983).
namespace {

template <class T>
struct Turn;
template <>
struct Turn<float> {
  static constexpr float inverse = 0x1.45f306p-1f, limit = 1e5f, tiny = 0x1p-12f;
  static constexpr float half_pi[3] = {0x1.921fb6p+0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f};
};
template <>
struct Turn<double> {
  static constexpr double inverse = 0x1.45f306dc9c883p-1, limit = 1e6, tiny = 0x1p-27;
  static constexpr double half_pi[3] = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};
};

// 64 zero bits, then the binary digits of 2/pi
HEBB_TABLE uint32_t two_over_pi[42] = {
    0,           0,           0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu,
    0xdebbc561u, 0xb7246e3au, 0x424dd2e0u, 0x06492eeau, 0x09d1921cu, 0xfe1deb1cu, 0xb129a73eu, 0xe88235f5u, 0x2ebb4484u,
    0xe99c7026u, 0xb45f7e41u, 0x3991d639u, 0x835339f4u, 0x9c845f8bu, 0xbdf9283bu, 0x1ff897ffu, 0xde05980fu, 0xef2f118bu,
    0x5a0a6d1fu, 0x6d367ecfu, 0x27cb09b7u, 0x4f463f66u, 0x9e5fea2du, 0x7527bac7u, 0xebe5f17bu, 0x3d0739f7u, 0x8a5292eau,
    0x6bfb5fb1u, 0x1f8d5d08u, 0x56033046u, 0xfc7b6babu, 0xf0cfbc20u, 0x9af4361du};

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

HEBB_INLINE uint64_t two_over_pi_bits(int from) {
  const uint32_t* p = two_over_pi + from / 32;
  const Wide three = static_cast<Wide>(p[0]) << 64 | static_cast<Wide>(p[1]) << 32 | p[2];
  return static_cast<uint64_t>(three >> (32 - from % 32));
}

// One finite x >= 2^16: |x| = m 2^e, and of m * 2/pi only 192 bits matter: those that are no multiple of 4, and enough
// below. Their top two bits are n mod 4, the rest is r / (pi/2) as a signed fraction.
HEBB_NOINLINE inline double reduce_large(double x, double* r_low, int* quadrant) {
  const uint64_t word = __builtin_bit_cast(uint64_t, x);
  const uint64_t m = (word & 0xfffffffffffff) | 0x10000000000000;
  const int from = static_cast<int>(word >> 52 & 0x7ff) - 1075 - 2 + 64;
  const Wide low = static_cast<Wide>(m) * two_over_pi_bits(from + 128);
  const Wide middle = static_cast<Wide>(m) * two_over_pi_bits(from + 64) + static_cast<uint64_t>(low >> 64);
  const uint64_t high = m * two_over_pi_bits(from) + static_cast<uint64_t>(middle >> 64);
  const Wide fraction = (static_cast<Wide>(high) << 64 | static_cast<uint64_t>(middle)) << 2;
  const SignedWide rest = static_cast<SignedWide>(fraction | static_cast<uint64_t>(low) >> 62);
  const int n = static_cast<int>(high >> 62) + (rest < 0);
  const double head = static_cast<double>(rest), tail = static_cast<double>(rest - static_cast<SignedWide>(head));
  const double product = head * Turn<double>::half_pi[0];
  const double error = __builtin_fma(head, Turn<double>::half_pi[0], -product);
  const double rest_low = error + head * Turn<double>::half_pi[1] + tail * Turn<double>::half_pi[0];
  const double r = product + rest_low, sign = word >> 63 ? -0x1p-128 : 0x1p-128;
  *quadrant = word >> 63 ? -n : n;
  *r_low = (product - r + rest_low) * sign;
  return r * sign;
}

// n is in the low bits of quadrant.
template <class T>
struct TurnParts {
  Vec<T> r, r_low;
  Bits<T> quadrant;
};
template <class T>
HEBB_NOINLINE void reduce_large_lanes(const T* x, T* r, T* r_low, typename Real<T>::Bits* quadrant) {
  for (int i = 0; i < Vec<T>::lanes; ++i) {
    const T a = x[i] < 0 ? -x[i] : x[i];
    if (!(a > Turn<T>::limit && a < Real<T>::infinity)) continue;
    double low;
    int n;
    const double high = reduce_large(x[i], &low, &n);
    r[i] = static_cast<T>(high);
    r_low[i] = static_cast<T>(high - r[i] + low);
    quadrant[i] = n;
  }
}
template <class T>
HEBB_INLINE TurnParts<T> turn_parts(Vec<T> x) {
  using C = Turn<T>;
  constexpr int lanes = Vec<T>::lanes;
  const Vec<T> shifted = fma(x, Vec<T>(C::inverse), Vec<T>(Real<T>::round)), n = shifted - Vec<T>(Real<T>::round);
  const Vec<T> first = fnma(n, Vec<T>(C::half_pi[0]), x), second = n * Vec<T>(C::half_pi[1]), r = first - second;
  const Vec<T> second_low = fnma(n, Vec<T>(C::half_pi[1]), second);
  const Vec<T> r_low = fnma(n, Vec<T>(C::half_pi[2]), (first - r - second) + second_low);
  TurnParts<T> parts{r, r_low, bits(shifted)};
  if (any(abs(x) > Vec<T>(C::limit))) {
    T xs[lanes], rs[lanes], r_lows[lanes];
    typename Real<T>::Bits quadrants[lanes];
    Vec<T>::store(xs, x);
    Vec<T>::store(rs, parts.r);
    Vec<T>::store(r_lows, parts.r_low);
    Bits<T>::store(quadrants, parts.quadrant);
    reduce_large_lanes<T>(xs, rs, r_lows, quadrants);
    parts = {Vec<T>::load(rs), Vec<T>::load(r_lows), Bits<T>::load(quadrants)};
  }
  return parts;
}

// On s = r^2 <= 0.64: sin r = r + r s S(s), cos r = 1 - s / 2 + s^2 C(s), tan r = r + r s T(s)
HEBB_INLINE F sin_tail(F s) { return poly(s, -0x1.555544p-3f, 0x1.1106b4p-7f, -0x1.99122ep-13f); }
HEBB_INLINE D sin_tail(D s) {
  return poly(s, -0x1.5555555555546p-3, 0x1.111111110f3c5p-7, -0x1.a01a019b74867p-13, 0x1.71de34eb39e0bp-19,
              -0x1.ae5df59077898p-26, 0x1.5d71b70a5a7f3p-33);
}
HEBB_INLINE F cos_tail(F s) { return poly(s, 0x1.55554ap-5f, -0x1.6c0c08p-10f, 0x1.99d83cp-16f); }
HEBB_INLINE D cos_tail(D s) {
  return poly(s, 0x1.5555555555549p-5, -0x1.6c16c16c14b8dp-10, 0x1.a01a019c19241p-16, -0x1.27e4f7992f8d1p-22,
              0x1.1ee99dd59bd7bp-29, -0x1.8f859019964b7p-37);
}
HEBB_INLINE F tan_tail(F s) {
  return poly(s, 0x1.555566p-2f, 0x1.110c10p-3f, 0x1.bb1e82p-5f, 0x1.5a07b4p-6f, 0x1.70b51ep-7f, -0x1.c6a16cp-12f,
              0x1.2f9520p-8f);
}
HEBB_INLINE D tan_tail(D s) {
  return poly(s, 0x1.5555555555567p-2, 0x1.111111110fb7cp-3, 0x1.ba1ba1bb47cfep-5, 0x1.664f4840ae4a0p-6,
              0x1.226e3e04021aap-7, 0x1.d6d2587c2a0bcp-9, 0x1.7db95448efc84p-10, 0x1.347035bd01d1ep-11,
              0x1.01a949f11e78bp-12, 0x1.49b332f4d5b24p-14, 0x1.3f13ec45ae07bp-14, -0x1.334aaa837584dp-15,
              0x1.e3af38f6df702p-15, -0x1.e0fb7be221eb3p-16, 0x1.6914caa2282a6p-17);
}

// sin(r + (n + shift) pi/2)
template <class T>
HEBB_INLINE Vec<T> sin_of_turn(const TurnParts<T>& p, int shift) {
  using B = typename Real<T>::Bits;
  const Vec<T> s = p.r * p.r, sine = p.r + fma(p.r * s, sin_tail(s), p.r_low);
  const Vec<T> cosine = fma(fma(cos_tail(s), s, Vec<T>(T(-0.5))), s, Vec<T>(T(1)));
  const Bits<T> n = p.quadrant + Bits<T>(B(shift));
  const Vec<T> y = select((n & Bits<T>(B(1))) == Bits<T>(B(1)), cosine, sine);
  return from_bits(bits(y) ^ ((n & Bits<T>(B(2))) << (8 * static_cast<int>(sizeof(T)) - 2)));
}
// x itself where it is so small that f(x) rounds to it; keeps the sign of zero.
template <class T>
HEBB_INLINE Vec<T> unless_tiny(Vec<T> x, Vec<T> y) {
  return select(abs(x) < Vec<T>(Turn<T>::tiny), x, y);
}

template <class T>
HEBB_INLINE Vec<T> sin(Vec<T> x) {
  return unless_tiny(x, sin_of_turn(turn_parts(x), 0));
}
template <class T>
HEBB_INLINE Vec<T> cos(Vec<T> x) {
  return sin_of_turn(turn_parts(x), 1);
}
template <class T>
HEBB_INLINE Vec<T> tan(Vec<T> x) {
  using B = typename Real<T>::Bits;
  const TurnParts<T> p = turn_parts(x);
  const Vec<T> s = p.r * p.r, t = p.r + fma(p.r * s, tan_tail(s), p.r_low);
  return unless_tiny(x, select((p.quadrant & Bits<T>(B(1))) == Bits<T>(B(1)), Vec<T>(T(-1)) / t, t));
}

}  // namespace

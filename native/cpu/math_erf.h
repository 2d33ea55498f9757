// erf(x) = x + x P(x^2) for |x| <= 1, else 1 - exp(E(|x| - 1)), where E approximates log(erfc) up to the x where erf
// rounds to 1.
namespace {

HEBB_INLINE F erf_tail(F s) {
  return poly(s, 0x1.06eba8p-3f, -0x1.81273ep-2f, 0x1.ce2ce6p-4f, -0x1.b7f71ap-6f, 0x1.53f224p-8f, -0x1.a3515ep-11f,
              0x1.4771fep-14f);
}
HEBB_INLINE D erf_tail(D s) {
  return poly(s, 0x1.06eba8214db68p-3, -0x1.812746b03799dp-2, 0x1.ce2f21a03f8b6p-4, -0x1.b82ce311a9637p-6,
              0x1.565bcceed4fc9p-8, -0x1.c02daeb5ec6aap-11, 0x1.f9a2969245301p-14, -0x1.f4c82c6a400c4p-17,
              0x1.b96b37cecd336p-20, -0x1.5b8b8139afbe9p-23, 0x1.d3d6075ef2a2bp-27, -0x1.a222fbcec0b47p-31);
}
HEBB_INLINE F log_erfc(F u) {
  return poly(u, -0x1.d97fc0p+0f, -0x1.51c9aap+1f, -0x1.afad34p-1f, -0x1.53f94cp-5f, 0x1.441b02p-7f, -0x1.deb86ep-10f,
              0x1.852e22p-13f);
}
HEBB_INLINE D log_erfc(D u) {
  return poly(u, -0x1.d97fbf27aa2a1p+0, -0x1.51c9b0006c243p+1, -0x1.afabc11a28be5p-1, -0x1.5477f09ccc203p-5,
              0x1.48c9d40bd86dfp-7, -0x1.033f68e586365p-9, 0x1.f1b45bd2c3af9p-13, 0x1.b8cc14b642191p-16,
              -0x1.c7823ec4dbb4ep-16, 0x1.41fe85c4ee2bcp-17, -0x1.129a306d9cd86p-19, 0x1.1ac0b9e7287a0p-23,
              0x1.c018b60c1d308p-24, -0x1.d923dd0d6051dp-25, 0x1.114547bbd486ap-26, -0x1.a93aed216c426p-29,
              0x1.bbec25d3662cdp-32, -0x1.1a4ebcbe400dbp-35, 0x1.4afe039f22652p-40);
}

template <class T>
HEBB_INLINE Vec<T> erf(Vec<T> x) {
  const Vec<T> one(T(1)), a = abs(x);
  const Vec<T> u = clamp(a, one, Vec<T>(T(sizeof(T) == 4 ? 4 : 6))) - one;
  const Vec<T> inner = fma(erf_tail(x * x), x, x);
  return select(a <= one, inner, copysign(one - exp_in_range(log_erfc(u)), x));
}

}  // namespace

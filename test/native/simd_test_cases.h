// The functions under test on one ISA; included inside its namespace and target, after simd_<isa>.h and math.h.

#define MATH_CASE(name)                                                         \
  void name##_floats(const float* x, const float*, float* out, int64_t n) {     \
    for (int64_t i = 0; i < n; i += 16) store(out + i, name(load(x + i)));      \
  }                                                                             \
  void name##_doubles(const double* x, const double*, double* out, int64_t n) { \
    for (int64_t i = 0; i < n; i += 8) store(out + i, name(load(x + i)));       \
  }
namespace {
MATH_CASE(exp)
MATH_CASE(expm1)
MATH_CASE(tanh)
MATH_CASE(sigmoid)
MATH_CASE(log)
MATH_CASE(log1p)
MATH_CASE(softplus)
MATH_CASE(sin)
MATH_CASE(cos)
MATH_CASE(tan)
MATH_CASE(erf)
MATH_CASE(rsqrt)
void pow_floats(const float* x, const float* y, float* out, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) store(out + i, pow(load(x + i), load(y + i)));
}
void pow_doubles(const double* x, const double* y, double* out, int64_t n) {
  for (int64_t i = 0; i < n; i += 8) store(out + i, pow(load(x + i), load(y + i)));
}

#define ROW(name, low, high, float_bound, double_bound) \
  { #name, name##_floats, name##_doubles, low, high, float_bound, double_bound }
constexpr MathCase cases[math_case_count] = {
    ROW(exp, -104, 89, 1.0, 1.0),     ROW(expm1, -20, 89, 2.0, 2.0), ROW(tanh, -10, 10, 2.0, 2.0),
    ROW(sigmoid, -90, 20, 2.0, 2.0),  ROW(log, 0, 8, 1.0, 1.0),      ROW(log1p, -1, 8, 2.0, 2.0),
    ROW(softplus, -90, 20, 2.0, 2.0), ROW(sin, -100, 100, 1.5, 1.5), ROW(cos, -100, 100, 1.5, 1.5),
    ROW(tan, -100, 100, 2.0, 2.0),    ROW(erf, -5, 5, 1.0, 1.0),     ROW(rsqrt, 0, 8, 1.5, 1.5),
    ROW(pow, 0, 20, 0.51, 1.5)};

// Results as 32-bit words; a NaN counts as one value, its payload may differ between ISAs.
struct Words {
  uint32_t* p;
  int64_t n = 0;
  void bytes(const void* source, int64_t size) {
    __builtin_memcpy(p + n, source, static_cast<uint64_t>(size));
    n += size / 4;
  }
  template <class T>
  void raw(Vec<T> v) {
    T lanes[Vec<T>::lanes];
    Vec<T>::store(lanes, v);
    bytes(lanes, sizeof lanes);
  }
  void add(F v) { raw(select(is_nan(v), F(0x1.234p5f), v)); }
  void add(D v) { raw(select(is_nan(v), D(0x1.234p5), v)); }
  void add(I v) { raw(v); }
  void add(L v) { raw(v); }
  template <class M>
  void add_mask(M m, int lanes) {
    uint8_t all_lanes[16] = {}, some[16] = {};
    store_mask(all_lanes, m);
    store_mask_n(some, m, lanes - 3);
    bytes(all_lanes, 16);
    bytes(some, 16);
    p[n++] = static_cast<uint32_t>(any(m) * 2 + all(m));
  }
  void add(Mask16 m) { add_mask(m, 16); }
  void add(Mask8 m) { add_mask(m, 8); }
  void add(float v) { add(F(v)); }
  void add(double v) { add(D(v)); }
  void add(int32_t v) { add(I(v)); }
};

template <class V, class T>
void real_primitives(Words& w, const T* p) {
  const V a = V::load(p), b = V::load(p + V::lanes), c = V::load(p + 2 * V::lanes);
  for (const V v : {a + b,
                    a - b,
                    a * b,
                    a / b,
                    -a,
                    fma(a, b, c),
                    fnma(a, b, c),
                    sqrt(a),
                    abs(a),
                    floor(a),
                    ceil(a),
                    trunc(a),
                    round(a),
                    copysign(a, b),
                    min(a, b),
                    max(a, b),
                    clamp(a, V(T(-2)), V(T(3))),
                    clamp(a, V(T(0)), V(T(3))),
                    select(a < b, a, c),
                    from_bits(bits(a))}) {
    w.add(v);
  }
  w.add(a == b), w.add(a != b), w.add(a < b), w.add(a <= b), w.add(a > b), w.add(a >= b), w.add(is_nan(a));
  w.add((a < b) & (b < c)), w.add((a < b) | (b < c)), w.add(~(a < b));
  w.add(reduce_add(a)), w.add(reduce_max(a)), w.add(reduce_min(a));
  const T reach = sizeof(T) == 4 ? 300 : 2200, unit_reach = sizeof(T) == 4 ? 150 : 1020;
  const V n = select(is_nan(b), V(T(1)), round(clamp(b, V(-reach), V(reach))));
  w.add(ldexp(a, n));
  const V unit = V(T(1)) + select(abs(a) < V(T(1)), abs(a), V(T(0)));
  w.add(ldexp_unit(unit, clamp(n, V(-unit_reach), V(T(sizeof(T) == 4 ? 127 : 1023)))));
}
template <class T>
void partial_access(Words& w, const T* p) {
  for (int n = 0; n <= Vec<T>::lanes; ++n) {
    T lanes[Vec<T>::lanes] = {};
    store_n(lanes, Vec<T>::load(p), n);
    w.add(Vec<T>::load(lanes));
    w.add(load_n(p, n));
  }
}

int64_t primitives(const float* x, const double* u, uint32_t* words) {
  Words w{words};
  real_primitives<F>(w, x);
  real_primitives<D>(w, u);
  const I i = bits(load(x)), j = bits(load(x + 16));
  for (const I v : {i + j, i - j, i * j, -i, i & j, i | j, i ^ j, ~i, i << 5, i >> 7, shift_right_logical(i, 9), abs(i),
                    min(i, j), max(i, j), select(i < j, i, j), to_int(load(x)), iota<int32_t>()}) {
    w.add(v);
  }
  w.add(i == j), w.add(i != j), w.add(i < j), w.add(i <= j), w.add(i > j), w.add(i >= j);
  w.add(reduce_add(i)), w.add(reduce_max(i)), w.add(reduce_min(i)), w.add(to_float(i)), w.add(iota<float>());
  const L k = bits(load(u)), l = bits(load(u + 8));
  for (const L v : {k + l, k - l, k & l, k | l, k ^ l, k << 3, shift_right_logical(k, 11), select(k < l, k, l)})
    w.add(v);
  w.add(k == l), w.add(k < l), w.add(iota<double>());
  w.add(widen_low(load(x))), w.add(widen_high(load(x))), w.add(narrow(load(u), load(u + 8)));
  const auto* byte = reinterpret_cast<const uint8_t*>(x);
  w.add(load_u8(byte));
  for (int n = 0; n <= 16; ++n) w.add(load_u8_n(byte, n));
  partial_access(w, x);
  partial_access(w, u);
  int32_t whole[16];
  store(whole, i);
  partial_access(w, whole);
  alignas(64) float streamed[16];
  stream(streamed, load(x));
  stream_fence();
  w.add(load(streamed));
  return w.n;
}
}  // namespace
#undef ROW
#undef MATH_CASE

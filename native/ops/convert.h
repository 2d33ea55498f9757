// Numbers from one element type to another: float -> integer truncates toward zero and saturates, NaN gives 0. Included
// inside the namespace of a target.

template <class To, class From>
HEBB_EVERYWHERE To convert(From x) {
  if constexpr (__is_same(To, bool)) {
    return x != 0;
  } else if constexpr ((__is_same(From, float) || __is_same(From, double)) &&
                       (__is_same(To, int32_t) || __is_same(To, uint8_t))) {
    constexpr double low = __is_same(To, uint8_t) ? 0.0 : -2147483648.0,
                     high = __is_same(To, uint8_t) ? 255.0 : 2147483647.0;
    const double value = static_cast<double>(x);
    return static_cast<To>(value != value ? 0.0 : value < low ? low : value > high ? high : value);
  } else {
    return static_cast<To>(x);
  }
}

// Calls f with a value of the type that is stored, bool as a byte of 0 or 1: f(float()).
template <class F>
inline void dispatch_stored(Dtype dtype, const F& f) {
  switch (dtype) {
    case Dtype::boolean:
    case Dtype::uint8:
      return f(uint8_t());
    case Dtype::int32:
      return f(int32_t());
    case Dtype::float32:
      return f(float());
    case Dtype::float64:
      return f(double());
  }
}

// The same with a bool of its own.
template <class F>
inline void dispatch(Dtype dtype, const F& f) {
  if (dtype == Dtype::boolean) return f(bool());
  dispatch_stored(dtype, f);
}

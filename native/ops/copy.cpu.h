// fill: out[...] = value. copy: out[...] = in[...] between any layouts and types.

template <class To, class From>
inline To convert(From x) {
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

// Calls f with a value of the element type: f(float()).
template <class F>
inline void dispatch(Dtype dtype, const F& f) {
  switch (dtype) {
    case Dtype::boolean:
      return f(bool());
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

void fill_kernel(const Launch& call) {
  const double value = call.get<FillAttributes>().value;
  dispatch(call.out[0].dtype(), [&](auto type) {
    using T = decltype(type);
    const T element = convert<T>(value);
    T* const data = call.out[0].data<T>();
    for_each_run<1>(collapse(call.out[0], nullptr, 0), [&](const int64_t* offsets, const int64_t* steps, int64_t n) {
      for (int64_t i = 0; i < n; ++i) data[offsets[0] + i * steps[0]] = element;
    });
  });
}

void copy_kernel(const Launch& call) {
  dispatch(call.in[0].dtype(), [&](auto from) {
    using From = decltype(from);
    dispatch(call.out[0].dtype(), [&](auto to) {
      using To = decltype(to);
      map_scalars<From, To, 1>(call, [](From x) { return convert<To>(x); });
    });
  });
}

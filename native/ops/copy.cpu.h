// fill: out[...] = value. copy: out[...] = in[...] between any layouts and types.

#include "convert.h"

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

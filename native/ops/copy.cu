// fill: out[...] = value. copy: out[...] = in[...] between any layouts and types.
#include "copy.h"

#include "../cuda/map.cuh"

namespace hebb::cuda {
namespace {

#include "convert.h"

template <class T>
struct Constant {
  T value;
  __device__ T operator()() const { return value; }
};

template <class To, class From>
struct Convert {
  __device__ To operator()(From x) const { return convert<To>(x); }
};

}  // namespace

void fill_kernel(const Launch& call) {
  const double value = call.get<FillAttributes>().value;
  dispatch(call.out[0].dtype(), [&](auto type) {
    using T = decltype(type);
    map<0, T>(call, Constant<T>{convert<T>(value)});
  });
}

void copy_kernel(const Launch& call) {
  dispatch(call.in[0].dtype(), [&](auto from) {
    using From = decltype(from);
    dispatch(call.out[0].dtype(), [&](auto to) {
      using To = decltype(to);
      map<1, To, From>(call, Convert<To, From>());
    });
  });
}

}  // namespace hebb::cuda

// The optimisers' steps, one pass over a row-major parameter and its slots, with the formulas of optimizer.cpu.h. Rates
// and counters are read on the device, so that a captured step follows them.
#include "optimizer.h"

#include "../cuda/launch.cuh"
#include "../cuda/simd_cuda.h"

namespace hebb::cuda {
namespace {

#include "whole_power.h"

constexpr int step_threads = 256;

template <class T, int width>
__device__ __forceinline__ Pack<T, width> load_pack(const T* p) {
  return *reinterpret_cast<const Pack<T, width>*>(p);
}
template <class T, int width>
__device__ __forceinline__ void store_pack(T* p, const Pack<T, width>& pack) {
  *reinterpret_cast<Pack<T, width>*>(p) = pack;
}

#define EACH_PACK(size)                                                                    \
  for (int64_t i = (int64_t{blockIdx.x} * step_threads + threadIdx.x) * width; i < (size); \
       i += int64_t{gridDim.x} * step_threads * width)

// start(width, blocks): 16 bytes at a time where all the tensors allow it.
template <class T, class Start>
void by_width(int64_t n, std::initializer_list<const void*> data, int64_t most_blocks, const Start& start) {
  constexpr int width = static_cast<int>(16 / sizeof(T));
  bool wide = n % width == 0;
  for (const void* p : data) wide = wide && aligned(p, 16);
  if (wide) {
    start(std::integral_constant<int, width>(), block_count(n, step_threads * width, most_blocks));
  } else {
    start(std::integral_constant<int, 1>(), block_count(n, step_threads, most_blocks));
  }
}

template <class T, int width>
__global__ void __launch_bounds__(step_threads) sgd_elements(int64_t n, T* w, const T* g, const T* rate) {
  const Vec<T> factor(-*rate);
  EACH_PACK(n) {
    auto weights = load_pack<T, width>(w + i);
    const auto gradients = load_pack<T, width>(g + i);
#pragma unroll
    for (int k = 0; k < width; ++k) weights.v[k] = fma(factor, Vec<T>(gradients.v[k]), Vec<T>(weights.v[k])).v;
    store_pack<T, width>(w + i, weights);
  }
}

template <class T>
void sgd_map(const Launch& call) {
  const int64_t n = call.out[0].size();
  if (n == 0) return;
  T* const w = call.out[0].data<T>();
  const T *const g = call.in[1].data<T>(), *const rate = call.in[2].data<T>();
  by_width<T>(n, {w, g}, 1 << 20, [&](auto width, int64_t blocks) {
    submit(sgd_elements<T, width.value>, blocks, step_threads, n, w, g, rate);
  });
}

template <class T, int width>
__global__ void __launch_bounds__(step_threads)
    momentum_elements(int64_t n, T* w, T* v, const T* g, const T* rate_data, T momentum_value, bool nesterov) {
  const Vec<T> rate(*rate_data), momentum(momentum_value);
  EACH_PACK(n) {
    auto weights = load_pack<T, width>(w + i), velocities = load_pack<T, width>(v + i);
    const auto gradients = load_pack<T, width>(g + i);
#pragma unroll
    for (int k = 0; k < width; ++k) {
      const Vec<T> step = rate * Vec<T>(gradients.v[k]);
      const Vec<T> velocity = momentum * Vec<T>(velocities.v[k]) - step;
      velocities.v[k] = velocity.v;
      weights.v[k] = (Vec<T>(weights.v[k]) + (nesterov ? momentum * velocity - step : velocity)).v;
    }
    store_pack<T, width>(v + i, velocities);
    store_pack<T, width>(w + i, weights);
  }
}

template <class T>
void momentum_map(const Launch& call) {
  const auto& attributes = call.get<MomentumAttributes>();
  const int64_t n = call.out[0].size();
  if (n == 0) return;
  T *const w = call.out[0].data<T>(), *const v = call.out[1].data<T>();
  const T *const g = call.in[2].data<T>(), *const rate = call.in[3].data<T>();
  by_width<T>(n, {w, v, g}, 1 << 20, [&](auto width, int64_t blocks) {
    submit(momentum_elements<T, width.value>, blocks, step_threads, n, w, v, g, rate,
           static_cast<T>(attributes.momentum), attributes.nesterov);
  });
}

template <class T>
struct Adam {
  T *w, *m, *v, *largest;  // largest: nullptr without AMSGrad
  const T *g, *rate, *step;
  double beta1, beta2;
  T keep1, keep2, epsilon;
};

template <class T, int width>
__global__ void __launch_bounds__(step_threads) adam_elements(int64_t n, const __grid_constant__ Adam<T> a) {
  __shared__ T shared_alpha;
  if (threadIdx.x == 0) {
    const double step = static_cast<double>(*a.step);
    const double correction = __dsqrt_rn(1 - whole_power(a.beta2, step)) / (1 - whole_power(a.beta1, step));
    shared_alpha = static_cast<T>(static_cast<double>(*a.rate) * correction);
  }
  __syncthreads();
  const Vec<T> alpha(shared_alpha), keep1(a.keep1), keep2(a.keep2), epsilon(a.epsilon);
  EACH_PACK(n) {
    auto weights = load_pack<T, width>(a.w + i), means = load_pack<T, width>(a.m + i),
         squares = load_pack<T, width>(a.v + i);
    const auto gradients = load_pack<T, width>(a.g + i);
    Pack<T, width> divisors;
    if (a.largest) divisors = load_pack<T, width>(a.largest + i);
#pragma unroll
    for (int k = 0; k < width; ++k) {
      const Vec<T> gradient(gradients.v[k]);
      Vec<T> first_moment(means.v[k]), second_moment(squares.v[k]);
      first_moment = fma(gradient - first_moment, keep1, first_moment);
      second_moment = fma(gradient * gradient - second_moment, keep2, second_moment);
      means.v[k] = first_moment.v;
      squares.v[k] = second_moment.v;
      const Vec<T> divisor = a.largest ? max(Vec<T>(divisors.v[k]), second_moment) : second_moment;
      divisors.v[k] = divisor.v;
      weights.v[k] = (Vec<T>(weights.v[k]) - first_moment * alpha / (sqrt(divisor) + epsilon)).v;
    }
    store_pack<T, width>(a.m + i, means);
    store_pack<T, width>(a.v + i, squares);
    if (a.largest) store_pack<T, width>(a.largest + i, divisors);
    store_pack<T, width>(a.w + i, weights);
  }
}

template <class T>
void adam_map(const Launch& call) {
  const auto& attributes = call.get<AdamAttributes>();
  const int64_t n = call.out[0].size();
  if (n == 0) return;
  Adam<T> a;
  a.w = call.out[0].data<T>();
  a.m = call.out[1].data<T>();
  a.v = call.out[2].data<T>();
  a.largest = attributes.amsgrad ? call.out[3].data<T>() : nullptr;
  a.g = call.in[3].data<T>();
  a.rate = call.in[4].data<T>();
  a.step = call.in[5].data<T>();
  a.beta1 = attributes.beta1;
  a.beta2 = attributes.beta2;
  a.keep1 = static_cast<T>(1 - attributes.beta1);
  a.keep2 = static_cast<T>(1 - attributes.beta2);
  a.epsilon = static_cast<T>(attributes.epsilon);
  // The correction costs a block about a microsecond: no more blocks than run at once.
  by_width<T>(n, {a.w, a.m, a.v, a.largest, a.g}, int64_t{8} * current().processors,
              [&](auto width, int64_t blocks) { submit(adam_elements<T, width.value>, blocks, step_threads, n, a); });
}

template <class T>
struct Rmsprop {
  T *w, *s, *velocity, *average;  // the last two may be nullptr
  const T *g, *rate;
  T rho, keep, momentum, epsilon;
};

template <class T, int width>
__global__ void __launch_bounds__(step_threads) rmsprop_elements(int64_t n, const __grid_constant__ Rmsprop<T> a) {
  const Vec<T> rate(*a.rate), rho(a.rho), keep(a.keep), momentum(a.momentum), epsilon(a.epsilon);
  EACH_PACK(n) {
    auto weights = load_pack<T, width>(a.w + i), squares = load_pack<T, width>(a.s + i);
    const auto gradients = load_pack<T, width>(a.g + i);
    Pack<T, width> velocities, means;
    if (a.velocity) velocities = load_pack<T, width>(a.velocity + i);
    if (a.average) means = load_pack<T, width>(a.average + i);
#pragma unroll
    for (int k = 0; k < width; ++k) {
      const Vec<T> gradient(gradients.v[k]);
      const Vec<T> square = rho * Vec<T>(squares.v[k]) + keep * (gradient * gradient);
      squares.v[k] = square.v;
      Vec<T> divisor = square;
      if (a.average) {
        const Vec<T> mean = rho * Vec<T>(means.v[k]) + keep * gradient;
        means.v[k] = mean.v;
        divisor = square - mean * mean;
      }
      Vec<T> step = rate * gradient / sqrt(divisor + epsilon);
      if (a.velocity) {
        step = momentum * Vec<T>(velocities.v[k]) + step;
        velocities.v[k] = step.v;
      }
      weights.v[k] = (Vec<T>(weights.v[k]) - step).v;
    }
    store_pack<T, width>(a.s + i, squares);
    if (a.velocity) store_pack<T, width>(a.velocity + i, velocities);
    if (a.average) store_pack<T, width>(a.average + i, means);
    store_pack<T, width>(a.w + i, weights);
  }
}

template <class T>
void rmsprop_map(const Launch& call) {
  const auto& attributes = call.get<RmspropAttributes>();
  const int64_t n = call.out[0].size();
  if (n == 0) return;
  Rmsprop<T> a;
  a.w = call.out[0].data<T>();
  a.s = call.out[1].data<T>();
  a.velocity = attributes.has_velocity ? call.out[2].data<T>() : nullptr;
  a.average = attributes.centered ? call.out[attributes.has_velocity ? 3 : 2].data<T>() : nullptr;
  a.g = call.in[2].data<T>();
  a.rate = call.in[3].data<T>();
  a.rho = static_cast<T>(attributes.rho);
  a.keep = static_cast<T>(1 - attributes.rho);
  a.momentum = static_cast<T>(attributes.momentum);
  a.epsilon = static_cast<T>(attributes.epsilon);
  by_width<T>(n, {a.w, a.s, a.velocity, a.average, a.g}, 1 << 20, [&](auto width, int64_t blocks) {
    submit(rmsprop_elements<T, width.value>, blocks, step_threads, n, a);
  });
}

#undef EACH_PACK

}  // namespace

void sgd_update_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return sgd_map<float>(call);
  sgd_map<double>(call);
}
void momentum_update_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return momentum_map<float>(call);
  momentum_map<double>(call);
}
void adam_update_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return adam_map<float>(call);
  adam_map<double>(call);
}
void rmsprop_update_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return rmsprop_map<float>(call);
  rmsprop_map<double>(call);
}

}  // namespace hebb::cuda

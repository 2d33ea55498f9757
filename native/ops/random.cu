// The numbers of random.cpu.h, bit by bit: value i of a tensor comes from Philox block i / 4, word i % 4 (a float64
// takes two words), a rejected value from the same block with the next `attempt`. A thread makes the values of a block;
// the state moves on when all have been made.
#include "random.h"

#include "../cuda/simd_cuda.h"
#include "../cuda/sort.cuh"

namespace hebb::cuda {
namespace {

#include "convert.h"

constexpr int draw_threads = 128;
constexpr int single_threads = 512;  // of a block that draws alone

__device__ __forceinline__ RandomState read_state(const uint32_t* words) {
  return {{words[0], words[1]}, uint64_t{words[3]} << 32 | words[2]};
}
__device__ __forceinline__ void advance(uint32_t* words, int64_t blocks) {
  const uint64_t block = read_state(words).block + static_cast<uint64_t>(blocks);
  words[2] = static_cast<uint32_t>(block);
  words[3] = static_cast<uint32_t>(block >> 32);
}
__global__ void advance_state(uint32_t* words, int64_t blocks) { advance(words, blocks); }

// Uniforms in [0, 1).
__device__ __forceinline__ void uniforms(const RandomBlock& words, float* values) {
#pragma unroll
  for (int j = 0; j < 4; ++j) values[j] = static_cast<float>(words.word[j] >> 8) * 0x1p-24f;
}
__device__ __forceinline__ void uniforms(const RandomBlock& words, double* values) {
#pragma unroll
  for (int k = 0; k < 2; ++k) {
    const uint64_t bits = uint64_t{words.word[2 * k]} << 32 | words.word[2 * k + 1];
    values[k] = static_cast<double>(static_cast<int64_t>(bits >> 11)) * 0x1p-53;
  }
}

// Standard normals: the radius from a uniform in (0, 1), the angle from one in [-pi, pi).
__device__ __forceinline__ void normals(const RandomBlock& words, float* values) {
#pragma unroll
  for (int pair = 0; pair < 4; pair += 2) {
    const uint32_t a = words.word[pair];
    const F whole = fma(F(static_cast<float>(a >> 8)), F(256.0f), F(static_cast<float>(a & 255)) + F(0.5f));
    const F radius = sqrt(F(-2.0f) * log(whole * F(0x1p-32f)));
    const F angle = F(static_cast<float>(static_cast<int32_t>(words.word[pair + 1]))) *
                    F(static_cast<float>(3.141592653589793 * 0x1p-31));
    values[pair] = (radius * cos(angle)).v;
    values[pair + 1] = (radius * sin(angle)).v;
  }
}
__device__ __forceinline__ void normals(const RandomBlock& words, double* values) {
  const uint64_t a = uint64_t{words.word[0]} << 32 | words.word[1], b = uint64_t{words.word[2]} << 32 | words.word[3];
  const D first = (static_cast<double>(static_cast<int64_t>(a >> 12)) + 0.5) * 0x1p-52;
  const D second = static_cast<double>(static_cast<int64_t>(b) >> 11);
  const D radius = sqrt(D(-2.0) * log(first)), angle = second * D(3.141592653589793 * 0x1p-52);
  values[0] = (radius * cos(angle)).v;
  values[1] = (radius * sin(angle)).v;
}

template <class T>
constexpr int values_per_block = sizeof(T) == 8 ? 2 : 4;

// A distribution makes the values of a block; those that it rejects are drawn again.
template <class T>
struct Uniform {
  using Value = T;
  static constexpr int per_block = values_per_block<T>;
  T low, width, last;
  __device__ void make(const RandomBlock& words, T* values) const {
    uniforms(words, values);
#pragma unroll
    for (int k = 0; k < per_block; ++k)
      values[k] = min(fma(Vec<T>(values[k]), Vec<T>(width), Vec<T>(low)), Vec<T>(last)).v;
  }
  __device__ bool rejects(T) const { return false; }
};

template <class T>
struct Normal {
  using Value = T;
  static constexpr int per_block = values_per_block<T>;
  T mean, deviation, most;
  __device__ void make(const RandomBlock& words, T* values) const {
    normals(words, values);
#pragma unroll
    for (int k = 0; k < per_block; ++k) {
      const Vec<T> z(values[k]);
      values[k] = select(abs(z) <= Vec<T>(most), fma(z, Vec<T>(deviation), Vec<T>(mean)), Vec<T>(Real<T>::nan)).v;
    }
  }
  __device__ bool rejects(T value) const { return value != value; }
};

struct Integer {
  using Value = int64_t;
  static constexpr int per_block = 4;
  int64_t low;
  uint64_t range, rejected;  // so many of the 2^32 words would favour some numbers
  __device__ void make(const RandomBlock& words, int64_t* values) const {
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const uint64_t product = words.word[k] * range;
      values[k] = static_cast<uint32_t>(product) < rejected ? INT64_MIN : low + static_cast<int64_t>(product >> 32);
    }
  }
  __device__ bool rejects(int64_t value) const { return value == INT64_MIN; }
};

struct Bernoulli {
  using Value = uint8_t;
  static constexpr int per_block = 4;
  uint64_t threshold;
  __device__ void make(const RandomBlock& words, uint8_t* values) const {
#pragma unroll
    for (int k = 0; k < 4; ++k) values[k] = words.word[k] < threshold;
  }
  __device__ bool rejects(uint8_t) const { return false; }
};

template <class Out, class Distribution>
__global__ void __launch_bounds__(single_threads)
    draw_values(int64_t n, const Distribution distribution, uint32_t* state_words, Out* out, bool wide, bool advances) {
  constexpr int per_block = Distribution::per_block;
  using Value = typename Distribution::Value;
  const RandomState state = read_state(state_words);
  const int64_t blocks = (n + per_block - 1) / per_block;
  for (int64_t block = int64_t{blockIdx.x} * blockDim.x + threadIdx.x; block < blocks;
       block += int64_t{gridDim.x} * blockDim.x) {
    const uint64_t counter = state.block + static_cast<uint64_t>(block);
    Value values[per_block], again[per_block];
    distribution.make(random_block(state, counter, 0), values);
    for (uint32_t attempt = 1;; ++attempt) {
      bool any = false;
#pragma unroll
      for (int k = 0; k < per_block; ++k) any |= distribution.rejects(values[k]);
      if (!any) break;
      distribution.make(random_block(state, counter, attempt), again);
#pragma unroll
      for (int k = 0; k < per_block; ++k) values[k] = distribution.rejects(values[k]) ? again[k] : values[k];
    }
    Pack<Out, per_block> pack;
#pragma unroll
    for (int k = 0; k < per_block; ++k) pack.v[k] = static_cast<Out>(values[k]);
    if (wide && (block + 1) * per_block <= n) {
      *reinterpret_cast<Pack<Out, per_block>*>(out + block * per_block) = pack;
      continue;
    }
#pragma unroll
    for (int k = 0; k < per_block; ++k) {
      if (block * per_block + k < n) out[block * per_block + k] = pack.v[k];
    }
  }
  if (!advances) return;
  __syncthreads();
  if (threadIdx.x == 0) advance(state_words, blocks);
}

template <class Out, class Distribution>
void draw(const Launch& call, const Distribution& distribution) {
  const int64_t n = call.out[0].size();
  if (n == 0) return;
  uint32_t* const state = call.out[1].data<uint32_t>();
  const int64_t blocks = (n + Distribution::per_block - 1) / Distribution::per_block;
  // Up to 8192 values are a matter of one block, which then moves the state on by itself: one launch less.
  const bool single = blocks <= 4 * single_threads;
  const int threads = single && blocks > draw_threads ? single_threads : draw_threads;
  Out* const out = call.out[0].data<Out>();
  submit(draw_values<Out, Distribution>, single ? 1 : block_count(blocks, threads), threads, n, distribution, state,
         out, aligned(out, sizeof(Pack<Out, Distribution::per_block>)), single);
  if (!single) submit(advance_state, 1, 1, state, blocks);  // other blocks may still have to read it
}

template <class T>
void uniform_map(const Launch& call) {
  const auto& range = call.get<UniformAttributes>();
  const T low = static_cast<T>(range.low), high = static_cast<T>(range.high);
  draw<T>(call, Uniform<T>{low, high - low, static_cast<T>(range.last)});
}

template <class T>
void normal_map(const Launch& call, double limit) {
  const auto& normal = call.get<NormalAttributes>();
  draw<T>(call, Normal<T>{static_cast<T>(normal.mean), static_cast<T>(normal.deviation), static_cast<T>(limit)});
}

__global__ void draw_keys(int64_t n, const uint32_t* state_words, uint64_t* keys) {
  const RandomState state = read_state(state_words);
  for (int64_t block = int64_t{blockIdx.x} * draw_threads + threadIdx.x; 2 * block < n;
       block += int64_t{gridDim.x} * draw_threads) {
    const RandomBlock words = random_block(state, state.block + static_cast<uint64_t>(block), 0);
    keys[2 * block] = uint64_t{words.word[0]} << 32 | words.word[1];
    if (2 * block + 1 < n) keys[2 * block + 1] = uint64_t{words.word[2]} << 32 | words.word[3];
  }
}

}  // namespace

void random_uniform_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return uniform_map<float>(call);
  uniform_map<double>(call);
}

void random_normal_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return normal_map<float>(call, __builtin_inf());
  normal_map<double>(call, __builtin_inf());
}

void random_truncated_normal_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return normal_map<float>(call, 2);
  normal_map<double>(call, 2);
}

void random_int_kernel(const Launch& call) {
  const auto& attributes = call.get<IntegerAttributes>();
  const Integer integer{attributes.low, attributes.range, (uint64_t{1} << 32) % attributes.range};
  if (call.out[0].dtype() == Dtype::uint8) return draw<uint8_t>(call, integer);
  draw<int32_t>(call, integer);
}

void random_bernoulli_kernel(const Launch& call) {
  const Bernoulli bernoulli{call.get<BernoulliAttributes>().threshold};
  dispatch(call.out[0].dtype(), [&](auto type) { draw<decltype(type)>(call, bernoulli); });
}

// Sorts 0 ... n - 1 by 64 random bits each. The third output is working memory, int32 [2, n, 3].
void random_permutation_kernel(const Launch& call) {
  const int64_t n = call.out[0].size();
  if (n == 0) return;
  uint32_t* const state = call.out[1].data<uint32_t>();
  auto* const keys = reinterpret_cast<uint64_t*>(scratch(n * 8));
  submit(draw_keys, block_count((n + 1) / 2, draw_threads), draw_threads, n, static_cast<const uint32_t*>(state), keys);
  sort_rows<false>(int64_t{1}, n, static_cast<const uint64_t*>(keys), call.out[0].data<int32_t>(),
                   call.out[2].data<int32_t>());
  submit(advance_state, 1, 1, state, (n + 1) / 2);
}

}  // namespace hebb::cuda

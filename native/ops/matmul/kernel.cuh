// What the kernels of the matrix product share: where a matrix of the batch begins, the order of the tiles, and what
// is done with a finished sum.
#pragma once

#include "gemm.cuh"

namespace hebb::cuda {

struct BatchOffsets {
  int64_t a = 0, b = 0;
};

inline __device__ BatchOffsets offsets_of(const Batch& batch, int64_t index) {
  BatchOffsets offsets;
  for (int axis = 0; axis < batch.rank; ++axis) {
    const int64_t i = index % batch.dims[axis];
    index /= batch.dims[axis];
    offsets.a += i * batch.a[axis];
    offsets.b += i * batch.b[axis];
  }
  return offsets;
}

struct TileIndex {
  unsigned m, n;
};

// Blocks that run side by side share rows of A and columns of B in the cache: bands of 8 tiles, walked along n.
// (Indices of blocks are of 32 bits: a division of 64 would take as long as a small product.)
inline __host__ __device__ TileIndex tile_at(unsigned index, unsigned tiles_m, unsigned tiles_n) {
  constexpr unsigned band = 8;
  const unsigned first = index / (band * tiles_n) * band, inside = index % (band * tiles_n);
  const unsigned rows = tiles_m - first < band ? tiles_m - first : band;
  return {first + inside % rows, inside / rows};
}

template <class T>
inline __device__ T alpha_of(const BatchedGemm<T>& g) {
  return g.rate ? -*g.rate : g.alpha;
}

// The element of C from its sum, as gemm.h says; `old` is what C held (any value when beta is 0).
template <class T>
inline __device__ T finish(const BatchedGemm<T>& g, T alpha, T sum, T old, int64_t i, int64_t j) {
  T v = g.beta != T(0) ? fma(alpha, sum, g.beta * old) : alpha * sum;
  if (g.bias) v = v + g.bias[j];
  if (g.activation == Activation::relu && v <= T(0)) v = T(0);
  if (g.gate && !(g.gate[i * g.gate_row + j] > T(0))) v = T(0);
  return v;
}

constexpr bool reads_c(Last last) { return last == Last::update || last == Last::any; }

// The same for one of the cases, to the bit. `old` counts only if reads_c(last).
template <Last last>
inline __device__ float finish_as(const BatchedGemm<float>& g, float alpha, float sum, float old, int64_t i,
                                  int64_t j) {
  if constexpr (last == Last::sum) {
    return sum;
  } else if constexpr (last == Last::bias) {
    const float v = sum + g.bias[j];
    return g.activation == Activation::relu && v <= 0 ? 0 : v;
  } else if constexpr (last == Last::gate) {
    return g.gate[i * g.gate_row + j] > 0 ? sum : 0;
  } else if constexpr (last == Last::update) {
    return fma(alpha, sum, old);
  } else {
    return finish(g, alpha, sum, old, i, j);
  }
}

// body.template operator()<last>() for the case of a product.
template <class Body>
inline __device__ void with_last(Last last, const Body& body) {
  switch (last) {
    case Last::sum:
      return body.template operator()<Last::sum>();
    case Last::bias:
      return body.template operator()<Last::bias>();
    case Last::gate:
      return body.template operator()<Last::gate>();
    case Last::update:
      return body.template operator()<Last::update>();
    case Last::any:
      return body.template operator()<Last::any>();
  }
}

}  // namespace hebb::cuda

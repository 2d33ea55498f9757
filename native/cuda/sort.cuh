// Sorting positions by keys: chunks of up to 1024 in shared memory (bitonic), longer lists by merging neighbours. Equal
// keys keep their order, so the result is the only one possible.
#pragma once

#include "launch.cuh"

namespace hebb::cuda {
namespace {

constexpr int chunk_most = 1024;

// Whether a stands strictly before b; a NaN counts as larger than every number.
template <bool descending, class Key>
__device__ __forceinline__ bool precedes(Key a, Key b) {
  if constexpr (descending) return precedes<false>(b, a);
  return a < b || (b != b && a == a);
}
template <bool descending, class Key>
__device__ __forceinline__ bool stands_before(Key a, int32_t a_position, Key b, int32_t b_position) {
  if (precedes<descending>(a, b)) return true;
  if (precedes<descending>(b, a)) return false;
  return a_position < b_position;
}

// Of every row, every `size` (a power of two, the number of threads) entries of its list in order, the first `keep` of
// them to out. The list has `count` positions of keys [rows, n], or is 0, 1, ... (list = nullptr, count = n).
template <bool descending, class Key>
__global__ void sort_chunks(int64_t n, int64_t count, int64_t chunks, int64_t keep, int64_t out_count, const Key* keys,
                            const int32_t* list, int32_t* out) {
  __shared__ Key chunk_keys[chunk_most];
  __shared__ int32_t chunk_positions[chunk_most];
  const int size = static_cast<int>(blockDim.x), t = static_cast<int>(threadIdx.x);
  const int64_t row = divide(blockIdx.x, chunks), chunk = blockIdx.x - row * chunks, begin = chunk * size;
  const int filled = static_cast<int>(count - begin < size ? count - begin : size);
  constexpr int32_t beyond = 0x7fffffff;  // the position of an entry that is not there, last of all
  int32_t position = beyond;
  Key key = Key();
  if (t < filled) {
    position = list ? list[row * count + begin + t] : static_cast<int32_t>(begin + t);
    key = keys[row * n + position];
  }
  chunk_keys[t] = key;
  chunk_positions[t] = position;
  for (int run = 2; run <= size; run *= 2) {
    for (int distance = run / 2; distance > 0; distance /= 2) {
      __syncthreads();
      const int other = t ^ distance;
      if (other <= t) continue;
      const Key a = chunk_keys[t], b = chunk_keys[other];
      const int32_t a_position = chunk_positions[t], b_position = chunk_positions[other];
      const bool ordered = a_position == beyond   ? false
                           : b_position == beyond ? true
                                                  : stands_before<descending>(a, a_position, b, b_position);
      const bool ascending = (t & run) == 0;
      if (ordered != ascending) {
        chunk_keys[t] = b;
        chunk_keys[other] = a;
        chunk_positions[t] = b_position;
        chunk_positions[other] = a_position;
      }
    }
  }
  __syncthreads();
  if (t < filled && t < keep) out[row * out_count + chunk * keep + t] = chunk_positions[t];
}

constexpr int merge_threads = 256;

// Neighbouring runs of `run` sorted positions become one: an entry's place is its place in its own run plus the number
// of entries of the other that stand before it.
template <bool descending, class Key>
__global__ void __launch_bounds__(merge_threads)
    merge_runs(int64_t rows, int64_t n, int64_t run, const Key* keys, const int32_t* from, int32_t* to) {
  for (int64_t item = int64_t{blockIdx.x} * merge_threads + threadIdx.x; item < rows * n;
       item += int64_t{gridDim.x} * merge_threads) {
    const int64_t row = divide(item, n), i = item - row * n;
    const int32_t* const list = from + row * n;
    const Key* const row_keys = keys + row * n;
    const int64_t own = divide(i, run) * run;  // where its run begins
    const bool left = (divide(i, run) & 1) == 0;
    const int64_t other = left ? own + run : own - run, pair = left ? own : other;
    int64_t low = other < n ? other : n, high = other + run < n ? other + run : n;
    const int64_t begin = low;
    const int32_t position = list[i];
    const Key key = row_keys[position];
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      const int32_t candidate = list[middle];
      if (stands_before<descending>(row_keys[candidate], candidate, key, position))
        low = middle + 1;
      else
        high = middle;
    }
    to[row * n + pair + (i - own) + (low - begin)] = position;
  }
}

inline int chunk_size(int64_t n) {
  int size = warp;
  while (size < n && size < chunk_most) size *= 2;
  return size;
}

// order [rows, n] = the positions of every row of keys in order; spare is as large.
template <bool descending, class Key>
void sort_rows(int64_t rows, int64_t n, const Key* keys, int32_t* order, int32_t* spare) {
  const int size = chunk_size(n);
  int passes = 0;
  for (int64_t run = size; run < n; run *= 2) ++passes;
  int32_t *from = passes % 2 == 0 ? order : spare, *to = passes % 2 == 0 ? spare : order;
  const int64_t chunks = (n + size - 1) / size;
  submit(sort_chunks<descending, Key>, rows * chunks, size, n, n, chunks, int64_t{size}, n, keys,
         static_cast<const int32_t*>(nullptr), from);
  for (int64_t run = size; run < n; run *= 2) {
    submit(merge_runs<descending, Key>, block_count(rows * n, merge_threads), merge_threads, rows, n, run, keys, from,
           to);
    int32_t* const sorted = to;
    to = from;
    from = sorted;
  }
}

}  // namespace
}  // namespace hebb::cuda

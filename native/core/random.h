// Philox4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
// Four random words are a pure function of a counter and a key, so value i of a tensor needs no value before it: the
// bits do not depend on threads, on the instruction set or on the device.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define HEBB_EVERYWHERE __host__ __device__ __forceinline__
#elif defined(_MSC_VER) && !defined(__clang__)
#define HEBB_EVERYWHERE __forceinline
#else
#define HEBB_EVERYWHERE inline __attribute__((always_inline))
#endif

namespace hebb {

struct RandomBlock {
  uint32_t word[4];
};

// The four random words of a counter of four words, the least significant first.
HEBB_EVERYWHERE RandomBlock philox(const RandomBlock& counter, uint32_t k0, uint32_t k1) {
  uint32_t c0 = counter.word[0], c1 = counter.word[1], c2 = counter.word[2], c3 = counter.word[3];
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(p1);
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(p0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

// What a generator's state tensor holds, int32 [4]: the seed is the key; `block` counts the blocks used so far.
struct RandomState {
  uint32_t key[2];
  uint64_t block;
};

// The words of one block. `attempt` counts the redraws of rejected values.
HEBB_EVERYWHERE RandomBlock random_block(const RandomState& state, uint64_t block, uint32_t attempt) {
  return philox({{static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), attempt, 0}}, state.key[0],
                state.key[1]);
}

}  // namespace hebb

// The order in which a linear learner visits its rows: Marsaglia's xorshift32 (13, 17, 5) drives a Fisher-Yates pass.
// Kept apart from the Philox streams because scikit-learn's learners draw from this one, and equal weights need equal
// orders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace hebb {

struct Xorshift32 {
  uint32_t state;  // 0 would stay 0, and counts as 1

  // The low 31 bits of the next state.
  uint32_t next() {
    if (state == 0) state = 1;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state & 0x7fffffffU;
  }
};

// Swaps each element with one at or behind it.
inline void shuffle(std::span<int32_t> order, uint32_t seed) {
  Xorshift32 random{seed};
  for (size_t i = 0; i + 1 < order.size(); ++i) {
    std::swap(order[i], order[i + random.next() % (order.size() - i)]);
  }
}

}  // namespace hebb

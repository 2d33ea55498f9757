#include "../../native/core/random.h"

#include "check.h"

using hebb::RandomBlock;
using hebb::test::check;

namespace {

// Known answers published with the reference implementation (Random123, kat_vectors).
void test_known_answers() {
  struct Case {
    RandomBlock counter;
    uint32_t key[2];
    RandomBlock output;
  };
  constexpr uint32_t ones = 0xffffffff;
  const Case cases[] = {
      {{{0, 0, 0, 0}}, {0, 0}, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
      {{{ones, ones, ones, ones}}, {ones, ones}, {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
      {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
       {0xa4093822, 0x299f31d0},
       {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}},
  };
  for (const auto& [counter, key, output] : cases) {
    const RandomBlock drawn = hebb::philox(counter, key[0], key[1]);
    for (int i = 0; i < 4; ++i) check(drawn.word[i] == output.word[i], "a published answer of Philox4x32-10");
  }
}

}  // namespace

int main() {
  test_known_answers();
  return hebb::test::finish("random_test");
}

#include "integer_dot.h"

#include <string_view>

#include "../cpu/device.h"

namespace hebb {
namespace {

// The loop that compilers turn into instructions for pairs of products, once per instruction set.
#define HEBB_INTEGER_DOT(name, attributes)                                                  \
  attributes int32_t name(const int8_t* bytes, const int16_t* numbers, size_t padded) {     \
    int32_t sum = 0;                                                                        \
    for (size_t j = 0; j < padded / dot_step * dot_step; ++j) sum += bytes[j] * numbers[j]; \
    return sum;                                                                             \
  }

HEBB_INTEGER_DOT(dot_baseline, )
#if defined(__x86_64__)
HEBB_INTEGER_DOT(dot_avx2, __attribute__((target("avx2"))))
HEBB_INTEGER_DOT(dot_avx512, __attribute__((target("avx512f,avx512bw,prefer-vector-width=512"))))
#endif

}  // namespace

IntegerDot integer_dot() {
#if defined(__x86_64__)
  const std::string_view isa = selected_isa().name;
  if (isa == "avx512") return dot_avx512;
  if (isa == "avx2") return dot_avx2;
#endif
  return dot_baseline;
}

}  // namespace hebb

// Chooses the kernels once, when the first one is needed.
#include <cstdlib>
#include <cstring>

#include "../core/error.h"
#include "device.h"

namespace hebb {

namespace scalar {
extern const KernelTable table;
}
#if defined(__x86_64__)
namespace avx2 {
extern const KernelTable table;
}
#if !defined(HEBB_WITHOUT_AVX512)
namespace avx512 {
extern const KernelTable table;
}
#endif
#elif defined(__aarch64__)
namespace neon {
extern const KernelTable table;
}
#endif

namespace {

struct Candidate {
  Isa isa;
  bool supported;
};

Isa select() {
  // From the narrowest to the widest.
  const Candidate candidates[] = {
    {{"scalar", &scalar::table}, true},
#if defined(__x86_64__)
    {{"avx2", &avx2::table}, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")},
#if !defined(HEBB_WITHOUT_AVX512)
    {{"avx512", &avx512::table},
     __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl")},
#endif
#elif defined(__aarch64__)
    {{"neon", &neon::table}, true},
#endif
  };
  const char* limit = std::getenv("HEBB_ISA");
  Isa best = candidates[0].isa;
  bool known = !limit || !*limit;
  for (const Candidate& candidate : candidates) {
    if (candidate.supported) best = candidate.isa;
    if (limit && std::strcmp(limit, candidate.isa.name) == 0) {
      known = true;
      break;
    }
  }
  if (!known) {
    fail(ErrorCode::argument, "HEBB_ISA: expected scalar, avx2, avx512 or neon of this processor, got '", limit, "'");
  }
  return best;
}

}  // namespace

const Isa& selected_isa() {
  static const Isa isa = select();
  return isa;
}

}  // namespace hebb

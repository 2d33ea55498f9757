// The native tests are plain programs: every expectation prints the sentence that failed; main returns finish().
#pragma once

#include <atomic>
#include <cstdio>

namespace hebb::test {

inline std::atomic<int> passed{0};
inline std::atomic<int> failed{0};

inline bool check(bool holds, const char* sentence) {
  if (holds) {
    ++passed;
  } else {
    ++failed;
    std::fprintf(stderr, "FAILED: %s\n", sentence);
  }
  return holds;
}

inline int finish(const char* suite) {
  std::printf("%s: %d passed, %d failed\n", suite, passed.load(), failed.load());
  return failed == 0 ? 0 : 1;
}

}  // namespace hebb::test

#include <atomic>

#include "../../core/large_array.h"
#include "gemm.h"

namespace hebb {

namespace {

// Large pieces are whole huge pages where the system has them: fewer misses of the page table's cache (one thread,
// 1024^3: 148 GFLOP/s instead of 139).
constexpr size_t huge_page = 2 << 20;

struct Block {
  LargeArray<std::byte> data;
  size_t bytes = 0;

  void* at_least(size_t wanted) {
    if (wanted > bytes) {
      if (wanted >= huge_page / 4) wanted = (wanted + huge_page - 1) / huge_page * huge_page;
      data.reset();
      bytes = 0;
      data = large_array<std::byte>(wanted);
      bytes = wanted;
    }
    return data.get();
  }
};

thread_local Block blocks[static_cast<int>(Scratch::count)];

}  // namespace

uint64_t next_product() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

void* gemm_scratch(Scratch use, size_t bytes) { return blocks[static_cast<int>(use)].at_least(bytes); }

}  // namespace hebb

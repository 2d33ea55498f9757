#include <new>

#include "gemm.h"

namespace hebb {

namespace {

struct Block {
  void* data = nullptr;
  size_t bytes = 0;

  ~Block() { release(); }
  void release() {
    if (data) ::operator delete(data, std::align_val_t(64));
    data = nullptr;
    bytes = 0;
  }
  void* at_least(size_t wanted) {
    if (wanted > bytes) {
      release();
      data = ::operator new(wanted, std::align_val_t(64));
      bytes = wanted;
    }
    return data;
  }
};

thread_local Block blocks[static_cast<int>(Scratch::count)];

}  // namespace

void* gemm_scratch(Scratch use, size_t bytes) { return blocks[static_cast<int>(use)].at_least(bytes); }

}  // namespace hebb

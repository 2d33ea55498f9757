// Memory for what is read in no order. Where it is large it asks for pages of 2 MB (Linux): pages of 4 KB cost every
// row of a matrix its own walk through the page tables.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace hebb {

struct FreeArray {
  std::align_val_t alignment;
  void operator()(void* array) const { ::operator delete(array, alignment); }
};

template <class T>
using LargeArray = std::unique_ptr<T[], FreeArray>;

// Not initialised; begins at a cache line.
template <class T>
LargeArray<T> large_array(size_t count) {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  constexpr size_t line = 64, page = size_t{1} << 21;
  const size_t bytes = count * sizeof(T);
  const std::align_val_t alignment{bytes < page ? line : page};
  void* memory = ::operator new(bytes, alignment);
#if defined(__linux__)
  if (bytes >= page) madvise(memory, bytes / page * page, MADV_HUGEPAGE);  // a wish: the pages may stay small
#endif
  return {static_cast<T*>(memory), FreeArray{alignment}};
}

}  // namespace hebb

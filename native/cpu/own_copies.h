// Memory of a running program for matrices that it keeps in a layout of its own: filled before the first of many
// replays, put back before anybody else looks.
#pragma once

#include <deque>
#include <vector>

#include "../core/large_array.h"
#include "../core/launch.h"

namespace hebb {

class OwnCopies {
 public:
  OwnCopies() = default;
  OwnCopies(const OwnCopies&) = delete;
  OwnCopies& operator=(const OwnCopies&) = delete;

  // A buffer that stands in for what `of` lies in; until load() its pages are not touched. std::bad_alloc
  Buffer* add(const Tensor& of, int64_t bytes);
  // Two tensors of one shape with the same values, the second one in a buffer of add(). What every replay makes anew
  // before it reads it need not be loaded.
  void pair(const Tensor& outside, const Tensor& own, bool made_anew = false);

  bool any() const { return !pairs_.empty(); }
  void load(const KernelTable& kernels) const;
  void store(const KernelTable& kernels) const;

 private:
  struct Memory {
    Buffer buffer;
    LargeArray<std::byte> bytes;
  };
  struct Pair {
    Launch load, store;  // copies
    bool made_anew;
  };
  std::deque<Memory> memory_;  // launches point at the buffers
  std::vector<Pair> pairs_;
};

}  // namespace hebb

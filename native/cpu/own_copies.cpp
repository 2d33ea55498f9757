#include "own_copies.h"

#include "threads.h"

namespace hebb {

Buffer* OwnCopies::add(const Tensor& of, int64_t bytes) {
  Memory& memory = memory_.emplace_back();
  memory.bytes = large_array<std::byte>(static_cast<size_t>(bytes));
  memory.buffer = {memory.bytes.get(), bytes, of.buffer->device};
  return &memory.buffer;
}

void OwnCopies::pair(const Tensor& outside, const Tensor& own, bool made_anew) {
  pairs_.push_back({make_launch(Op::copy, {outside}, {own}), make_launch(Op::copy, {own}, {outside}), made_anew});
}

void OwnCopies::load(const KernelTable& kernels) const {
  parallel(static_cast<int64_t>(pairs_.size()), [&](int64_t i) {
    const Pair& pair = pairs_[static_cast<size_t>(i)];
    if (!pair.made_anew) kernels[Op::copy](pair.load);
  });
}

void OwnCopies::store(const KernelTable& kernels) const {
  parallel(static_cast<int64_t>(pairs_.size()),
           [&](int64_t i) { kernels[Op::copy](pairs_[static_cast<size_t>(i)].store); });
}

}  // namespace hebb

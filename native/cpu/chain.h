// A step of a program, ready to be run again and again. One launch is one call of its kernel. A chain, element-wise
// launches over the same elements, goes through all of them tile by tile, so that what they hand on to each other stays
// in the cache; a matrix product that leads it is made some rows at a time. Each tile of each launch is a call of the
// launch's own kernel: no element-wise op is named here, and the bits are those of the launches one after the other.
// Gain (docs/kernels.md): a captured training step with Nadam, Adadelta or Adamax takes 0.7 of its time at batch 32,
// with momentum 0.88 of it, by the product's rows alone.
#pragma once

#include "../core/launch.h"

namespace hebb {

// How many rows of a matrix product are made at a time where it leads a chain; 0 if it had better be made apart.
int64_t leading_rows(const Launch& product);

class Chain {
 public:
  explicit Chain(const Step& step);
  Chain(const Chain&) = delete;
  Chain(Chain&&) = default;
  void run(const KernelTable& kernels) const;

 private:
  // What the launches work on: elements, or a single number.
  struct Operand {
    const Buffer* buffer;
    int64_t offset;             // bytes
    int64_t stride;             // bytes from element to element, 0 for a single number
    size_t first, last;         // the launches that use it
    std::byte* data = nullptr;  // of the first element; nullptr for what only the chain sees, which has
    int64_t slot = 0;           // a slot of the scratch tile; -1: of the product that leads
  };

  int64_t operand(const Tensor& x, size_t position);
  int64_t share_slots();
  void lead(int64_t elements);
  std::byte* multiply(const KernelTable& kernels, int64_t begin, int64_t end) const;
  void run_chunk(const KernelTable& kernels, int64_t begin, int64_t end) const;

  std::vector<Launch> launches;  // of a chain: over tiles, with numbers of operands for offsets
  std::vector<Operand> operands;
  Launch product;  // leads the chain if `rows` of it make a chunk
  int64_t rows = 0;
  const Layout *last_in = nullptr, *last_out = nullptr;  // of the last rows, if they are fewer
  int64_t size = 0, tile = 0, chunk = 0;                 // elements
  int64_t slot_lines = 0;                                // cache lines
  size_t scratch_lines = 0;
  const Layout* tails[dtype_count] = {};  // of the last tile, if it is shorter
};

}  // namespace hebb

#include "chain.h"

#include <algorithm>

#include "threads.h"

namespace hebb {

namespace {

constexpr int64_t cache_bytes = 64 * 1024;  // what the operands of a tile may take together
constexpr int64_t least_tile = 512, most_tile = 4096;
constexpr int64_t chunk_work = 32 * 1024;  // elements, times launches, that a thread claims at once

struct alignas(64) Line {
  std::byte bytes[64];
};
constexpr int64_t line_bytes = sizeof(Line);

// What a thread needs to run a chunk, kept from chunk to chunk.
struct Workspace {
  std::vector<Launch> launches;
  std::vector<Buffer> operands;
  std::vector<Line> scratch;
};

template <class Visit>
void for_each_tensor(std::vector<Launch>& launches, const Visit& visit) {
  for (size_t i = 0; i < launches.size(); ++i) {
    for (int k = 0; k < launches[i].in_count; ++k) visit(launches[i].in[k], i);
    for (int k = 0; k < launches[i].out_count; ++k) visit(launches[i].out[k], i);
  }
}

}  // namespace

int64_t leading_rows(const Launch& product) {
  constexpr int64_t step = 14, least_chunks = 6, most_elements = 32 * 1024;
  const int64_t m = product.out[0].dim(0), n = product.out[0].dim(1), k = product.in[0].dim(1);
  const int64_t rows = std::min(most_elements / n, m / least_chunks) / step * step;
  return rows >= 2 * step && k <= 4 * rows ? rows : 0;
}

Chain::Chain(const Step& step) : launches(step) {
  if (launches.size() == 1) return;
  size = launches[0].out[0].size();
  if (launches[0].op == Op::matmul) {
    product = launches[0];
    rows = leading_rows(product);
    if (rows == 0) rows = product.out[0].dim(0);  // all of a panel's (column_panels.h)
    launches.erase(launches.begin());
  }
  for_each_tensor(launches, [&](Tensor& x, size_t i) { x.offset = operand(x, i); });
  const int64_t slots = share_slots();
  int64_t bytes_per_element = 0, widest = 0;
  for (const Operand& x : operands) {
    bytes_per_element += x.data || x.slot < 0 ? x.stride : 0;
    widest = std::max(widest, x.stride);
  }
  bytes_per_element += slots * widest;
  tile = std::min(size, std::clamp(cache_bytes / bytes_per_element / 64 * 64, least_tile, most_tile));
  chunk = std::max<int64_t>(1, chunk_work / static_cast<int64_t>(launches.size()) / tile) * tile;
  if (rows > 0) lead(tile);
  slot_lines = (tile * widest + line_bytes - 1) / line_bytes;
  scratch_lines = static_cast<size_t>(slots * slot_lines);
  for_each_tensor(launches, [&](Tensor& x, size_t) {
    const Dtype dtype = x.dtype();
    const bool number = operands[static_cast<size_t>(x.offset)].stride == 0;
    x.layout = number ? intern(dtype, Shape{}) : intern(dtype, Shape{tile});
    if (size % tile != 0) tails[static_cast<int>(dtype)] = intern(dtype, Shape{size % tile});
  });
}

// A chunk is rows of the product; a tile is a share of them with at most so many elements.
void Chain::lead(int64_t elements) {
  Tensor &a = product.in[0], &out = product.out[0];
  const int64_t columns = out.dim(1), rest = out.dim(0) % rows, depth = a.dim(1);
  chunk = rows * columns;
  tile = chunk;
  for (int64_t parts = 2; tile > elements && parts <= rows; ++parts) {
    if (rows % parts == 0) tile = chunk / parts;
  }
  last_in = intern(a.dtype(), Shape{rest, depth}, a.strides());
  last_out = intern(a.dtype(), Shape{rest, columns});
  a.layout = intern(a.dtype(), Shape{rows, depth}, a.strides());
  out.layout = intern(a.dtype(), Shape{rows, columns});
}

// The number of the operand x, which launch `position` uses.
int64_t Chain::operand(const Tensor& x, size_t position) {
  const int64_t width = size_of(x.dtype()), offset = x.offset * width, stride = x.layout->extent == 1 ? 0 : width;
  size_t i = 0;
  while (i < operands.size() &&
         !(operands[i].buffer == x.buffer && operands[i].offset == offset && operands[i].stride == stride))
    ++i;
  if (i == operands.size()) {
    std::byte* const data = x.buffer->data ? x.buffer->data + offset : nullptr;
    operands.push_back({x.buffer, offset, stride, position, position, data});
    if (rows > 0 && x.buffer == product.out[0].buffer) operands.back().slot = -1;
  }
  operands[i].last = position;
  return static_cast<int64_t>(i);
}

// Gives what only the chain sees a slot of the scratch tile, the same to two of which the first is done with before the
// second begins. Answers the number of slots.
int64_t Chain::share_slots() {
  std::vector<const Operand*> users;  // of each slot, the last
  for (Operand& x : operands) {
    if (x.data || x.slot < 0) continue;
    auto slot = std::find_if(users.begin(), users.end(), [&](const Operand* user) { return user->last < x.first; });
    if (slot == users.end()) slot = users.insert(slot, nullptr);
    *slot = &x;
    x.slot = slot - users.begin();
  }
  return static_cast<int64_t>(users.size());
}

void Chain::run(const KernelTable& kernels) const {
  if (size == 0) return kernels[launches[0].op](launches[0]);
  parallel((size + chunk - 1) / chunk,
           [&](int64_t index) { run_chunk(kernels, index * chunk, std::min(size, (index + 1) * chunk)); });
}

// Makes these elements of the product that leads.
std::byte* Chain::multiply(const KernelTable& kernels, int64_t begin, int64_t end) const {
  thread_local std::vector<Line> result;
  const Tensor &a = product.in[0], &out = product.out[0];
  const auto lines = static_cast<size_t>((chunk * size_of(out.dtype()) + line_bytes - 1) / line_bytes);
  if (result.size() < lines) result.resize(lines);
  Buffer made{.data = result.data()->bytes, .bytes = 0, .device = nullptr};
  const bool whole = end - begin == chunk;
  Launch call = product;
  call.in[0] = {a.buffer, a.offset + begin / out.dim(1) * a.strides()[0], whole ? a.layout : last_in};
  call.out[0] = {&made, 0, whole ? out.layout : last_out};
  kernels[call.op](call);
  return made.data;
}

void Chain::run_chunk(const KernelTable& kernels, int64_t begin, int64_t end) const {
  thread_local Workspace work;
  work.launches = launches;
  work.operands.resize(operands.size());
  if (work.scratch.size() < scratch_lines) work.scratch.resize(scratch_lines);
  for (size_t i = 0; i < operands.size(); ++i) {
    const Operand& x = operands[i];
    if (x.data) {
      work.operands[i].data = x.data + begin * x.stride;
    } else if (x.slot < 0) {
      work.operands[i].data = multiply(kernels, begin, end);
    } else {
      work.operands[i].data = work.scratch[static_cast<size_t>(x.slot * slot_lines)].bytes;
    }
  }
  for_each_tensor(work.launches, [&](Tensor& x, size_t) {
    x.buffer = &work.operands[static_cast<size_t>(x.offset)];
    x.offset = 0;
  });
  for (int64_t at = begin; at < end; at += tile) {
    if (end - at < tile) {
      for_each_tensor(work.launches, [&](Tensor& x, size_t) {
        if (x.size() == tile) x.layout = tails[static_cast<int>(x.dtype())];
      });
    }
    for (const Launch& call : work.launches) kernels[call.op](call);
    for (size_t i = 0; i < operands.size(); ++i) {
      if (operands[i].data || operands[i].slot < 0) work.operands[i].data += tile * operands[i].stride;
    }
  }
}

}  // namespace hebb

// Greedy by size: the largest buffer first, each at the lowest offset where it overlaps none that lives at the same
// time (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
#include <algorithm>
#include <numeric>

#include "program.h"

namespace hebb {

int64_t plan_memory(std::vector<Interval>& intervals) {
  constexpr int64_t alignment = 64;
  std::vector<size_t> order(intervals.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return intervals[a].bytes > intervals[b].bytes; });
  std::vector<const Interval*> placed;  // by offset
  int64_t total = 0;
  for (size_t index : order) {
    Interval& interval = intervals[index];
    int64_t offset = 0;
    for (const Interval* other : placed) {
      if (other->last < interval.first || interval.last < other->first) continue;
      if (offset + interval.bytes <= other->offset) break;
      offset = std::max(offset, (other->offset + other->bytes + alignment - 1) / alignment * alignment);
    }
    interval.offset = offset;
    total = std::max(total, offset + interval.bytes);
    const auto position = std::upper_bound(placed.begin(), placed.end(), offset,
                                           [](int64_t value, const Interval* other) { return value < other->offset; });
    placed.insert(position, &interval);
  }
  return total;
}

}  // namespace hebb

#include "lanes.h"

#include <algorithm>

namespace hebb::cuda {

namespace {

bool share(const Tensor& a, const Tensor& b) {
  const auto range = [](const Tensor& x) {
    const std::byte* begin = x.buffer->data + x.offset * size_of(x.dtype());
    return std::pair(begin, begin + x.layout->extent * size_of(x.dtype()));
  };
  const auto [a_begin, a_end] = range(a);
  const auto [b_begin, b_end] = range(b);
  return a_begin < b_end && b_begin < a_end;
}

// Whether one of them writes what the other reads or writes.
bool conflict(const Launch& a, const Launch& b) {
  for (int i = 0; i < a.out_count; ++i) {
    for (int k = 0; k < b.out_count; ++k) {
      if (share(a.out[i], b.out[k])) return true;
    }
    for (int k = 0; k < b.in_count; ++k) {
      if (share(a.out[i], b.in[k])) return true;
    }
  }
  for (int i = 0; i < a.in_count; ++i) {
    for (int k = 0; k < b.out_count; ++k) {
      if (share(a.in[i], b.out[k])) return true;
    }
  }
  return false;
}

bool conflict(const Part& a, const Part& b) {
  for (int i = 0; i < a.count; ++i) {
    for (int k = 0; k < b.count; ++k) {
      if (conflict(a.calls[i], b.calls[k])) return true;
    }
  }
  return false;
}

}  // namespace

LanePlan plan_lanes(const std::vector<Part>& parts) {
  const int count = static_cast<int>(parts.size());
  LanePlan plan;
  plan.waits.resize(static_cast<size_t>(count));
  plan.lane.resize(static_cast<size_t>(count));
  // before[i][j]: j is done when i begins
  std::vector<std::vector<bool>> before(static_cast<size_t>(count), std::vector<bool>(static_cast<size_t>(count)));
  int tails[max_lanes];  // the last part of each lane
  std::fill(tails, tails + max_lanes, -1);
  const auto follow = [&](int i, int j) {  // i comes after j
    for (int k = 0; k < j; ++k) {
      if (before[j][k]) before[i][k] = true;
    }
    before[i][j] = true;
  };
  for (int i = 0; i < count; ++i) {
    for (int j = i - 1; j >= 0; --j) {
      if (before[i][j] || !conflict(parts[i], parts[j])) continue;
      plan.waits[i].push_back(j);
      follow(i, j);
    }
    // After a part that it waits for anyway, else on a lane whose last one is done by then or that is empty, else
    // where the last one is longest ago.
    int chosen = -1;
    for (const int j : plan.waits[i]) {
      if (chosen < 0 && tails[plan.lane[j]] == j) chosen = plan.lane[j];
    }
    for (int lane = 0; lane < max_lanes && chosen < 0; ++lane) {
      if (tails[lane] < 0 || before[i][tails[lane]]) chosen = lane;
    }
    if (chosen < 0) chosen = static_cast<int>(std::min_element(tails, tails + max_lanes) - tails);
    if (tails[chosen] >= 0 && !before[i][tails[chosen]]) follow(i, tails[chosen]);
    plan.lane[i] = chosen;
    tails[chosen] = i;
  }
  return plan;
}

}  // namespace hebb::cuda

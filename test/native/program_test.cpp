#include "../../native/program/program.h"

#include <algorithm>
#include <random>
#include <vector>

#include "check.h"

using hebb::Interval;
using hebb::plan_memory;
using hebb::test::check;

namespace {

bool overlap(const Interval& a, const Interval& b) {
  const bool in_time = a.first <= b.last && b.first <= a.last;
  const bool in_space = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
  return in_time && in_space;
}

// What any plan needs: the most bytes that are alive at one launch.
int64_t peak(const std::vector<Interval>& intervals, size_t launches) {
  int64_t most = 0;
  for (size_t at = 0; at < launches; ++at) {
    int64_t alive = 0;
    for (const Interval& interval : intervals)
      alive += interval.first <= at && at <= interval.last ? interval.bytes : 0;
    most = std::max(most, alive);
  }
  return most;
}

void test_known_plans() {
  std::vector<Interval> none;
  check(plan_memory(none) == 0, "no buffers need no memory");
  std::vector<Interval> apart{{.bytes = 100, .first = 0, .last = 1}, {.bytes = 80, .first = 2, .last = 3}};
  check(plan_memory(apart) == 100 && apart[1].offset == 0, "buffers that live one after the other share their bytes");
  std::vector<Interval> touching{{.bytes = 100, .first = 0, .last = 1}, {.bytes = 80, .first = 1, .last = 2}};
  check(plan_memory(touching) == 208, "buffers that meet in one launch lie apart, aligned to 64 bytes");
}

void test_random_plans() {
  std::mt19937 random(42);
  const auto draw = [&](int limit) { return static_cast<int64_t>(random() % static_cast<unsigned>(limit)); };
  bool disjoint = true, aligned = true, inside = true, enough = true, small = true;
  for (int round = 0; round < 500; ++round) {
    constexpr size_t launches = 40;
    std::vector<Interval> intervals(static_cast<size_t>(1 + draw(60)));
    for (Interval& interval : intervals) {
      interval.bytes = 1 + (draw(4) == 0 ? draw(100000) : draw(500));
      interval.first = static_cast<size_t>(draw(launches));
      interval.last = std::min(launches - 1, interval.first + static_cast<size_t>(draw(12)));
    }
    const int64_t total = plan_memory(intervals);
    const int64_t least = peak(intervals, launches);
    for (size_t i = 0; i < intervals.size(); ++i) {
      for (size_t j = 0; j < i; ++j) disjoint &= !overlap(intervals[i], intervals[j]);
      aligned &= intervals[i].offset % 64 == 0;
      inside &= intervals[i].offset >= 0 && intervals[i].offset + intervals[i].bytes <= total;
    }
    enough &= total >= least;
    small &= total <= 2 * least + 64 * static_cast<int64_t>(intervals.size());
  }
  check(disjoint, "buffers that live at the same time never overlap");
  check(aligned, "every buffer starts at a multiple of 64 bytes");
  check(inside, "every buffer lies inside the total");
  check(enough, "the total is never below what lives at one launch");
  check(small, "the total stays within twice what lives at one launch");
}

}  // namespace

int main() {
  test_known_plans();
  test_random_plans();
  return hebb::test::finish("program");
}

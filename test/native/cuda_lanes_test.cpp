// The lanes of a graph: whatever touches the same memory keeps its order, on random lists of launches.
#include "../../native/cuda/lanes.h"

#include <algorithm>
#include <cstdio>
#include <random>

#include "check.h"

using namespace hebb;

namespace {

// Launches over pieces of one buffer of `pieces` floats; in and out of random number.
std::vector<Launch> random_launches(Buffer& buffer, int count, int pieces, std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto piece = [&] {
    const int first = below(pieces), last = first + 1 + below(std::min(2, pieces - first));
    return Tensor{&buffer, first, intern(Dtype::float32, {last - first})};
  };
  std::vector<Launch> launches(static_cast<size_t>(count));
  for (Launch& call : launches) {
    call.in_count = static_cast<int8_t>(below(4));
    for (int i = 0; i < call.in_count; ++i) call.in[i] = piece();
    call.out_count = static_cast<int8_t>(1 + below(2));
    for (int i = 0; i < call.out_count; ++i) call.out[i] = piece();
  }
  return launches;
}

bool touches(const Launch& call, int element, bool only_written) {
  const auto covers = [&](const Tensor& x) { return x.offset <= element && element < x.offset + x.size(); };
  return std::any_of(call.out, call.out + call.out_count, covers) ||
         (!only_written && std::any_of(call.in, call.in + call.in_count, covers));
}

}  // namespace

int main() {
  std::mt19937 random(7);
  std::vector<std::byte> bytes(4 * 64);
  Buffer buffer{bytes.data(), static_cast<int64_t>(bytes.size()), nullptr};
  int parallel = 0;
  for (int round = 0; round < 300; ++round) {
    const int once = 1 + round % 40, repeats = round % 30 == 29 ? 4 : 1, count = once * repeats,
              pieces = 2 + round % 50;
    std::vector<Launch> launches = random_launches(buffer, once, pieces, random);
    launches.reserve(static_cast<size_t>(count));
    for (int i = once; i < count; ++i) launches.push_back(launches[static_cast<size_t>(i - once)]);  // step after step
    std::vector<cuda::Part> parts;
    for (const Launch& call : launches) parts.push_back({&call, 1, nullptr});
    const cuda::LanePlan plan = cuda::plan_lanes(parts);
    // done[i][j]: the streams and events see to it that j is done when i begins.
    std::vector<std::vector<bool>> done(count, std::vector<bool>(count));
    for (int i = 0; i < count; ++i) {
      test::check(plan.lane[i] >= 0 && plan.lane[i] < cuda::max_lanes, "every launch has a lane");
      for (int j = 0; j < i; ++j) {
        const bool waits = std::find(plan.waits[i].begin(), plan.waits[i].end(), j) != plan.waits[i].end();
        if (!waits && plan.lane[i] != plan.lane[j]) continue;
        done[i][j] = true;
        for (int k = 0; k < j; ++k) done[i][k] = done[i][k] || done[j][k];
      }
      for (int j = 0; j < i; ++j) {
        bool conflict = false;
        for (int element = 0; element < pieces + 2; ++element) {
          conflict |= touches(launches[i], element, true) && touches(launches[j], element, false);
          conflict |= touches(launches[i], element, false) && touches(launches[j], element, true);
        }
        test::check(!conflict || done[i][j], "launches that touch the same memory keep their order");
        parallel += !done[i][j];
      }
    }
  }
  test::check(parallel > 1000, "what need not wait mostly does not");
  return test::finish("cuda_lanes_test");
}

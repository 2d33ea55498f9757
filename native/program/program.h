// A captured program: launches over planned and external buffers, ready to be replayed any number of times without
// allocating. Owns the memory of its planned buffers; whoever owns the external ones must keep them while it lives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "recorder.h"

namespace hebb {

// Bytes that a planned buffer gets from outside because its values are wanted after a run.
struct Placement {
  int64_t planned_index;
  std::byte* data;
};

// What one launch, or one chain of launches, costs in each replay.
struct LaunchCost {
  double seconds = 0;  // mean of the replays, or of the fastest half of them
  double flops = 0;    // of the products; 0 for other ops, which memory bounds
  double bytes = 0;    // of the operands, read or written
};

class Program {
 public:
  // Settles at the end of a turn, however that ends.
  struct Turn {
    ~Turn() { program.settle(); }
    const Program& program;
  };

  struct Passes {
    bool fuse, phases;
  };
  Program(std::unique_ptr<Recorder> recorder, const std::vector<Placement>& results, Passes passes);

  int64_t replay(int64_t limit) const { return prepared->replay(limit); }   // at least once; answers how often
  void settle() const { prepared->settle(); }                               // before others have their turn
  void finish() const { prepared->finish(); }                               // waits for the replays
  std::vector<LaunchCost> profile(int64_t count, bool fastest_half) const;  // replays, every step timed
  size_t launch_count() const { return steps.size(); }
  int64_t arena_bytes() const { return arena_size; }
  std::string listing() const;  // one line per launch or chain: ops, shapes, buffers

 private:
  void place_buffers();

  std::unique_ptr<Recorder> recorder;
  Machine* machine;
  std::vector<Step> steps;
  std::shared_ptr<std::byte> arena;
  int64_t arena_size = 0;
  std::unique_ptr<Prepared> prepared;
};

// Launches nobody needs the result of are dropped; `wanted` are buffers that are read after a run.
void drop_unused(std::vector<Launch>& launches, const Recorder& recorder, const std::vector<const Buffer*>& wanted);

// Replaces groups of launches by fused ones (fuse.cpp).
void fuse(std::vector<Launch>& launches, const Recorder& recorder, const std::vector<const Buffer*>& wanted);

// Marks what a device may run as one, and moves it together (phases.cpp).
void form_phases(std::vector<Launch>& launches, const Recorder& recorder, const std::vector<const Buffer*>& wanted);

// Brings element-wise launches over the same elements together in steps (chain.cpp); the other steps are one launch
// each.
std::vector<Step> chain(const std::vector<Launch>& launches, const Recorder& recorder);

// Offsets for buffers that live from step `first` to step `last`: two that live at the same time never overlap.
struct Interval {
  int64_t bytes;
  size_t first, last;
  int64_t offset = 0;
};
int64_t plan_memory(std::vector<Interval>& intervals);  // answers the total size

}  // namespace hebb

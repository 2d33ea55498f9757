// A device that writes launches down instead of executing them. What an op would have allocated becomes a planned
// buffer without bytes; what existed before stays an external one. Program takes the list over.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "../core/launch.h"

namespace hebb {

struct Recorder : Device {
  // Planned buffers are numbered from `first_index` on, so that no two programs of one environment share a number.
  explicit Recorder(int64_t first_index) : first_index(first_index) {}

  Buffer* allocate(int64_t bytes) override;
  std::string name() const override { return target ? target->name() : "no device yet"; }
  void launch(const Launch& call) override { launches.push_back(call); }

  // The machine that the program will run on: the first one that a tensor or an op names. ERR_DEVICE for another.
  void aim(Machine& machine);

  // The one buffer that stands for these bytes in the program.
  Buffer* external(std::byte* data, int64_t bytes);
  Buffer* planned(int64_t index);                     // ERR_CAPTURE when it belongs to another program
  int64_t planned_index(const Buffer* buffer) const;  // -1 for an external one

  Machine* target = nullptr;
  const int64_t first_index;
  std::vector<Launch> launches;
  std::deque<Buffer> planned_buffers;  // deques: launches point at their elements
  std::deque<Buffer> external_buffers;

 private:
  std::unordered_map<const Buffer*, int64_t> planned_indices;
  std::unordered_map<const std::byte*, Buffer*> externals_by_data;
};

}  // namespace hebb

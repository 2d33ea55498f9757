#include "recorder.h"

#include "../core/error.h"

namespace hebb {

void Recorder::aim(Machine& machine) {
  if (!target) target = &machine;
  if (target != &machine) {
    fail(ErrorCode::device, "capture: the program is for ", target->name(), ", this tensor is on ", machine.name(),
         "; move it with to() before capture()");
  }
}

Buffer* Recorder::allocate(int64_t bytes) {
  planned_buffers.push_back({.data = nullptr, .bytes = bytes, .device = this});
  Buffer* buffer = &planned_buffers.back();
  planned_indices.emplace(buffer, first_index + static_cast<int64_t>(planned_buffers.size()) - 1);
  return buffer;
}

Buffer* Recorder::external(std::byte* data, int64_t bytes) {
  auto [entry, fresh] = externals_by_data.try_emplace(data, nullptr);
  if (fresh) {
    external_buffers.push_back({.data = data, .bytes = bytes, .device = this});
    entry->second = &external_buffers.back();
  }
  return entry->second;
}

Buffer* Recorder::planned(int64_t index) {
  const int64_t position = index - first_index;
  if (position < 0 || position >= static_cast<int64_t>(planned_buffers.size())) {
    fail(ErrorCode::capture, "this tensor belongs to another captured program");
  }
  return &planned_buffers[static_cast<size_t>(position)];
}

int64_t Recorder::planned_index(const Buffer* buffer) const {
  const auto found = planned_indices.find(buffer);
  return found == planned_indices.end() ? -1 : found->second;
}

}  // namespace hebb

// A device is an allocator, a queue and a table of kernels. It knows no op by name.
#pragma once

#include <cstdint>

namespace hebb {

struct Buffer;
struct Launch;
struct KernelTable;

struct Device {
  virtual ~Device() = default;
  virtual Buffer* allocate(int64_t bytes) = 0;  // ERR_OUT_OF_MEMORY; valid until the end of the current call
  virtual void launch(const Launch& call) = 0;  // runs it, or records it
  virtual const KernelTable& kernels() const = 0;
};

}  // namespace hebb

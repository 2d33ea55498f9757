// A device is an allocator and a queue of launches. It knows no op by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hebb {

struct Buffer;
struct Launch;
struct KernelTable;

struct Device {
  virtual ~Device() = default;
  virtual std::string name() const = 0;         // cpu, cuda:0
  virtual Buffer* allocate(int64_t bytes) = 0;  // ERR_OUT_OF_MEMORY; valid until the end of the current call
  virtual void launch(const Launch& call) = 0;  // runs it, queues it, or records it
};

// What a program runs as one: a launch, or the launches of a chain (program/chain.cpp) in their order.
using Step = std::vector<Launch>;

// Steps made ready for many replays.
struct Prepared {
  virtual ~Prepared() = default;
  // Replays the steps at least once and at most `limit` times, as often as are wanted in a row; answers how often.
  virtual int64_t replay(int64_t limit) = 0;
  // Before anybody else looks at what the steps read or write, or has the device to himself; does not throw.
  virtual void settle() {}
  // Replays the steps once, as among many; answers the seconds that each took.
  virtual std::vector<double> time() = 0;
  // Waits for the replays; throws what a kernel found wrong in its data, if that was not told before.
  virtual void finish() {}
};

// A device that computes itself, where the recorder of a program only stands in for one. Whoever calls these has the
// device to himself (core/device_lock.h).
struct Machine : Device {
  // Memory for as long as its owner wants, 64-byte aligned. ERR_OUT_OF_MEMORY
  virtual std::shared_ptr<std::byte> reserve(int64_t bytes) = 0;
  virtual void execute(const Launch& call) = 0;
  // Whether steps may be chains; what only one chain touches has no memory. Such a machine has no phases.
  virtual bool runs_chains() const = 0;
  virtual std::unique_ptr<Prepared> prepare(const std::vector<Step>& steps) = 0;
  // Waits for what was queued; throws what a kernel found wrong in its data, if that was not told before.
  virtual void finish() = 0;
};

}  // namespace hebb

#include "device_lock.h"

#include <chrono>

#include "spin.h"

namespace hebb {
namespace {

constexpr std::chrono::microseconds spin_time{20};

}  // namespace

void DeviceLock::lock() {
  const uint32_t ticket = next_.fetch_add(1, std::memory_order_relaxed);
  Spin spin(spin_time);
  while (true) {
    const uint32_t serving = serving_.load(std::memory_order_acquire);
    if (serving == ticket) return;
    if (spin.pause()) continue;
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    serving_.wait(serving, std::memory_order_seq_cst);
    sleepers_.fetch_sub(1, std::memory_order_relaxed);
  }
}

void DeviceLock::unlock() {
  serving_.store(serving_.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) != 0) serving_.notify_all();
}

bool DeviceLock::lock_eagerly() {
  if (generation_ != fork_generation()) {
    attached_.store(0, std::memory_order_relaxed);
    return false;
  }
  lock();
  return true;
}

}  // namespace hebb

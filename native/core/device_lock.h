// Whose turn it is on a device: one runner thread, which gives it away only between replayed steps and only if somebody
// waits, and eager ops on the JavaScript thread. Turns go in the order of asking (a ticket lock), so an eager op waits
// for at most the step that is running, and a tight loop of eager ops cannot keep the runner out.
//
// One lock belongs to one JavaScript environment. Its JavaScript thread submits the jobs, so no eager op is under way
// when a runner first appears, and as long as there is none an eager op costs one load (about 1 ns, a turn about 15).
#pragma once

#include <atomic>
#include <cstdint>

#include "fork.h"

namespace hebb {

class DeviceLock {
 public:
  // A runner has work and may take turns from now on; called on the JavaScript thread.
  void attach() { attached_.fetch_add(1, std::memory_order_relaxed); }
  // That work is done; what the runner wrote is visible to whoever sees shared() turn false.
  void detach() { attached_.fetch_sub(1, std::memory_order_release); }

  // Whether somebody waits for the turn that the caller has.
  bool awaited() const { return next_.load(std::memory_order_relaxed) != serving_.load(std::memory_order_relaxed) + 1; }

  bool shared() const { return attached_.load(std::memory_order_acquire) != 0; }

  // Not recursive. Sleeps if it has to wait for more than some 20 us.
  void lock();
  void unlock();

  // False in the child of a fork, where the runner is gone: then the lock is free for good.
  bool lock_eagerly();

 private:
  std::atomic<int32_t> attached_{0};
  std::atomic<uint32_t> next_{0};     // the ticket for the next to come
  std::atomic<uint32_t> serving_{0};  // the ticket whose turn it is
  std::atomic<uint32_t> sleepers_{0};
  uint32_t generation_ = fork_generation();
};

// An eager op holds one while it runs.
class EagerTurn {
 public:
  explicit EagerTurn(DeviceLock& lock) : lock_(lock.shared() && lock.lock_eagerly() ? &lock : nullptr) {}
  ~EagerTurn() {
    if (lock_) lock_->unlock();
  }
  EagerTurn(const EagerTurn&) = delete;
  EagerTurn& operator=(const EagerTurn&) = delete;

 private:
  DeviceLock* lock_;
};

// The runner holds one while it replays steps, until somebody waits.
class RunnerTurn {
 public:
  explicit RunnerTurn(DeviceLock& lock) : lock_(lock) { lock_.lock(); }
  ~RunnerTurn() { lock_.unlock(); }
  RunnerTurn(const RunnerTurn&) = delete;
  RunnerTurn& operator=(const RunnerTurn&) = delete;

 private:
  DeviceLock& lock_;
};

}  // namespace hebb

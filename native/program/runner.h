// The thread on which programs are replayed, so that the event loop stays free. One per JavaScript environment; it
// starts with the first job and ends in stop(). Jobs run in the order of submission, step by step, in turns of the
// device lock; between two steps an eager op that waits gets its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "../core/device_lock.h"
#include "../core/error.h"

namespace hebb {

struct RunResult {
  enum Status { done, cancelled, failed };
  int64_t completed = 0;  // whole steps
  Status status = done;
  ErrorCode code = ErrorCode::internal;  // these two: if it failed
  std::string error;
};

// The callbacks are called on the runner thread and must not throw.
struct Job {
  // Does at least one step and at most `limit`, all that are wanted; answers how many. May throw.
  std::function<int64_t(int64_t limit)> step = nullptr;
  std::function<void()> settle = nullptr;  // after steps, before an eager op gets its turn; may be empty
  std::function<void()> finish = nullptr;  // after the last step: waits for what they queued; may throw, may be empty
  int64_t count = 0;
  // Looked at before each call of `step`, never after `done` was called; may be null.
  const std::atomic<bool>* cancel = nullptr;
  // At most ten times a second, and once at the end; may be empty.
  std::function<void(int64_t completed)> progress = nullptr;
  // Called exactly once; `step`, `finish` and what they own have been destroyed by then.
  std::function<void(const RunResult&)> done = nullptr;
};

class Runner {
 public:
  explicit Runner(DeviceLock& lock) : lock_(lock) {}
  ~Runner() { stop(); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // On the thread that makes the lock's eager calls. After stop() the job is cancelled before this returns.
  void submit(Job job);

  // Cancels what runs, within one step, and what waits; returns when every `done` has been called and the thread is
  // gone. Not from a callback. In the child of a fork, where the thread is gone already, it drops the jobs silently.
  void stop();

 private:
  void work();
  bool take(Job& job);
  void run(Job job);

  DeviceLock& lock_;
  std::mutex mutex_;
  std::deque<Job> waiting_;        // guarded by mutex_
  std::atomic<uint32_t> news_{0};  // changes with every submission and with stop()
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  uint32_t generation_ = 0;  // the process (fork_generation()) that thread_ lives in
};

}  // namespace hebb

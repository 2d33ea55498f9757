// What the pool asks of the system about processors.
#pragma once

namespace hebb {

inline constexpr int max_thread_count = 1024;

// HEBB_NUM_THREADS, or else the processors that this process may use (affinity, and the container's CPU quota, beyond
// which threads are throttled). At least 1; reads the environment and the system each time.
int default_thread_count();

// The processor that the calling thread is on, or -1 where the system does not say.
int current_processor();

// While it lives, the calling thread keeps off one of the processors it may use (if there is another).
// For a thread about to be woken by one that goes on working: Linux, above all in virtual machines, may queue it on the
// waker's own processor and leave it there for milliseconds while another processor idles.
class KeepOff {
 public:
  explicit KeepOff(int processor);
  ~KeepOff();
  KeepOff(const KeepOff&) = delete;
  KeepOff& operator=(const KeepOff&) = delete;

 private:
  int processor_;  // -1: nothing to restore
};

}  // namespace hebb

// One word, `gate_`, opens and closes a job: odd while chunks may be claimed, a new value at every change, and also
// what sleeping workers wait on. A worker announces itself in `active_` before it looks at the gate again, the caller
// closes the gate before it looks at `active_` (both sequentially consistent), so no worker is inside a job whose
// caller has returned. Only the thread that holds `busy_` opens jobs or changes the set of workers.
// The library must not be unloaded under the workers: it is linked with -z nodelete.
#include "threads.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>
#include <thread>
#include <vector>

#include "../core/fork.h"
#include "../core/spin.h"
#include "processors.h"

namespace hebb {
namespace {

using Clock = std::chrono::steady_clock;
using Body = void (*)(void* context, int64_t index);

constexpr std::chrono::microseconds spin_time{80};
constexpr std::chrono::microseconds join_spin_time{20};
constexpr std::chrono::microseconds work_worth_waking_for{40};

class Pool {
 public:
  explicit Pool(uint32_t generation) : generation(generation) {}

  bool try_run(int64_t count, Body body, void* context, int threads, Wake wake) {
    if (busy_.load(std::memory_order_relaxed) || busy_.exchange(true, std::memory_order_acquire)) return false;
    run(count, body, context, threads, wake);
    busy_.store(false, std::memory_order_release);
    return true;
  }

  // Workers that spin or work.
  int hot() const { return started_.load(std::memory_order_relaxed) - parked_.load(std::memory_order_relaxed); }

  const uint32_t generation;

 private:
  void run(int64_t count, Body body, void* context, int threads, Wake wake) {
    if (started_.load(std::memory_order_relaxed) >= threads) retire(threads - 1);
    const int helpers = static_cast<int>(std::min<int64_t>(std::min(threads - 1, most_workers_), count - 1));
    count_ = count;
    share_ = (count + threads - 1) / threads;
    body_ = body;
    context_ = context;
    claimed_.store(0, std::memory_order_relaxed);
    from_share_.store(0, std::memory_order_relaxed);
    from_start_ = 0;

    const int hot_workers = hot();
    bool opened = hot_workers > 0;
    if (opened) open();
    const auto first_chunk_says_so = [&] {
      const auto start = Clock::now();
      claim_first();
      const auto end = Clock::now();
      return pays_to_wake(start, end, (end - start) * std::min<int64_t>(count - 1, 1 << 20) / (hot_workers + 1));
    };
    if (hot_workers < helpers && (wake == Wake::at_once || first_chunk_says_so())) {
      if (!opened) open();
      opened = true;
      wake_up(helpers);
    }
    while (claim_first()) {
    }
    if (opened) close();
  }

  // The caller begins at the start, the workers where the caller's share ends, and who is done early goes on at the far
  // end of the other's: in a chain of jobs over the same data each core tends to find in its cache what it wrote in the
  // job before, and two cores do not come to the border between them, whose cache lines both write, at the same time.
  bool claim_first() {
    if (claimed_.fetch_add(1, std::memory_order_relaxed) >= count_) return false;
    const int64_t i = from_start_++;
    body_(context_, i < share_ ? i : count_ - 1 - (i - share_));
    return true;
  }
  bool claim_last() {
    if (claimed_.fetch_add(1, std::memory_order_relaxed) >= count_) return false;
    const int64_t i = from_share_.fetch_add(1, std::memory_order_relaxed);
    body_(context_, i < count_ - share_ ? share_ + i : count_ - 1 - i);
    return true;
  }

  // Sleeping workers are left alone until the time lost by it, summed over calls that follow each other within the
  // spin time, would have paid for waking them.
  bool pays_to_wake(Clock::time_point start, Clock::time_point end, Clock::duration lost) {
    if (start - last_missed_ > spin_time) missed_ = {};
    missed_ += lost;
    last_missed_ = end + lost;
    if (missed_ < work_worth_waking_for) return false;
    missed_ = {};
    return true;
  }

  void open() {
    caller_processor_.store(current_processor(), std::memory_order_relaxed);
    gate_.store(gate_.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
  }

  void close() {
    gate_.store(gate_.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
    to_wake_.store(0, std::memory_order_relaxed);
    Spin spin(join_spin_time);
    while (active_.load(std::memory_order_seq_cst) != 0) {
      if (!spin.pause()) std::this_thread::yield();
    }
  }

  void wake_up(int helpers) {
    const int asleep = parked_.load(std::memory_order_seq_cst);
    const int missing = helpers - (started_.load(std::memory_order_relaxed) - asleep);
    to_wake_.store(std::min(asleep, missing), std::memory_order_relaxed);
    wake_two();
    start_workers(std::min(helpers, started_.load(std::memory_order_relaxed) + missing - std::min(asleep, missing)));
  }

  // Everyone who wakes up wakes two more, so the caller pays for two system calls, whatever the number of workers.
  void wake_two() {
    for (int i = 0; i < 2; ++i) {
      if (to_wake_.load(std::memory_order_relaxed) <= 0) return;
      if (to_wake_.fetch_sub(1, std::memory_order_relaxed) > 0) gate_.notify_one();
    }
  }

  void start_workers(int wanted) {
    try {
      while (static_cast<int>(workers_.size()) < wanted) {
        const int index = static_cast<int>(workers_.size());
        limit_.store(index + 1, std::memory_order_relaxed);
        workers_.emplace_back([this, index] { work(index); });
        started_.store(index + 1, std::memory_order_relaxed);
      }
    } catch (const std::system_error&) {  // the system has no more threads to give: work with those there are
      most_workers_ = static_cast<int>(workers_.size());
    }
  }

  void retire(int keep) {
    limit_.store(keep, std::memory_order_relaxed);
    open();
    close();
    gate_.notify_all();
    for (int i = keep; i < static_cast<int>(workers_.size()); ++i) workers_[i].join();
    workers_.resize(keep);
    started_.store(keep, std::memory_order_relaxed);
  }

  void work(int index) {
    Spin spin(spin_time);
    uint32_t seen = 0;
    while (true) {
      const uint32_t gate = gate_.load(std::memory_order_acquire);
      if (index >= limit_.load(std::memory_order_relaxed)) return;
      if (gate % 2 == 1 && gate != seen) {
        seen = gate;
        if (help(gate)) spin.restart();
      } else if (!spin.pause()) {
        sleep_until_not(gate);
        wake_two();
        spin.restart();
      }
    }
  }

  void sleep_until_not(uint32_t gate) {
    {
      const KeepOff caller(caller_processor_.load(std::memory_order_relaxed));
      parked_.fetch_add(1, std::memory_order_seq_cst);
      gate_.wait(gate, std::memory_order_seq_cst);
      parked_.fetch_sub(1, std::memory_order_relaxed);
    }
    const int caller = caller_processor_.load(std::memory_order_relaxed);
    if (caller == current_processor()) KeepOff leave(caller);
  }

  // True if this worker got a chunk of the job that `gate` stands for.
  bool help(uint32_t gate) {
    bool helped = false;
    active_.fetch_add(1, std::memory_order_seq_cst);
    if (gate_.load(std::memory_order_seq_cst) == gate) {
      while (claim_last()) helped = true;
    }
    active_.fetch_sub(1, std::memory_order_release);
    return helped;
  }

  alignas(64) std::atomic<uint32_t> gate_{0};
  std::atomic<int> limit_{0};  // workers with a higher index leave
  int64_t count_ = 0;
  int64_t share_ = 0;  // the caller's, of the chunks
  Body body_ = nullptr;
  void* context_ = nullptr;
  int64_t from_start_ = 0;  // the caller's alone
  alignas(64) std::atomic<int64_t> claimed_{0};
  std::atomic<int64_t> from_share_{0};
  alignas(64) std::atomic<int> active_{0};  // workers that may be reading the job
  alignas(64) std::atomic<int> parked_{0};
  std::atomic<int> to_wake_{0};
  std::atomic<int> caller_processor_{-1};
  std::atomic<int> started_{0};
  alignas(64) std::atomic<bool> busy_{false};
  std::vector<std::thread> workers_;
  int most_workers_ = max_thread_count;
  Clock::time_point last_missed_;
  Clock::duration missed_{};
};

std::atomic<int> configured{0};
std::atomic<Pool*> current{nullptr};

// Never destroyed: workers may outlive static destruction. A forked child leaves the old pool and gets its own.
Pool& pool() {
  Pool* known = current.load(std::memory_order_acquire);
  const uint32_t generation = fork_generation();
  if (known && known->generation == generation) return *known;
  Pool* fresh = new Pool(generation);
  if (current.compare_exchange_strong(known, fresh, std::memory_order_acq_rel)) return *fresh;
  delete fresh;
  return *known;
}

}  // namespace

int thread_count() {
  int count = configured.load(std::memory_order_relaxed);
  if (count == 0) {
    int unset = 0;
    count = default_thread_count();
    if (!configured.compare_exchange_strong(unset, count, std::memory_order_relaxed)) count = unset;
  }
  return count;
}

void set_thread_count(int count) {
  configured.store(count < 1 ? default_thread_count() : std::min(count, max_thread_count), std::memory_order_relaxed);
}

bool workers_hot() {
  const Pool* known = current.load(std::memory_order_acquire);
  return known && known->generation == fork_generation() && known->hot() > 0;
}

void parallel_for(int64_t count, void (*body)(void* context, int64_t index), void* context, Wake wake) {
  const int threads = count > 1 ? thread_count() : 1;
  if (threads > 1 && pool().try_run(count, body, context, threads, wake)) return;
  for (int64_t index = 0; index < count; ++index) body(context, index);
}

}  // namespace hebb

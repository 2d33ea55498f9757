#include "runner.h"

#include <chrono>
#include <new>
#include <system_error>

#include "../core/fork.h"
#include "../core/spin.h"

namespace hebb {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds progress_interval{100};
constexpr std::chrono::microseconds idle_spin_time{30};  // before sleeping: short runs often follow each other

// At the end of a turn, however it ends.
struct Settler {
  ~Settler() {
    if (job.settle) job.settle();
  }
  const Job& job;
};

void record_failure(RunResult& result, ErrorCode code, const char* what) {
  result.status = RunResult::failed;
  result.code = code;
  result.error = what;
}

}  // namespace

void Runner::submit(Job job) {
  lock_.attach();
  if (stopping_.load(std::memory_order_relaxed)) return run(std::move(job));
  if (!thread_.joinable()) {
    try {
      generation_ = fork_generation();
      thread_ = std::thread([this] { work(); });
    } catch (const std::system_error& error) {
      lock_.detach();
      fail(ErrorCode::internal, "run: the system gives no thread: ", error.what());
    }
  }
  {
    const std::lock_guard guard(mutex_);
    waiting_.push_back(std::move(job));
  }
  news_.fetch_add(1, std::memory_order_seq_cst);
  news_.notify_one();
}

void Runner::stop() {
  stopping_.store(true, std::memory_order_seq_cst);
  if (!thread_.joinable()) return;
  if (generation_ != fork_generation()) return thread_.detach();
  news_.fetch_add(1, std::memory_order_seq_cst);
  news_.notify_one();
  thread_.join();
}

void Runner::work() {
  Job job;
  while (take(job)) run(std::move(job));
}

// The next job, waited for; false once there is none left and stop() was called.
bool Runner::take(Job& job) {
  Spin spin(idle_spin_time);
  while (true) {
    const uint32_t news = news_.load(std::memory_order_seq_cst);
    {
      const std::lock_guard guard(mutex_);
      if (!waiting_.empty()) {
        job = std::move(waiting_.front());
        waiting_.pop_front();
        return true;
      }
    }
    if (stopping_.load(std::memory_order_seq_cst)) return false;
    while (news_.load(std::memory_order_seq_cst) == news) {
      if (!spin.pause()) news_.wait(news, std::memory_order_seq_cst);
    }
  }
}

void Runner::run(Job job) {
  RunResult result;
  auto last_progress = Clock::now();
  const auto goes_on = [&] {
    if (result.completed == job.count) return false;
    const bool cancelled = job.cancel && job.cancel->load(std::memory_order_relaxed);
    if (cancelled || stopping_.load(std::memory_order_relaxed)) result.status = RunResult::cancelled;
    return result.status == RunResult::done;
  };
  try {
    while (goes_on()) {
      const RunnerTurn turn(lock_);
      const Settler settler{job};
      do {
        result.completed += job.step(job.count - result.completed);
        const auto now = Clock::now();
        if (now - last_progress < progress_interval || result.completed == job.count) continue;
        last_progress = now;
        if (job.progress) job.progress(result.completed);
      } while (!lock_.awaited() && goes_on());
    }
    if (job.finish) {
      const RunnerTurn turn(lock_);
      job.finish();
    }
  } catch (const Error& error) {
    record_failure(result, error.code, error.what());
  } catch (const std::bad_alloc&) {
    record_failure(result, ErrorCode::out_of_memory, "run: out of memory");
  } catch (const std::exception& error) {
    record_failure(result, ErrorCode::internal, error.what());
  } catch (...) {
    record_failure(result, ErrorCode::internal, "run: unknown error");
  }
  job.step = nullptr;
  job.settle = nullptr;
  job.finish = nullptr;
  lock_.detach();
  if (job.progress) job.progress(result.completed);
  job.done(result);
}

}  // namespace hebb

#include "../../native/program/runner.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.h"

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>
#endif

using hebb::DeviceLock;
using hebb::EagerTurn;
using hebb::Job;
using hebb::Runner;
using hebb::RunResult;
using hebb::test::check;

namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr int64_t endless = int64_t{1} << 60;

void work_for(Microseconds time) {
  const auto end = Clock::now() + time;
  while (Clock::now() < end) {
  }
}

// What a job reported, and a way to wait for its end.
struct Outcome {
  RunResult result;
  std::vector<int64_t> progress;
  std::atomic<int> ended{0};

  Job job(std::function<void(int64_t)> step, int64_t count, const std::atomic<bool>* cancel = nullptr) {
    return {.step =
                [step = std::move(step), index = int64_t{0}](int64_t) mutable {
                  step(index++);
                  return 1;
                },
            .count = count,
            .cancel = cancel,
            .progress = [this](int64_t completed) { progress.push_back(completed); },
            .done =
                [this](const RunResult& how) {
                  result = how;
                  ended.fetch_add(1);
                  ended.notify_all();
                }};
  }
  void wait() { ended.wait(0); }
};

void runs_steps_in_order() {
  DeviceLock lock;
  Runner runner(lock);
  std::vector<int64_t> seen;
  Outcome outcome;
  runner.submit(outcome.job([&](int64_t index) { seen.push_back(index); }, 1000));
  outcome.wait();
  bool ordered = seen.size() == 1000;
  for (size_t i = 0; i < seen.size(); ++i) ordered = ordered && seen[i] == static_cast<int64_t>(i);
  check(ordered, "a job runs its steps once each, in order");
  check(outcome.result.status == RunResult::done && outcome.result.completed == 1000, "the result counts the steps");
  check(outcome.progress == std::vector<int64_t>{1000}, "a short job reports its progress once, at the end");
  check(!lock.shared(), "eager ops need no lock once the work is done");
  Outcome nothing;
  runner.submit(nothing.job([](int64_t) {}, 0));
  nothing.wait();
  check(nothing.result.status == RunResult::done && nothing.result.completed == 0, "a job of no steps is done at once");
}

void runs_jobs_in_order() {
  DeviceLock lock;
  Runner runner(lock);
  constexpr int jobs = 2000;
  std::vector<int> order;
  std::vector<Outcome> outcomes(jobs);
  for (int i = 0; i < jobs; ++i) runner.submit(outcomes[i].job([&order, i](int64_t) { order.push_back(i); }, 3));
  for (Outcome& outcome : outcomes) outcome.wait();
  runner.stop();
  check(order.size() == 3 * jobs && std::is_sorted(order.begin(), order.end()), "jobs run in the order of submission");
  int ended_once = 0;
  for (Outcome& outcome : outcomes) ended_once += outcome.ended == 1;
  check(ended_once == jobs, "every job ends exactly once");
}

void limits_progress() {
  DeviceLock lock;
  Runner runner(lock);
  Outcome outcome;
  const auto start = Clock::now();
  runner.submit(outcome.job([](int64_t) { work_for(Microseconds(1000)); }, 450));
  outcome.wait();
  const auto& reports = outcome.progress;
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  check(reports.size() >= 2 && static_cast<double>(reports.size()) <= 10 * seconds + 1,
        "progress comes at most ten times a second");
  check(std::is_sorted(reports.begin(), reports.end()) && reports.back() == 450, "progress grows up to the last step");
}

void reports_failures() {
  DeviceLock lock;
  Runner runner(lock);
  const auto fails = [&](void (*raise)()) {
    Outcome outcome;
    runner.submit(outcome.job(
        [raise](int64_t index) {
          if (index == 5) raise();
        },
        10));
    outcome.wait();
    check(outcome.result.status == RunResult::failed && outcome.result.completed == 5,
          "a step that throws ends its job");
    check(outcome.progress == std::vector<int64_t>{5}, "a failed job reports how far it came");
    return outcome.result;
  };
  const RunResult shape = fails([] { hebb::fail(hebb::ErrorCode::shape, "matmul: ", 3, " x ", 4); });
  check(shape.code == hebb::ErrorCode::shape && shape.error == "matmul: 3 x 4", "an error keeps its code and message");
  const RunResult memory = fails([] { throw std::bad_alloc(); });
  check(memory.code == hebb::ErrorCode::out_of_memory, "bad_alloc becomes ERR_OUT_OF_MEMORY");
  const RunResult other = fails([] { throw std::runtime_error("odd"); });
  check(other.code == hebb::ErrorCode::internal && other.error == "odd", "other exceptions become ERR_INTERNAL");
  check(fails([] { throw 7; }).code == hebb::ErrorCode::internal, "whatever is thrown becomes ERR_INTERNAL");
  Outcome outcome;
  runner.submit(outcome.job([](int64_t) {}, 3));
  outcome.wait();
  check(outcome.result.status == RunResult::done, "the runner works on after a failure");
}

void cancels_within_a_step() {
  DeviceLock lock;
  Runner runner(lock);
  std::atomic<bool> cancel{false};
  std::atomic<int64_t> started{0};
  Outcome outcome;
  const auto step = [&](int64_t) {
    started.fetch_add(1);
    work_for(Microseconds(500));
  };
  runner.submit(outcome.job(step, endless, &cancel));
  while (started < 10) std::this_thread::yield();
  const int64_t before = started;
  cancel = true;
  const int64_t after = started;  // the flag may have come between this step's look at it and its first line
  outcome.wait();
  check(outcome.result.status == RunResult::cancelled, "a cancelled job says so");
  check(outcome.result.completed == started, "a cancelled job counts its whole steps");
  check(outcome.result.completed >= before && outcome.result.completed <= after + 1,
        "cancelling takes at most one step");
  std::atomic<bool> early{true};
  Outcome never;
  runner.submit(never.job([](int64_t) {}, 10, &early));
  never.wait();
  check(never.result.status == RunResult::cancelled && never.result.completed == 0,
        "a job cancelled early runs no step");
}

void stops_in_the_middle() {
  for (int round = 0; round < 20; ++round) {
    DeviceLock lock;
    std::vector<Outcome> outcomes(5);
    Runner runner(lock);
    std::atomic<bool> running{false};
    for (Outcome& outcome : outcomes) {
      runner.submit(outcome.job(
          [&](int64_t) {
            running = true;
            work_for(Microseconds(200));
          },
          endless));
    }
    while (round % 2 == 0 && !running) std::this_thread::yield();
    runner.stop();
    runner.stop();
    int cancelled = 0;
    for (Outcome& outcome : outcomes) cancelled += outcome.ended == 1 && outcome.result.status == RunResult::cancelled;
    check(cancelled == 5, "stop() cancels the job that runs and those that wait");
    check(!lock.shared(), "stop() leaves the device to the eager ops");
    Outcome late;
    runner.submit(late.job([](int64_t) {}, 1));
    check(late.ended == 1 && late.result.status == RunResult::cancelled, "a job submitted after stop() is cancelled");
  }
}

void destroys_the_step_first() {
  DeviceLock lock;
  Runner runner(lock);
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  std::atomic<int> gone{-1};
  Job job{.step = [owned = std::move(owned)](int64_t) { return ++*owned; }, .count = 2};
  job.done = [&](const RunResult&) {
    gone = watch.expired();
    gone.notify_all();
  };
  runner.submit(std::move(job));
  gone.wait(-1);
  check(gone == 1, "what the step owns is released before done() is called");
}

// Eager ops and the steps of a run write the same plain variable: TSan reports any overlap.
void takes_turns() {
  DeviceLock lock;
  Runner runner(lock);
  int64_t state = 0;
  std::atomic<bool> cancel{false};
  Outcome outcome;
  runner.submit(outcome.job(
      [&](int64_t) {
        ++state;
        work_for(Microseconds(100));
      },
      endless, &cancel));
  std::vector<double> waits;
  int64_t eager = 0;
  for (int op = 0; op < 300; ++op) {
    std::this_thread::sleep_for(std::chrono::microseconds(300));
    const auto asked = Clock::now();
    const EagerTurn turn(lock);
    waits.push_back(Microseconds(Clock::now() - asked).count());
    ++state;
    ++eager;
  }
  cancel = true;
  outcome.wait();
  check(state == outcome.result.completed + eager, "steps and eager ops never overlap");
  std::sort(waits.begin(), waits.end());
  std::printf("eager op during 100 us steps waits: median %.0f us, p90 %.0f us, max %.0f us\n", waits[150], waits[270],
              waits.back());
}

// The bound itself, in steps rather than time: from the moment an eager op has its ticket, one step may end, no other
// begin.
void waits_for_one_step() {
  DeviceLock lock;
  lock.attach();
  std::atomic<int64_t> begun{0};
  std::atomic<bool> stop{false};
  std::thread runner([&] {
    while (!stop) {
      const hebb::RunnerTurn turn(lock);
      begun.fetch_add(1);
      work_for(Microseconds(50));
    }
  });
  while (begun == 0) std::this_thread::yield();
  const int64_t first = begun;
  int ops = 0, late = 0;
  const auto start = Clock::now();
  const auto lasts = [&](int seconds) { return Clock::now() - start < std::chrono::seconds(seconds); };
  while (lasts(20) && (ops < 1000 || begun < first + 100)) {
    const int64_t before = begun;
    const EagerTurn turn(lock);
    late += begun > before + 1;  // one may begin between the reading and the ticket
    ++ops;
  }
  const int64_t steps = begun - first;  // for a lock that starves the runner, none in the 20 s
  stop = true;
  runner.join();
  check(late <= 5 + ops / 50, "a waiting eager op is served before the next step begins");  // few are interrupted there
  check(steps >= 100, "eager ops in a tight loop do not keep the runner out");
}

void costs_little_alone() {
  DeviceLock lock;
  const auto time_turns = [&] {
    constexpr int turns = 1000000;
    const auto start = Clock::now();
    for (int i = 0; i < turns; ++i) const EagerTurn turn(lock);
    return Microseconds(Clock::now() - start).count() * 1e3 / turns;
  };
  const double without = time_turns();
  lock.attach();
  const double uncontended = time_turns();
  lock.detach();
  std::printf("eager turn: %.1f ns without a runner, %.1f ns uncontended\n", without, uncontended);
  check(!lock.shared(), "attach() and detach() balance");
}

#if !defined(_WIN32) && !defined(__SANITIZE_THREAD__)
void survives_a_fork() {
  DeviceLock lock;
  Runner runner(lock);
  std::atomic<bool> cancel{false};
  Outcome outcome;
  runner.submit(outcome.job([](int64_t) { work_for(Microseconds(50)); }, endless, &cancel));
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a hang becomes a failure
      for (int op = 0; op < 10; ++op) const EagerTurn turn(lock);
      runner.stop();
      _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child of a fork during a run waits for no runner");
  }
  cancel = true;
  outcome.wait();
}
#else
void survives_a_fork() {}
#endif

}  // namespace

int main() {
  runs_steps_in_order();
  runs_jobs_in_order();
  limits_progress();
  reports_failures();
  cancels_within_a_step();
  stops_in_the_middle();
  destroys_the_step_first();
  takes_turns();
  waits_for_one_step();
  costs_little_alone();
  survives_a_fork();
  return hebb::test::finish("runner");
}

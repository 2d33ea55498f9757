#include "../../native/cpu/threads.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "../../native/cpu/processors.h"
#include "check.h"

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>
#endif

using hebb::parallel;
using hebb::test::check;

namespace {

using Clock = std::chrono::steady_clock;

void work_for(std::chrono::microseconds time) {
  const auto end = Clock::now() + time;
  while (Clock::now() < end) {
  }
}

// Wakes the workers; true once they have been seen awake (a busy machine may need several attempts).
bool warm_up() {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    parallel(8, [](int64_t) { work_for(std::chrono::microseconds(50)); });
    if (hebb::workers_hot()) return true;
  }
  return false;
}

bool every_index_once(int64_t count) {
  std::vector<int> visits(count, 0);  // not atomic: a chunk run twice or late is a data race that TSan reports
  parallel(count, [&](int64_t index) { ++visits[index]; });
  for (const int visit : visits) {
    if (visit != 1) return false;
  }
  return true;
}

void runs_every_index_once() {
  for (const int threads : {1, 2, 3, 8}) {
    hebb::set_thread_count(threads);
    check(hebb::thread_count() == threads, "thread_count() is what was set");
    for (const int64_t count : {0, 1, 2, 3, 7, 64, 1000})
      check(every_index_once(count), "every index runs exactly once");
  }
  bool ran = false;
  parallel(-5, [&](int64_t) { ran = true; });
  check(!ran, "a negative count runs nothing");
}

void uses_other_threads() {
  hebb::set_thread_count(2);
  std::atomic<int> elsewhere{0};
  const auto caller = std::this_thread::get_id();
  for (int attempt = 0; attempt < 200 && elsewhere == 0; ++attempt) {
    parallel(16, [&](int64_t) {
      work_for(std::chrono::microseconds(100));
      if (std::this_thread::get_id() != caller) ++elsewhere;
    });
  }
  check(elsewhere > 0, "a worker takes chunks of long work");
}

void survives_back_to_back_calls() {
  hebb::set_thread_count(4);
  std::vector<int64_t> values(8, 0);
  const int64_t calls = 100000;
  for (int64_t call = 0; call < calls; ++call) {
    parallel(8, [&](int64_t index) { values[index] += index + 1; });
  }
  check(std::accumulate(values.begin(), values.end(), int64_t{0}) == 36 * calls, "100,000 calls in a row lose nothing");
}

void nests() {
  hebb::set_thread_count(4);
  warm_up();
  std::vector<int> visits(64 * 64, 0);
  parallel(64, [&](int64_t row) { parallel(64, [&](int64_t column) { ++visits[row * 64 + column]; }); });
  bool once = true;
  for (const int visit : visits) once = once && visit == 1;
  check(once, "a call nested in a body runs its whole range");
}

void serves_several_callers() {
  hebb::set_thread_count(3);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&wrong, caller] {
      for (int call = 0; call < 2000; ++call) {
        if (!every_index_once(16)) ++wrong;
        if (caller == 0 && call % 100 == 0) hebb::set_thread_count(1 + call / 100 % 5);
      }
    });
  }
  for (auto& caller : callers) caller.join();
  check(wrong == 0, "callers on several threads, while the thread count changes, all get their ranges run");
}

void changes_thread_count_from_a_body() {
  hebb::set_thread_count(4);
  warm_up();
  for (int round = 0; round < 50; ++round) {
    parallel(8, [&](int64_t index) { hebb::set_thread_count(static_cast<int>(index) % 5 + 1); });
    check(every_index_once(100), "set_thread_count() inside a body holds for later calls");
  }
}

void workers_fall_asleep() {
  hebb::set_thread_count(2);
  check(warm_up(), "long work wakes the workers");
  int woken = 0;
  for (int call = 0; call < 20; ++call) {
    for (int wait = 0; wait < 500 && hebb::workers_hot(); ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    check(!hebb::workers_hot(), "idle workers fall asleep");
    parallel(8, [](int64_t) {});
    woken += hebb::workers_hot();
  }
  check(woken < 10, "a short call on its own wakes nobody");  // but one that was interrupted looks long, and may
  check(warm_up(), "workers that sleep can be woken");
}

void reads_the_environment() {
#ifndef _WIN32
  setenv("HEBB_NUM_THREADS", "3", 1);
  check(hebb::default_thread_count() == 3, "HEBB_NUM_THREADS sets the default");
  hebb::set_thread_count(0);
  check(hebb::thread_count() == 3, "set_thread_count(0) restores the default");
  unsetenv("HEBB_NUM_THREADS");
  const int automatic = hebb::default_thread_count();
  check(automatic >= 1, "the default is at least 1");
  for (const char* bad : {"", "0", "-2", "two", "2x"}) {
    setenv("HEBB_NUM_THREADS", bad, 1);
    check(hebb::default_thread_count() == automatic, "a HEBB_NUM_THREADS that is no positive number is ignored");
  }
  setenv("HEBB_NUM_THREADS", "99999999999999999999", 1);
  check(hebb::default_thread_count() == hebb::max_thread_count, "a huge HEBB_NUM_THREADS is capped");
  unsetenv("HEBB_NUM_THREADS");
#endif
}

#if !defined(_WIN32) && !defined(__SANITIZE_THREAD__)
// The child of a fork, made while another thread is inside the pool, gets a working pool of its own.
void works_in_a_forked_child() {
  hebb::set_thread_count(3);
  warm_up();
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) parallel(8, [](int64_t) { work_for(std::chrono::microseconds(20)); });
  });
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a hang becomes a failure
      bool right = true;
      for (int call = 0; call < 50; ++call) right = right && every_index_once(32);
      _exit(right && warm_up() ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the pool works in a forked child");
  }
  stop = true;
  other.join();
}
#else
void works_in_a_forked_child() {}  // ThreadSanitizer does not allow threads after a fork
#endif

// What the program does when started with the argument "exit": exit() while a caller and its workers are in a call.
[[noreturn]] void exit_in_the_middle() {
  hebb::set_thread_count(4);
  std::thread([] {
    while (true) parallel(64, [](int64_t) { work_for(std::chrono::microseconds(50)); });
  }).detach();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::exit(0);
}

void exits_in_the_middle(const char* program) {
  const std::string command = std::string("\"") + program + "\" exit";
  for (int i = 0; i < 5; ++i)
    check(std::system(command.c_str()) == 0, "a process that exits in the middle of a call just exits");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) exit_in_the_middle();
  runs_every_index_once();
  uses_other_threads();
  survives_back_to_back_calls();
  nests();
  serves_several_callers();
  changes_thread_count_from_a_body();
  workers_fall_asleep();
  reads_the_environment();
  works_in_a_forked_child();
  exits_in_the_middle(argv[0]);
  return hebb::test::finish("threads");
}

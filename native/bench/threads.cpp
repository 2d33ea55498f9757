// Fork/join latency of the CPU pool: threads_bench [busy], where `busy` adds a competing thread that never sleeps.
#include "../cpu/threads.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

void work_for(Microseconds time) {
  const auto end = Clock::now() + time;
  while (Clock::now() < end) {
  }
}

struct Setting {
  const char* name;
  int64_t chunks;
  double chunk_us;  // 0: an empty body
  int pause_us;     // slept between calls; 0: back to back
};

void measure(const Setting& setting) {
  std::vector<double> times;
  const int calls = setting.pause_us ? 500 : 3000;
  for (int call = 0; call < calls; ++call) {
    if (setting.pause_us) std::this_thread::sleep_for(std::chrono::microseconds(setting.pause_us));
    const auto start = Clock::now();
    if (setting.chunk_us > 0) {
      hebb::parallel(setting.chunks, [&](int64_t) { work_for(Microseconds(setting.chunk_us)); });
    } else {
      hebb::parallel(setting.chunks, [](int64_t) {});
    }
    times.push_back(Microseconds(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  const double serial = setting.chunk_us * static_cast<double>(setting.chunks);
  std::printf("%-34s %9.2f %9.2f %9.2f %9.1f\n", setting.name, times[calls / 10], times[calls / 2],
              times[calls * 9 / 10], serial);
}

}  // namespace

int main(int argc, char**) {
  std::atomic<bool> stop{false};
  std::thread competitor;
  if (argc > 1)
    competitor = std::thread([&] {
      while (!stop) work_for(Microseconds(1000));
    });
  std::printf("%d threads%s; microseconds\n", hebb::thread_count(), argc > 1 ? ", a competing busy thread" : "");
  std::printf("%-34s %9s %9s %9s %9s\n", "", "p10", "median", "p90", "serial");
  const Setting settings[] = {
      {"8 x 0, back to back", 8, 0, 0},
      {"8 x 0, after 1 ms of sleep", 8, 0, 1000},
      {"2 x 10, back to back", 2, 10, 0},
      {"8 x 2.5, back to back", 8, 2.5, 0},
      {"8 x 2.5, after 1 ms of sleep", 8, 2.5, 1000},
      {"8 x 25, back to back", 8, 25, 0},
      {"8 x 25, after 1 ms of sleep", 8, 25, 1000},
      {"16 x 100, after 1 ms of sleep", 16, 100, 1000},
  };
  for (const Setting& setting : settings) {
    measure(setting);
    // a row that starts hot: what a call costs when workers spin but the body is empty
    if (setting.chunk_us == 0 && setting.pause_us == 0) {
      std::vector<double> times;
      for (int call = 0; call < 3000; ++call) {
        if (!hebb::workers_hot()) hebb::parallel(8, [](int64_t) { work_for(Microseconds(50)); });
        const auto start = Clock::now();
        hebb::parallel(8, [](int64_t) {});
        times.push_back(Microseconds(Clock::now() - start).count());
      }
      std::sort(times.begin(), times.end());
      std::printf("%-34s %9.2f %9.2f %9.2f %9.1f\n", "8 x 0, workers hot", times[300], times[1500], times[2700], 0.0);
    }
  }
  stop = true;
  if (competitor.joinable()) competitor.join();
}

#include "processors.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace hebb {
namespace {

#ifdef __linux__
// Processors per period granted to this container (cgroup v2, then v1), or 0 where there is no limit.
double cgroup_quota() {
  double quota = 0, period = 0;
  const auto read = [](const char* path, const char* format, double* first, double* second) {
    std::FILE* file = std::fopen(path, "re");
    if (!file) return false;
    const int wanted = second ? 2 : 1;
    const int got = second ? std::fscanf(file, format, first, second) : std::fscanf(file, format, first);
    std::fclose(file);
    return got == wanted;
  };
  if (!read("/sys/fs/cgroup/cpu.max", "%lf %lf", &quota, &period)) {  // "max 100000" does not parse: no limit
    if (!read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "%lf", &quota, nullptr)) return 0;
    if (!read("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "%lf", &period, nullptr)) return 0;
  }
  return quota > 0 && period > 0 ? quota / period : 0;
}
#endif

int available_processors() {
  int processors = static_cast<int>(std::thread::hardware_concurrency());
#ifdef __linux__
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) processors = CPU_COUNT(&mask);
  if (const double quota = cgroup_quota(); quota > 0) processors = std::min(processors, int(std::ceil(quota)));
#endif
  return processors;
}

}  // namespace

int default_thread_count() {
  if (const char* text = std::getenv("HEBB_NUM_THREADS")) {
    char* end = nullptr;
    const long count = std::strtol(text, &end, 10);
    if (end != text && *end == '\0' && count >= 1) return static_cast<int>(std::min<long>(count, max_thread_count));
  }
  return std::clamp(available_processors(), 1, max_thread_count);
}

#ifdef __linux__
int current_processor() { return sched_getcpu(); }

KeepOff::KeepOff(int processor) : processor_(-1) {
  cpu_set_t allowed;
  if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  if (!CPU_ISSET(processor, &allowed) || CPU_COUNT(&allowed) < 2) return;
  CPU_CLR(processor, &allowed);
  if (sched_setaffinity(0, sizeof allowed, &allowed) == 0) processor_ = processor;
}

KeepOff::~KeepOff() {
  cpu_set_t allowed;
  if (processor_ < 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  CPU_SET(processor_, &allowed);
  sched_setaffinity(0, sizeof allowed, &allowed);
}
#else
int current_processor() { return -1; }
KeepOff::KeepOff(int) : processor_(-1) {}
KeepOff::~KeepOff() {}
#endif

}  // namespace hebb

#include "fork.h"

#include <atomic>

#ifndef _WIN32
#include <pthread.h>
#endif

namespace hebb {
namespace {

std::atomic<uint32_t> generation{0};

#ifndef _WIN32
[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });
#endif

}  // namespace

uint32_t fork_generation() { return generation.load(std::memory_order_relaxed); }

}  // namespace hebb

// After fork() the child has none of the parent's threads. Whatever owns threads, or waits for one, remembers the
// generation it was made in and starts afresh when the number has changed.
#pragma once

#include <cstdint>

namespace hebb {

// 0 in the first process, one more in each forked child. Costs one relaxed load.
uint32_t fork_generation();

}  // namespace hebb

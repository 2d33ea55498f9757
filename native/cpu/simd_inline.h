// One word for "must be inlined": a vector passed through memory, or a call per vector, would cost more than the work.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#define HEBB_INLINE __forceinline
#else
#define HEBB_INLINE inline __attribute__((always_inline))
#endif

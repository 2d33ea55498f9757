// One word for "must be inlined": a vector passed through memory, or a call per vector, would cost more than the work.
// HEBB_NOINLINE is the opposite, HEBB_TABLE a table of constants that is read at run time.
#pragma once

#if defined(__CUDACC__)
#define HEBB_INLINE __device__ __forceinline__
#define HEBB_NOINLINE __device__ __noinline__
#define HEBB_TABLE __device__ constexpr
#elif defined(_MSC_VER) && !defined(__clang__)
#define HEBB_INLINE __forceinline
#define HEBB_NOINLINE __declspec(noinline)
#define HEBB_TABLE constexpr
#else
#define HEBB_INLINE inline __attribute__((always_inline))
#define HEBB_NOINLINE __attribute__((noinline))
#define HEBB_TABLE constexpr
#endif

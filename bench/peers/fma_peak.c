// The most fused multiply-adds that the processor can do: chains that depend on nothing but themselves, in registers,
// as many as hide the time of each. Compiled by fma_peak.py with -O3 -march=native.
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#if defined(__AVX512F__)
enum { bytes = 64 };
#elif defined(__AVX__)
enum { bytes = 32 };
#else
enum { bytes = 16 };
#endif

const int fma_bits = 8 * bytes;

enum { chains = 12 };
#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

// `steps` times an FMA in each chain. It answers what the compiler must not know, so that it leaves nothing out.
#define START(n) chain##n = shift * n,
#define STEP(n) chain##n = chain##n * scale + shift;
#define ADD(n) sum += chain##n;
#define CHAINS(NAME, NUMBER)                                                           \
  typedef NUMBER NAME##_vector __attribute__((vector_size(bytes)));                    \
  static NUMBER NAME(long steps) {                                                     \
    NAME##_vector sum = {0}, scale = sum + (NUMBER)0.999, shift = sum + (NUMBER)0.001; \
    NAME##_vector EACH(START) last = shift;                                            \
    for (long step = 0; step < steps; ++step) {                                        \
      EACH(STEP)                                                                       \
    }                                                                                  \
    EACH(ADD)                                                                          \
    return sum[0] + last[0];                                                           \
  }
CHAINS(singles, float)
CHAINS(doubles, double)

struct run {
  long steps;
  int threads, size;
  atomic_int* here;
  double seconds, sum;
};

// Starts when all threads are there.
static void* one(void* place) {
  struct run* run = place;
  atomic_fetch_add(run->here, 1);
  while (atomic_load(run->here) < run->threads) continue;
  const double begin = now();
  run->sum = run->size == 4 ? singles(run->steps) : doubles(run->steps);
  run->seconds = now() - begin;
  return 0;
}

// FLOP/s of all threads together (at most 256) with numbers of 4 or 8 bytes.
double fma_peak(int threads, int size, long steps) {
  atomic_int here = 0;
  struct run runs[256];
  pthread_t handles[256];
  for (int t = 0; t < threads; ++t) runs[t] = (struct run){steps, threads, size, &here, 0, 0};
  for (int t = 1; t < threads; ++t)
    if (pthread_create(&handles[t], 0, one, &runs[t]) != 0) return 0;
  one(&runs[0]);
  double speed = 0;
  for (int t = 0; t < threads; ++t) {
    if (t > 0) pthread_join(handles[t], 0);
    speed += 2.0 * steps * chains * (bytes / size) / runs[t].seconds;
  }
  return speed;
}

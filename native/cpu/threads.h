// The CPU thread pool: fork/join over an index range, chunks claimed by an atomic counter.
//
// The caller claims chunks like any worker and at the end waits only for chunks in progress, so a worker that the
// system has put aside costs one chunk, not the whole call. Workers start at the first call that is worth it, spin
// for about 80 us after their last chunk, then sleep.
//
// When to call it. A fork/join costs about 0.2 us while workers spin (workers_hot()), but 5-90 us when they sleep.
// So make a chunk 2-20 us of work, 4 to 8 chunks per thread where the work allows it, and stay with a plain loop
// below about 5 us of work in all (50 us unless workers_hot()). If workers sleep, the caller times the first chunk and
// wakes them only if the rest is long enough, or if short calls follow each other closely: a wrong guess costs two
// clock reads. Who knows that a chunk takes 100 us and more asks for Wake::at_once.
//
// Bits: which thread runs a chunk is left to chance, so a chunk must depend on its index only.
#pragma once

#include <cstdint>

namespace hebb {

// The number of threads that parallel_for uses, the caller included: HEBB_NUM_THREADS, or else the processors that
// this process may use (affinity and container quota).
int thread_count();

// Sets the number for calls that start later, from any thread, even from inside a body; below 1 restores the default.
void set_thread_count(int count);

// True while a worker spins, so that a fork/join is nearly free.
bool workers_hot();

enum class Wake { if_it_pays, at_once };

// Calls body(context, index) once for each index in [0, count) and returns when all are done; what the bodies wrote is
// visible to the caller. Bodies must not throw. Nested in a body, or while another thread is inside, it is a plain
// loop.
void parallel_for(int64_t count, void (*body)(void* context, int64_t index), void* context,
                  Wake wake = Wake::if_it_pays);

// The same for a callable taking the index: parallel(8, [&](int64_t index) { ... }).
template <class Body>
inline void parallel(int64_t count, const Body& body) {
  parallel_for(
      count, [](void* context, int64_t index) { (*static_cast<const Body*>(context))(index); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace hebb

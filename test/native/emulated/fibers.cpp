// The threads of a block as fibers on one thread. They run in turn, each until it waits: in their order in one block,
// the other way round in the next, shuffled anew at every wait in the third. So a missing barrier gives another result
// in one of them.
#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>

#include "../../../native/core/error.h"
#include "../../../native/cuda/table.h"
#include "cuda_runtime_api.h"

namespace hebb::cuda {

namespace emulated {

namespace {

constexpr int most_threads = 1024;

struct Copy {
  float* to;
  float values[4];
  int count, group;
};

// Started once by its context, then entered by jumps, which unlike contexts need no system calls.
struct Fiber {
  ucontext_t context;
  jmp_buf place;
  std::vector<char> stack;
  std::vector<Copy> copies;  // on their way, in their order
  int groups = 0;            // closed ones
  bool done = false;
};
// Those who wait together: the last to arrive opens the gate for all.
struct Gate {
  int arrived = 0;
  int64_t opened = 0;
};

std::vector<Fiber> fibers(most_threads);
jmp_buf scheduler;
int running = 0, alive = 0;
int64_t progress = 0;
const Work* thread_of_grid = nullptr;
Gate block_gate, warp_gates[most_threads / 32];
uint64_t slots[most_threads];
int order[most_threads];
uint64_t blocks_run = 0, random_state = 1;

// At once: exit() would wait for the call that is under way.
[[noreturn]] void give_up(const std::string& why) {
  std::printf("FAILED: %s\n", why.c_str());
  std::fflush(stdout);
  std::_Exit(1);
}

[[gnu::noinline]] void give_way() {
  if (_setjmp(fibers[running].place) == 0) _longjmp(scheduler, 1);
}

void wait_at(Gate& gate, int all) {
  const int64_t before = gate.opened;
  if (++gate.arrived == all) {
    gate.arrived = 0;
    ++gate.opened;
    ++progress;
  } else {
    while (gate.opened == before) give_way();
  }
}

void run_fiber() {
  while (true) {
    (*thread_of_grid)();
    fibers[running].done = true;
    --alive;
    ++progress;
    give_way();
  }
}

[[gnu::noinline]] void enter(Fiber& fiber) {
  if (_setjmp(scheduler) != 0) return;
  if (!fiber.stack.empty()) _longjmp(fiber.place, 1);
  fiber.stack.resize(128 * 1024);
  getcontext(&fiber.context);
  fiber.context.uc_stack = {.ss_sp = fiber.stack.data(), .ss_flags = 0, .ss_size = fiber.stack.size()};
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, run_fiber, 0);
  setcontext(&fiber.context);
}

void shuffle(int count) {
  for (int i = count - 1; i > 0; --i) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    std::swap(order[i], order[(random_state >> 33) % static_cast<uint64_t>(i + 1)]);
  }
}

void run_block(int count) {
  const uint64_t kind = blocks_run++ % 3;
  std::iota(order, order + count, 0);
  if (kind == 1) std::reverse(order, order + count);
  for (int i = 0; i < count; ++i) {
    fibers[i].done = false;
    fibers[i].copies.clear();
    fibers[i].groups = 0;
  }
  alive = count;
  block_gate = {};
  for (Gate& gate : warp_gates) gate = {};
  while (alive > 0) {
    const int64_t before = progress;
    if (kind == 2) shuffle(count);
    for (int turn = 0; turn < count; ++turn) {
      running = order[turn];
      if (fibers[running].done) continue;
      threadIdx = {static_cast<unsigned>(running), 0, 0};
      enter(fibers[running]);
    }
    if (progress != before) continue;
    give_up("the threads of a block wait for each other");
  }
}

}  // namespace

void wait_for_block() { wait_at(block_gate, alive); }
void wait_for_warp() { wait_at(warp_gates[running / 32], 32); }
int lane() { return running % 32; }
uint64_t* warp_slots() { return slots + running / 32 * 32; }

void copy_later(float* to, const float* values, int count) {
  Fiber& fiber = fibers[running];
  Copy& copy = fiber.copies.emplace_back(Copy{to, {}, count, fiber.groups});
  std::memcpy(copy.values, values, static_cast<size_t>(count) * sizeof(float));
}

void demand_aligned(const void* address, uintptr_t bytes) {
  if (reinterpret_cast<uintptr_t>(address) % bytes != 0) give_up("an asynchronous copy that is not aligned");
}

void close_group() { ++fibers[running].groups; }

void wait_for_groups(int pending) {
  Fiber& fiber = fibers[running];
  const auto late = std::find_if(fiber.copies.begin(), fiber.copies.end(),
                                 [&](const Copy& copy) { return copy.group >= fiber.groups - pending; });
  for (auto copy = fiber.copies.begin(); copy != late; ++copy) {
    std::memcpy(copy->to, copy->values, static_cast<size_t>(copy->count) * sizeof(float));
  }
  fiber.copies.erase(fiber.copies.begin(), late);
}

void run_grid(unsigned blocks, unsigned threads, int64_t shared_bytes, const Work& thread) {
  thread_of_grid = &thread;
  blockDim = {threads, 1, 1};
  gridDim = {blocks, 1, 1};
  for (blockIdx = {0, 0, 0}; blockIdx.x < blocks; ++blockIdx.x) {
    std::memset(shared_memory, 0xa7, static_cast<size_t>(shared_bytes));
    run_block(static_cast<int>(threads));
  }
}

void launch(int64_t blocks, int threads, int64_t shared_bytes, const Work& thread) {
  if (blocks < 1 || blocks > INT32_MAX || threads < 1 || threads > most_threads || shared_bytes > most_shared_bytes) {
    give_up("a kernel of " + std::to_string(blocks) + " blocks of " + std::to_string(threads) + " threads");
  }
  queue([=] { run_grid(static_cast<unsigned>(blocks), static_cast<unsigned>(threads), shared_bytes, thread); });
}

}  // namespace emulated

// Products have kernels that only a GPU can run, and tests of their own.
void matmul_kernel(const Launch&) { fail(ErrorCode::internal, "matmul is not emulated"); }
void dense_kernel(const Launch&) { fail(ErrorCode::internal, "dense is not emulated"); }

}  // namespace hebb::cuda

// Graphs of one step and of many, over a table of functions that only counts.
#include "../../native/core/prepared_graph.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "check.h"

using namespace hebb;
using test::check;

namespace {

struct Recorded {
  int64_t launches, repeats;
  MatmulPrecision precision;
};

// What the functions of the table were asked for.
struct Log {
  MatmulPrecision precision = MatmulPrecision::highest;
  std::vector<Recorded> prepared;
  std::vector<int64_t> replays;  // the repeats of the graph
  std::vector<int64_t> waits;    // steps replayed before
  bool refuses = false;          // to prepare
  int graphs = 0;                // that were not given back
} logged;

int64_t steps_done() { return std::accumulate(logged.replays.begin(), logged.replays.end(), int64_t{0}); }

const Accelerator table = {
    .signature = accelerator_signature(),
    .count = nullptr,
    .describe = nullptr,
    .open = [](int, Failure*) -> void* { return nullptr; },
    .close = [](void*) {},
    .allocate = nullptr,
    .release = nullptr,
    .upload = nullptr,
    .download = nullptr,
    .launch = nullptr,
    .prepare = [](void*, const Launch*, int64_t count, int64_t repeats, Failure* failure) -> void* {
      if (logged.refuses) {
        failure->failed = true;
        std::snprintf(failure->message, sizeof failure->message, "no graph");
        return nullptr;
      }
      logged.prepared.push_back({count, repeats, logged.precision});
      ++logged.graphs;
      return new int64_t{repeats};
    },
    .replay = [](void*, void* prepared, Failure*) { logged.replays.push_back(*static_cast<int64_t*>(prepared)); },
    .discard =
        [](void*, void* prepared) {
          --logged.graphs;
          delete static_cast<int64_t*>(prepared);
        },
    .time = nullptr,
    .synchronize = [](void*, Failure*) { logged.waits.push_back(steps_done()); },
    .set_matmul_precision = [](void*, MatmulPrecision precision) { logged.precision = precision; },
};

struct Counting : AcceleratorDevice {
  Counting() : AcceleratorDevice(table, 0, "counting") {}
  Buffer* allocate(int64_t) override { return nullptr; }
};

void set_graph_steps(const char* text) {
#ifdef _WIN32
  _putenv_s("HEBB_CUDA_GRAPH_STEPS", text);
#else
  setenv("HEBB_CUDA_GRAPH_STEPS", text, 1);
#endif
}

// A program of 28 launches on a device of its own.
struct Case {
  std::unique_ptr<Prepared> prepared;

  explicit Case(const char* graph_steps) {
    logged = {};
    set_graph_steps(graph_steps);
    Counting device;
    prepared = device.prepare(std::vector<Step>(28, {Launch{}}));
  }

  // As a run of so many steps; whether every answer was possible.
  bool run(int64_t count) {
    bool possible = true;
    const int64_t before = steps_done();
    for (int64_t left = count; left > 0;) {
      const int64_t steps = prepared->replay(left);
      possible = possible && steps >= 1 && steps <= left;
      left -= steps;
    }
    prepared->finish();
    return possible && steps_done() == before + count;
  }
};

void takes_long_graphs_where_they_fit() {
  Case eight("8");
  check(logged.prepared.size() == 1 && logged.prepared[0].launches == 28 && logged.prepared[0].repeats == 1,
        "a capture makes the graph of one step ready");
  for (int i = 0; i < 7; ++i) eight.run(1);
  check(logged.replays == std::vector<int64_t>(7, 1) && logged.prepared.size() == 1, "runs of one step need no other");
  check(eight.run(21), "a run does as many steps as it shall");
  check(std::vector<int64_t>(logged.replays.begin() + 7, logged.replays.end()) ==
            std::vector<int64_t>{8, 8, 1, 1, 1, 1, 1},
        "long graphs come first, what is left is done one by one");
  check(eight.run(800) && logged.prepared.size() == 2 && logged.prepared[1].launches == 28 &&
            logged.prepared[1].repeats == 8,
        "the long graph is made once");
  eight.prepared.reset();
  check(logged.graphs == 0, "graphs are given back");
  Case growing("8");
  check(growing.run(3) && growing.run(3) && logged.replays == std::vector<int64_t>{3, 3},
        "runs shorter than that get a graph for the whole run");
  check(growing.run(5) && logged.replays.size() == 5, "one hardly longer does not get another");
  check(growing.run(9) &&
            std::vector<int64_t>(logged.replays.begin() + 5, logged.replays.end()) == std::vector<int64_t>{8, 1} &&
            logged.prepared.size() == 3 && logged.graphs == 2,
        "one of twice as many steps takes its place");
  Case one("1");
  check(one.run(1000) && logged.prepared.size() == 1 && logged.replays == std::vector<int64_t>(1000, 1),
        "a long graph of one step is none");
}

// Of windows no more is known beforehand than that the first one has 16 steps.
void waits_after_steps_not_graphs() {
  Case one("1");
  check(one.run(100) && logged.waits.size() >= 2 && logged.waits[0] == 16, "the first 16 steps are waited for");
  Case four("4");
  check(four.run(100) && logged.waits.size() >= 2 && logged.waits[0] == 16, "so they are in graphs of four");
  Case many("100");
  check(many.run(250) && logged.waits.size() >= 2 && logged.waits[0] == 100,
        "a graph longer than that is waited for alone");
  Case apart("4");
  check(apart.run(12) && apart.run(12) && logged.waits == std::vector<int64_t>{12, 24},
        "the end of a run waits for its steps, and the next one counts anew");
}

void chooses_how_many() {
  check(steps_per_graph(28, 42e-6) == 36 && steps_per_graph(7, 20e-6) == 64 && steps_per_graph(1, 1e-6) == 64,
        "short steps are bounded by the number of launches, and by 64");
  check(steps_per_graph(28, 0.4e-3) == 12 && steps_per_graph(28, 2.6e-3) == 1 && steps_per_graph(28, 1) == 1,
        "long steps by the time that they take");
  check(steps_per_graph(0, 0) == 64 && steps_per_graph(1025, 1e-6) == 1, "nothing and very much has its number, too");
  // How long a step of the counting table takes depends on who else is at work on this machine.
  bool grew = false;
  for (int attempt = 0; attempt < 10 && !grew; ++attempt) {
    Case left_open("");
    check(left_open.run(2000), "a run does as many steps as it shall, also where their number per graph is left open");
    const auto first = std::find_if(logged.replays.begin(), logged.replays.end(), [](int64_t n) { return n > 1; });
    grew = first != logged.replays.end();
    if (!grew) continue;
    check(*first <= 36 && logged.prepared.size() == 2 && logged.waits.size() > 2,
          "there is one long graph, within bounds");
    check(first - logged.replays.begin() == logged.waits[1], "after two windows it is known how many steps it holds");
  }
  check(grew, "short steps get a long graph");
  bool whole = false;
  for (int attempt = 0; attempt < 10 && !whole; ++attempt) {
    Case left_open("");
    for (int run = 0; run < 3; ++run) left_open.run(20);
    whole = logged.replays.size() == 22 && logged.replays.back() == 20;
  }
  check(whole, "after a run shorter than a long graph the others are one graph each");
}

void keeps_the_precision() {
  logged = {};
  set_graph_steps("8");
  Counting device;
  device.set_matmul_precision(MatmulPrecision::high);
  const std::unique_ptr<Prepared> prepared = device.prepare({{Launch{}}});
  device.set_matmul_precision(MatmulPrecision::medium);
  prepared->replay(8);
  check(logged.prepared.size() == 2 && logged.prepared[0].precision == MatmulPrecision::high &&
            logged.prepared[1].precision == MatmulPrecision::high,
        "a long graph made later has the precision that the program was captured with");
  check(logged.precision == MatmulPrecision::medium, "making it changes nothing for others");
}

// The message of what preparing a program throws.
std::string refusal() {
  try {
    Case refused("8");
    logged.refuses = true;
    refused.run(8);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

void reports_failures() {
  check(refusal() == "no graph" && logged.graphs == 0, "a long graph that cannot be made throws, and nothing is lost");
  for (const char* wrong : {"0", "-1", "1025", "2.5", "many", "8 "}) {
    std::string message;
    try {
      Case never(wrong);
    } catch (const Error& error) {
      message = error.what();
    }
    const std::string expected = "HEBB_CUDA_GRAPH_STEPS: expected a whole number from 1 to 1024, got '";
    check(message == expected + wrong + "'", "another setting throws what is allowed");
  }
}

}  // namespace

int main() {
  takes_long_graphs_where_they_fit();
  waits_after_steps_not_graphs();
  chooses_how_many();
  keeps_the_precision();
  reports_failures();
  return hebb::test::finish("prepared_graph_test");
}

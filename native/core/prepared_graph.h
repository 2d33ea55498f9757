// A captured program on a device behind an accelerator's table: a graph of its launches, and one of many steps in a
// row, so that a short step is not asked for by itself. All that a step reads and writes is in the device's memory,
// also what changes from step to step (cursors, counters of random numbers, learning rates), so any of the two may be
// next.
#pragma once

#include <chrono>
#include <vector>

#include "accelerator_device.h"

namespace hebb {

// How many steps one graph may hold: as many as are 1024 launches, but not more than 64, nor than take 5 ms.
int64_t steps_per_graph(size_t launches, double seconds_per_step);

// What HEBB_CUDA_GRAPH_STEPS says, 0 if nothing. ERR_ARGUMENT unless it is a whole number from 1 to 1024
int64_t graph_steps_setting();

class PreparedGraph : public Prepared {
 public:
  using Context = AcceleratorDevice::Context;

  // `most_steps`: how many steps the long graph may hold; 0 leaves it to steps_per_graph().
  PreparedGraph(std::shared_ptr<Context> context, std::vector<Launch> launches, int64_t most_steps);

  int64_t replay(int64_t limit) override;
  void finish() override;

 private:
  // One graph of the module.
  class Graph {
   public:
    Graph(std::shared_ptr<Context> context, const std::vector<Launch>& launches, int64_t steps,
          MatmulPrecision precision);
    ~Graph() { context_->module.discard(context_->handle, graph_); }
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;
    void run() const;

   private:
    std::shared_ptr<Context> context_;
    void* graph_;
  };

  std::shared_ptr<Context> context_;
  std::vector<Launch> launches_;
  MatmulPrecision precision_;  // of the capture, also if the long graph is made later
  Graph one_;
  std::unique_ptr<Graph> many_;  // made when first wanted, and again for twice as many steps
  int64_t most_steps_, many_steps_ = 1;
  int64_t longest_ = 0;  // the most replays that were wanted in a row
  // Replays are only queued. So that a stop, an error or somebody else's turn does not wait for a long queue, it is
  // waited for after every few steps: as many as take about 5 ms.
  int64_t queued_ = 0, window_ = 16;
  int waits_ = 0;
  std::chrono::steady_clock::time_point begun_;  // the first of those that are queued
};

}  // namespace hebb

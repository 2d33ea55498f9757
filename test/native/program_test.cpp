#include "../../native/program/program.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "../../native/ops/copy.h"
#include "../../native/ops/dense.h"
#include "../../native/ops/reduce.h"

#include "check.h"

using namespace hebb;
using test::check;

namespace {

bool overlap(const Interval& a, const Interval& b) {
  const bool in_time = a.first <= b.last && b.first <= a.last;
  const bool in_space = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
  return in_time && in_space;
}

// What any plan needs: the most bytes that are alive at one launch.
int64_t peak(const std::vector<Interval>& intervals, size_t launches) {
  int64_t most = 0;
  for (size_t at = 0; at < launches; ++at) {
    int64_t alive = 0;
    for (const Interval& interval : intervals)
      alive += interval.first <= at && at <= interval.last ? interval.bytes : 0;
    most = std::max(most, alive);
  }
  return most;
}

void test_known_plans() {
  std::vector<Interval> none;
  check(plan_memory(none) == 0, "no buffers need no memory");
  std::vector<Interval> apart{{.bytes = 100, .first = 0, .last = 1}, {.bytes = 80, .first = 2, .last = 3}};
  check(plan_memory(apart) == 100 && apart[1].offset == 0, "buffers that live one after the other share their bytes");
  std::vector<Interval> touching{{.bytes = 100, .first = 0, .last = 1}, {.bytes = 80, .first = 1, .last = 2}};
  check(plan_memory(touching) == 208, "buffers that meet in one launch lie apart, aligned to 64 bytes");
}

void test_random_plans() {
  std::mt19937 random(42);
  const auto draw = [&](int limit) { return static_cast<int64_t>(random() % static_cast<unsigned>(limit)); };
  bool disjoint = true, aligned = true, inside = true, enough = true, small = true;
  for (int round = 0; round < 500; ++round) {
    constexpr size_t launches = 40;
    std::vector<Interval> intervals(static_cast<size_t>(1 + draw(60)));
    for (Interval& interval : intervals) {
      interval.bytes = 1 + (draw(4) == 0 ? draw(100000) : draw(500));
      interval.first = static_cast<size_t>(draw(launches));
      interval.last = std::min(launches - 1, interval.first + static_cast<size_t>(draw(12)));
    }
    const int64_t total = plan_memory(intervals);
    const int64_t least = peak(intervals, launches);
    for (size_t i = 0; i < intervals.size(); ++i) {
      for (size_t j = 0; j < i; ++j) disjoint &= !overlap(intervals[i], intervals[j]);
      aligned &= intervals[i].offset % 64 == 0;
      inside &= intervals[i].offset >= 0 && intervals[i].offset + intervals[i].bytes <= total;
    }
    enough &= total >= least;
    small &= total <= 2 * least + 64 * static_cast<int64_t>(intervals.size());
  }
  check(disjoint, "buffers that live at the same time never overlap");
  check(aligned, "every buffer starts at a multiple of 64 bytes");
  check(inside, "every buffer lies inside the total");
  check(enough, "the total is never below what lives at one launch");
  check(small, "the total stays within twice what lives at one launch");
}

// A machine that only looks at what it is given.
struct Watcher : Machine {
  std::vector<Launch> seen;
  std::string name() const override { return "a watcher"; }
  Buffer* allocate(int64_t) override { return nullptr; }
  void launch(const Launch&) override {}
  std::shared_ptr<std::byte> reserve(int64_t bytes) override {
    return std::shared_ptr<std::byte>(new std::byte[static_cast<size_t>(bytes)], std::default_delete<std::byte[]>());
  }
  void execute(const Launch&) override {}
  bool runs_chains() const override { return false; }
  std::unique_ptr<Prepared> prepare(const std::vector<Step>& steps) override {
    for (const Step& step : steps) seen.insert(seen.end(), step.begin(), step.end());
    return nullptr;
  }
  void finish() override {}
};

// A training step of three layers as fusion leaves it, the first of them with a weight too large for a phase; on bytes
// or numbers. The first layer may take each row in pieces.
struct Pictures {
  Dtype dtype = Dtype::uint8;
  int64_t pieces = 1;
};
std::unique_ptr<Recorder> record_step(Watcher& machine, std::deque<std::vector<std::byte>>& memory,
                                      const Pictures& pictures = {}) {
  auto recorder = std::make_unique<Recorder>(0);
  recorder->aim(machine);
  Recorder& r = *recorder;
  const auto parameter = [&](Dtype dtype, const Shape& shape) {
    const Layout* layout = intern(dtype, shape);
    auto& bytes = memory.emplace_back(static_cast<size_t>(layout->size * size_of(dtype)));
    return Tensor{r.external(bytes.data(), static_cast<int64_t>(bytes.size())), 0, layout};
  };
  const auto numbers = [&](const Shape& shape) { return hebb::empty(r, Dtype::float32, shape); };
  const auto transposed = [](const Tensor& x) { return view(x, {x.dim(1), x.dim(0)}, {1, x.dim(1)}); };
  const auto layer = [&](const Tensor& x, const Tensor& w, const Tensor& b, Activation activation) {
    const Tensor out = numbers({x.dim(0), w.dim(1)});
    hebb::launch(Op::dense, {x, w, b}, {out}, DenseAttributes{DenseAttributes::bias, activation});
    return out;
  };
  const auto back = [&](const Tensor& slope, const Tensor& w, const Tensor& gate) {
    const Tensor out = numbers(gate.shape());
    hebb::launch(Op::dense, {slope, transposed(w), gate}, {out},
                 DenseAttributes{DenseAttributes::gate, Activation::none});
    return out;
  };
  const auto sum_of = [&](const Tensor& slope) {
    const Tensor out = numbers({slope.dim(1)});
    hebb::launch(Op::sum, {transposed(slope)}, {out}, ReduceAttributes{1});
    return out;
  };
  constexpr int64_t rows = 32, all = 500;
  const int64_t pieces = pictures.pieces, units = 300 / pieces;
  const Tensor cursor = parameter(Dtype::int32, {}), labels = parameter(Dtype::int32, {1, all, 1}),
               total = parameter(Dtype::float64, {}), rate = parameter(Dtype::float64, {});
  const Tensor w1 = parameter(Dtype::float32, {784 / pieces, units}), b1 = parameter(Dtype::float32, {units}),
               w2 = parameter(Dtype::float32, {300, 100}), b2 = parameter(Dtype::float32, {100}),
               w3 = parameter(Dtype::float32, {100, 10}), b3 = parameter(Dtype::float32, {10});
  const Tensor indices = hebb::empty(r, Dtype::int32, {rows}), classes = hebb::empty(r, Dtype::int32, {1, rows, 1}),
               gathered = numbers({1, rows, 784}), x = view(gathered, {rows * pieces, 784 / pieces}, {784 / pieces, 1});
  hebb::launch(Op::dynamic_slice, {parameter(Dtype::int32, {1, all, 1}), cursor}, {indices});
  hebb::launch(Op::gather, {labels, indices}, {classes});
  const Tensor table = parameter(pictures.dtype, {1, all, 784});
  if (pictures.dtype == Dtype::float32)
    hebb::launch(Op::gather, {table, indices}, {gathered});
  else
    hebb::launch(Op::gather_scaled, {table, indices, parameter(Dtype::float32, {})}, {gathered});
  const Tensor h1 = view(layer(x, w1, b1, Activation::relu), {rows, 300}, {300, 1}),
               h2 = layer(h1, w2, b2, Activation::relu), logits = layer(h2, w3, b3, Activation::none);
  const Tensor loss = numbers({rows}), slope = numbers({rows, 10}), one = numbers({}), scale = numbers({});
  hebb::launch(Op::softmax_cross_entropy, {logits, view(classes, {rows}, {1})}, {loss, slope});
  hebb::launch(Op::fill, {}, {one}, FillAttributes{1});
  hebb::launch(Op::div, {one, parameter(Dtype::float32, {})}, {scale});
  const Tensor d3 = numbers({rows, 10});
  hebb::launch(Op::mul, {slope, view(scale, {rows, 1}, {0, 0})}, {d3});
  const Tensor g3 = sum_of(d3), d2 = back(d3, w3, h2), g2 = sum_of(d2),
               d1 = view(back(d2, w2, h1), {rows * pieces, units}, {units, 1}), g1 = sum_of(d1);
  const Tensor batch_loss = numbers({}), wide_loss = hebb::empty(r, Dtype::float64, {}), step = numbers({});
  hebb::launch(Op::sum, {loss}, {batch_loss}, ReduceAttributes{0});
  hebb::launch(Op::copy, {batch_loss}, {wide_loss});
  hebb::launch(Op::add, {total, wide_loss}, {total});
  hebb::launch(Op::copy, {rate}, {step});
  const auto update = [&](const Tensor& input, const Tensor& d, const Tensor& w, const Tensor& g, const Tensor& b) {
    hebb::launch(Op::dense, {transposed(input), d, step, w}, {w},
                 DenseAttributes{DenseAttributes::rate, Activation::none});
    hebb::launch(Op::sgd_update, {b, g, step}, {b});
  };
  update(x, d1, w1, g1, b1);
  update(h1, d2, w2, g2, b2);
  update(h2, d3, w3, g3, b3);
  hebb::launch(Op::add, {cursor, parameter(Dtype::int32, {})}, {cursor});
  return recorder;
}

using Runs = std::vector<std::pair<Phase, int>>;

// How many launches of the same phase follow each other.
Runs runs_of(const Watcher& machine) {
  Runs runs;
  for (const Launch& call : machine.seen) {
    if (runs.empty() || call.phase == Phase::none || runs.back().first != call.phase) runs.push_back({call.phase, 0});
    ++runs.back().second;
  }
  return runs;
}

// Updates that are told of a table, its indices and, of bytes, the scale.
auto told_of_rows(const Watcher& machine, Dtype dtype = Dtype::uint8) {
  return std::count_if(machine.seen.begin(), machine.seen.end(), [&](const Launch& call) {
    return call.phase == Phase::update && call.in_count == (dtype == Dtype::uint8 ? 7 : 6) &&
           call.in[4].dtype() == dtype && call.in[4].dim(2) == call.in[0].dim(0) && call.in[5].dtype() == Dtype::int32;
  });
}

void test_phases() {
  Watcher plain, phased;
  std::deque<std::vector<std::byte>> memory;
  const Program alone(record_step(plain, memory), {}, {.fuse = true, .phases = false});
  const Program program(record_step(phased, memory), {}, {.fuse = true, .phases = true});
  check(plain.seen.size() == 26 && phased.seen.size() == 26, "phases keep all launches");
  check(std::all_of(plain.seen.begin(), plain.seen.end(), [](const Launch& x) { return x.phase == Phase::none; }),
        "without being asked, there are none");
  const Runs expected = {{Phase::scalars, 3}, {Phase::batch, 4},  {Phase::head, 6},
                         {Phase::none, 1},    {Phase::update, 9}, {Phase::scalars, 3}};
  check(runs_of(phased) == expected, "a step of 26 launches is six parts");
  check(told_of_rows(phased) == 1, "the update of the first layer is told of the rows");
  Watcher watched;
  std::vector<std::byte> result(32 * 784 * sizeof(float));
  constexpr int64_t gathered = 2;  // the third buffer that the step plans
  const Program keeping(record_step(watched, memory), {{gathered, result.data()}}, {.fuse = true, .phases = true});
  check(watched.seen.size() == 26 && told_of_rows(watched) == 0, "unless the gathered rows are wanted after a run");
  Watcher on_numbers;
  const Program numbers(record_step(on_numbers, memory, {Dtype::float32}), {}, {.fuse = true, .phases = true});
  check(runs_of(on_numbers) == expected && told_of_rows(on_numbers, Dtype::float32) == 1,
        "a step on numbers has the phases of one on bytes");
  for (const Dtype dtype : {Dtype::uint8, Dtype::float32}) {
    Watcher cut;
    const Program pieces(record_step(cut, memory, {dtype, 4}), {}, {.fuse = true, .phases = true});
    const Runs runs = runs_of(cut);
    check(std::count(runs.begin(), runs.end(), std::pair{Phase::batch, 3}) == 1 && told_of_rows(cut, dtype) == 0,
          "a layer that takes rows in pieces is none of the batch");
  }
  bool apart = true;
  for (const Launch& a : phased.seen) {
    for (const Launch& b : phased.seen) {
      if (a.phase == Phase::none || a.phase != b.phase) continue;
      for (int i = 0; i < a.out_count; ++i) {
        for (int k = 0; k < b.in_count + b.out_count; ++k) {
          const Tensor &x = a.out[i], &y = k < b.in_count ? b.in[k] : b.out[k - b.in_count];
          if (x.buffer == y.buffer) continue;
          const std::byte *x_end = x.buffer->data + x.buffer->bytes, *y_end = y.buffer->data + y.buffer->bytes;
          apart &= a.phase == Phase::scalars || x_end <= y.buffer->data || y_end <= x.buffer->data;
        }
      }
    }
  }
  check(apart, "nothing that a phase touches shares memory with what it writes");
}

}  // namespace

int main() {
  test_phases();
  test_known_plans();
  test_random_plans();
  return hebb::test::finish("program");
}

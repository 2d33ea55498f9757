#include "program.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "operands.h"

namespace hebb {

namespace {

// The operands of a step that others can see: of a launch, its own; of a chain, each once, on the left what its
// launches write, on the right what they read of others.
struct Operands {
  std::vector<Tensor> in, out;
};

Operands operands_of(const Step& step) {
  Operands seen;
  if (const Launch& call = step.front(); step.size() == 1) {
    seen.in.assign(call.in, call.in + call.in_count);
    seen.out.assign(call.out, call.out + call.out_count);
    return seen;
  }
  const auto missing = [](const std::vector<Tensor>& list, const Tensor& x) {
    return std::none_of(list.begin(), list.end(), [&](const Tensor& other) {
      return other.buffer == x.buffer && other.offset == x.offset && other.dtype() == x.dtype();
    });
  };
  for (const Launch& call : step) {
    for (const Tensor& x : inputs(call)) {
      if (x.buffer->data && missing(seen.in, x) && missing(seen.out, x)) seen.in.push_back(x);
    }
    for (const Tensor& x : outputs(call)) {
      if (x.buffer->data && missing(seen.out, x)) seen.out.push_back(x);
    }
  }
  return seen;
}

const char* phase_note(Phase phase) {
  constexpr const char* notes[] = {"", " in scalars", " in batch", " in head", " in update"};
  return notes[static_cast<int>(phase)];
}

}  // namespace

void drop_unused(std::vector<Launch>& launches, const Recorder& recorder, const std::vector<const Buffer*>& wanted) {
  std::unordered_set<const Buffer*> needed(wanted.begin(), wanted.end());
  std::vector<Launch> kept;
  for (auto call = launches.rbegin(); call != launches.rend(); ++call) {
    bool live = false;
    for (int i = 0; i < call->out_count; ++i) {
      const Buffer* buffer = call->out[i].buffer;
      live |= recorder.planned_index(buffer) < 0 || needed.contains(buffer);
    }
    if (!live) continue;
    for (int i = 0; i < call->in_count; ++i) needed.insert(call->in[i].buffer);
    kept.push_back(*call);
  }
  launches.assign(kept.rbegin(), kept.rend());
}

Program::Program(std::unique_ptr<Recorder> source, const std::vector<Placement>& results, Passes passes)
    : recorder(std::move(source)), machine(recorder->target) {
  std::vector<const Buffer*> wanted;
  for (const Placement& result : results) {
    Buffer* buffer = recorder->planned(result.planned_index);
    buffer->data = result.data;
    wanted.push_back(buffer);
  }
  std::vector<Launch> launches = std::move(recorder->launches);
  drop_unused(launches, *recorder, wanted);
  if (passes.fuse) fuse(launches, *recorder, wanted);
  const bool chains = machine->runs_chains();
  if (passes.phases && !chains) form_phases(launches, *recorder, wanted);
  if (passes.fuse && chains) {
    steps = chain(launches, *recorder);
  } else {
    for (const Launch& call : launches) steps.push_back({call});
  }
  place_buffers();
  prepared = machine->prepare(steps);
}

// Gives the planned buffers their bytes, but for those that only one chain sees.
void Program::place_buffers() {
  std::vector<std::pair<Buffer*, Interval>> lives;  // in the order of the first use
  std::unordered_map<const Buffer*, size_t> numbers;
  const auto use = [&](const Tensor& tensor, size_t step) {
    Buffer* buffer = tensor.buffer;
    if (buffer->data || buffer->bytes == 0 || recorder->planned_index(buffer) < 0) return;
    const auto [number, fresh] = numbers.try_emplace(buffer, lives.size());
    if (fresh) lives.push_back({buffer, {.bytes = buffer->bytes, .first = step, .last = step}});
    lives[number->second].second.last = step;
  };
  size_t time = 0;  // the first step of the phase, or the step
  for (size_t i = 0; i < steps.size(); ++i) {
    const Phase phase = steps[i].front().phase;
    if (phase == Phase::none || phase != steps[time].front().phase) time = i;
    for (const Launch& call : steps[i]) {
      for (const Tensor& x : inputs(call)) use(x, time);
      for (const Tensor& x : outputs(call)) use(x, time);
    }
  }
  std::erase_if(lives, [&](const auto& entry) {
    const Interval& life = entry.second;
    return life.first == life.last && steps[life.first].size() > 1;
  });
  std::vector<Interval> intervals;
  for (const auto& [buffer, life] : lives) intervals.push_back(life);
  arena_size = plan_memory(intervals);
  arena = machine->reserve(arena_size);
  for (size_t i = 0; i < lives.size(); ++i) lives[i].first->data = arena.get() + intervals[i].offset;
}

std::vector<LaunchCost> Program::profile(int64_t count, bool fastest_half) const {
  const Turn turn{*this};
  std::vector<std::vector<double>> seconds(steps.size());
  for (int64_t i = 0; i < count; ++i) {
    const std::vector<double> once = prepared->time();
    for (size_t k = 0; k < steps.size(); ++k) seconds[k].push_back(once[k]);
  }
  std::vector<LaunchCost> costs;
  for (size_t k = 0; k < steps.size(); ++k) {
    LaunchCost cost;
    std::sort(seconds[k].begin(), seconds[k].end());
    const size_t counted = fastest_half ? (seconds[k].size() + 1) / 2 : seconds[k].size();
    for (size_t i = 0; i < counted; ++i) cost.seconds += seconds[k][i] / static_cast<double>(counted);
    const auto [in, out] = operands_of(steps[k]);
    for (const auto& list : {in, out}) {
      for (const Tensor& x : list) cost.bytes += static_cast<double>(x.layout->extent * size_of(x.dtype()));
    }
    const Launch& call = steps[k].front();
    if (call.op == Op::gather || call.op == Op::gather_scaled || call.op == Op::dynamic_slice) {  // read what they pick
      const Tensor& table = call.in[0];
      cost.bytes -= static_cast<double>((table.layout->extent - call.out[0].size()) * size_of(table.dtype()));
    }
    if (call.op == Op::matmul || call.op == Op::dense) {
      cost.flops = 2.0 * static_cast<double>(call.out[0].size()) * static_cast<double>(call.in[0].dim(-1));
    }
    costs.push_back(cost);
  }
  return costs;
}

std::string Program::listing() const {
  std::ostringstream out;
  // By the place of the first element: small tensors share a buffer, views of one tensor a name.
  std::map<std::pair<const Buffer*, int64_t>, std::string> names;
  size_t temporaries = 0, externals = 0;
  const auto name = [&](const Tensor& tensor) -> const std::string& {
    auto [entry, fresh] = names.try_emplace({tensor.buffer, tensor.offset * size_of(tensor.dtype())});
    if (fresh) {
      const bool planned = recorder->planned_index(tensor.buffer) >= 0;
      entry->second = planned ? "%" + std::to_string(temporaries++) : "@" + std::to_string(externals++);
    }
    return entry->second;
  };
  const auto print = [&](const std::vector<Tensor>& list) {
    for (size_t k = 0; k < list.size(); ++k) {
      out << (k ? ", " : "") << name(list[k]) << ' ' << list[k].dtype() << list[k].shape();
    }
  };
  for (size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const auto [read, written] = operands_of(step);
    out << i << ": ";
    print(written);
    out << " = " << (step.size() == 1 ? op_name(step.front().op) : "chain") << '(';
    print(read);
    out << ')' << phase_note(step.front().phase);
    for (size_t k = 0; step.size() > 1 && k < step.size(); ++k) out << (k ? ", " : ": ") << op_name(step[k].op);
    out << '\n';
  }
  return out.str();
}

}  // namespace hebb

#include "program.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

namespace hebb {

namespace {

template <class Visit>
void for_each_operand(const Launch& call, const Visit& visit) {
  for (int i = 0; i < call.in_count; ++i) visit(call.in[i]);
  for (int i = 0; i < call.out_count; ++i) visit(call.out[i]);
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
    : recorder(std::move(source)), machine(recorder->target), launches(std::move(recorder->launches)) {
  std::vector<const Buffer*> wanted;
  for (const Placement& result : results) {
    Buffer* buffer = recorder->planned(result.planned_index);
    buffer->data = result.data;
    wanted.push_back(buffer);
  }
  drop_unused(launches, *recorder, wanted);
  if (passes.fuse) fuse(launches, *recorder, wanted);
  if (passes.phases) form_phases(launches);

  std::unordered_map<Buffer*, size_t> slots;
  std::vector<Interval> intervals;
  size_t time = 0;  // of all launches of a phase the same
  for (size_t i = 0; i < launches.size(); ++i) {
    const bool joined = i > 0 && launches[i].phase != Phase::none && launches[i].phase == launches[i - 1].phase;
    if (!joined) ++time;
    for_each_operand(launches[i], [&](const Tensor& tensor) {
      Buffer* buffer = tensor.buffer;
      if (buffer->data || buffer->bytes == 0 || recorder->planned_index(buffer) < 0) return;
      const auto [slot, fresh] = slots.try_emplace(buffer, intervals.size());
      if (fresh) intervals.push_back({.bytes = buffer->bytes, .first = time, .last = time});
      intervals[slot->second].last = time;
    });
  }
  arena_size = plan_memory(intervals);
  arena = machine->reserve(arena_size);
  for (const auto& [buffer, slot] : slots) buffer->data = arena.get() + intervals[slot].offset;
  prepared = machine->prepare(launches);
}

std::vector<LaunchCost> Program::profile(int64_t count) const {
  std::vector<std::vector<double>> seconds(launches.size());
  for (int64_t i = 0; i < count; ++i) {
    const std::vector<double> once = machine->time(launches);
    for (size_t k = 0; k < launches.size(); ++k) seconds[k].push_back(once[k]);
  }
  std::vector<LaunchCost> costs;
  for (size_t k = 0; k < launches.size(); ++k) {
    const Launch& call = launches[k];
    LaunchCost cost;
    std::sort(seconds[k].begin(), seconds[k].end());
    const size_t half = (seconds[k].size() + 1) / 2;
    for (size_t i = 0; i < half; ++i) cost.seconds += seconds[k][i] / static_cast<double>(half);
    for_each_operand(call, [&](const Tensor& tensor) {
      cost.bytes += static_cast<double>(tensor.layout->extent * size_of(tensor.dtype()));
    });
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
  const auto print = [&](const Tensor& tensor) { out << name(tensor) << ' ' << tensor.dtype() << tensor.shape(); };
  for (size_t i = 0; i < launches.size(); ++i) {
    const Launch& call = launches[i];
    out << i << ": ";
    for (int k = 0; k < call.out_count; ++k) {
      out << (k ? ", " : "");
      print(call.out[k]);
    }
    out << " = " << op_name(call.op) << '(';
    for (int k = 0; k < call.in_count; ++k) {
      out << (k ? ", " : "");
      print(call.in[k]);
    }
    out << ')' << phase_note(call.phase) << '\n';
  }
  return out.str();
}

}  // namespace hebb

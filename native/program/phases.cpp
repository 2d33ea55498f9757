// Which launches of a training step a device may run as one kernel. A phase is moved together and marked; what it
// computes is the same, whether its launches are run as one or one after the other. So are their numbers on the CPU.
#include <algorithm>
#include <iterator>
#include <optional>

#include "../ops/dense.h"
#include "../ops/reduce.h"
#include "operands.h"
#include "program.h"

namespace hebb {

namespace {

// Launches that stay together: one, or those of a phase.
using Unit = std::vector<Launch>;
using Units = std::vector<Unit>;

constexpr int64_t head_weight_bytes = 192 * 1024;  // a block of the GPU keeps them in its shared memory
constexpr size_t most_head_layers = 4;

bool same_place(const Tensor& a, const Tensor& b) { return a.buffer == b.buffer && a.offset == b.offset; }

// Whether one of them writes what the other reads or writes.
bool conflict(const Unit& a, const Unit& b) {
  return std::any_of(a.begin(), a.end(), [&](const Launch& x) {
    return std::any_of(b.begin(), b.end(), [&](const Launch& y) { return any_dependency(x, y, meet); });
  });
}

bool conflicts_with_any(const Unit& unit, const Units& others) {
  return std::any_of(others.begin(), others.end(), [&](const Unit& other) { return conflict(unit, other); });
}

// Makes one unit of the members (indices of units, ascending), if what lies between them may go before or after it.
bool join(Units& units, const std::vector<size_t>& members, Phase phase) {
  Units before, after;
  Unit joined;
  auto member = members.begin();
  for (size_t i = members.front(); i <= members.back(); ++i) {
    if (i == *member) {
      if (conflicts_with_any(units[i], after)) return false;
      joined.insert(joined.end(), units[i].begin(), units[i].end());
      ++member;
    } else if (conflict(units[i], joined) || conflicts_with_any(units[i], after)) {
      after.push_back(units[i]);
    } else {
      before.push_back(units[i]);
    }
  }
  for (Launch& call : joined) call.phase = phase;
  before.push_back(joined);
  before.insert(before.end(), after.begin(), after.end());
  std::copy(before.begin(), before.end(), units.begin() + static_cast<std::ptrdiff_t>(members.front()));
  units.erase(units.begin() + static_cast<std::ptrdiff_t>(members.front() + before.size()),
              units.begin() + static_cast<std::ptrdiff_t>(members.back() + 1));
  return true;
}

// The launch of a unit that is not in a phase yet.
const Launch* single(const Unit& unit) { return unit.front().phase == Phase::none ? &unit.front() : nullptr; }

// The first unit from `begin` on for which the launch holds(), or the end.
template <class Holds>
size_t find(const Units& units, size_t begin, const Holds& holds) {
  for (size_t i = begin; i < units.size(); ++i) {
    if (const Launch* call = single(units[i]); call && holds(*call)) return i;
  }
  return units.size();
}

// The unit that wrote `x` last before unit `end`; nothing if only a part of it was written, or by a phase.
std::optional<size_t> writer(const Units& units, size_t end, const Tensor& x) {
  for (size_t i = end; i-- > 0;) {
    for (const Launch& call : units[i]) {
      for (int k = 0; k < call.out_count; ++k) {
        if (!meet(call.out[k], x)) continue;
        return single(units[i]) && same(call.out[k], x) ? std::optional(i) : std::nullopt;
      }
    }
  }
  return std::nullopt;
}

bool is_matrix(const Tensor& x) { return x.rank() == 2 && x.contiguous() && x.dtype() == Dtype::float32; }

bool is_transposed_matrix(const Tensor& x) {
  return x.rank() == 2 && x.dtype() == Dtype::float32 && (x.dim(0) == 1 || x.strides()[0] == 1) &&
         (x.dim(1) == 1 || x.strides()[1] == x.dim(0));
}

bool is_dense(const Launch& call, DenseAttributes::Extra extra) {
  return call.op == Op::dense && call.get<DenseAttributes>().extra == extra && is_matrix(call.out[0]);
}

// --- batch: the indices of the next rows, what is gathered by them, and the first layer

void form_batch(Units& units) {
  const size_t slice = find(units, 0, [](const Launch& call) {
    return call.op == Op::dynamic_slice && call.out[0].dtype() == Dtype::int32 && call.in[0].contiguous() &&
           call.in[0].dim(2) == 1;
  });
  if (slice == units.size()) return;
  std::vector<size_t> members{slice};
  const Tensor indices = units[slice].front().out[0];
  for (size_t i = slice + 1; i < units.size() && members.size() < 5; ++i) {
    const Launch* call = single(units[i]);
    if (!call || (call->op != Op::gather && call->op != Op::gather_scaled)) continue;
    if (same_place(call->in[1], indices) && call->in[0].dim(0) == 1) members.push_back(i);
  }
  if (members.size() > 1) join(units, members, Phase::batch);
}

size_t batch_of(const Units& units) {
  const auto in_batch = [](const Unit& unit) { return unit.front().phase == Phase::batch; };
  return static_cast<size_t>(std::find_if(units.begin(), units.end(), in_batch) - units.begin());
}

// Of the batch: the gather that makes the rows which the first layer reads; nullptr if there is none.
const Launch* rows_for(const Unit& batch, const Launch& layer) {
  const Tensor& x = layer.in[0];
  const auto makes_rows = [&](const Launch& call) {
    return (call.op == Op::gather || call.op == Op::gather_scaled) && same_place(call.out[0], x) &&
           call.in[1].size() == x.dim(0) && call.in[0].dim(2) == x.dim(1);
  };
  const auto rows = std::find_if(batch.begin(), batch.end(), makes_rows);
  return rows == batch.end() ? nullptr : &*rows;
}

// The first layer, unless it is one of the last, too.
void add_first_layer(Units& units) {
  const size_t batch = batch_of(units);
  if (batch == units.size()) return;
  const size_t layer = find(units, batch + 1, [&](const Launch& call) {
    return is_dense(call, DenseAttributes::bias) && is_matrix(call.in[0]) && is_matrix(call.in[1]) &&
           rows_for(units[batch], call);
  });
  if (layer < units.size()) join(units, {batch, layer}, Phase::batch);
}

// --- head: the last layers forward, the cross entropy, and the same layers back to the slope of their input

void form_head(Units& units) {
  const size_t loss = find(units, 0, [](const Launch& call) {
    return call.op == Op::softmax_cross_entropy && is_matrix(call.in[0]) && is_matrix(call.out[1]);
  });
  if (loss == units.size()) return;
  std::vector<size_t> members, layers;  // layers: from the last one to the first
  int64_t bytes = 0;
  Tensor x = units[loss].front().in[0];
  while (const auto found = writer(units, loss, x)) {
    const Launch& layer = units[*found].front();
    if (!is_dense(layer, DenseAttributes::bias) || !is_matrix(layer.in[0]) || !is_matrix(layer.in[1])) break;
    if (layers.empty() != (layer.get<DenseAttributes>().activation == Activation::none)) break;
    bytes += layer.in[1].size() * size_of(Dtype::float32);
    if (bytes > head_weight_bytes || layers.size() == most_head_layers) break;
    layers.push_back(*found);
    x = layer.in[0];
  }
  if (layers.empty()) return;
  members.assign(layers.rbegin(), layers.rend());
  members.push_back(loss);
  Tensor slope = units[loss].front().out[1];
  size_t last = loss;
  const size_t scaled = find(units, loss + 1, [&](const Launch& call) {
    return call.op == Op::mul && is_matrix(call.out[0]) && same(call.in[0], slope) && call.in[1].layout->extent == 1 &&
           call.in[1].dtype() == Dtype::float32;
  });
  if (scaled < units.size()) {
    members.push_back(scaled);
    slope = units[scaled].front().out[0];
    last = scaled;
  }
  for (const size_t index : layers) {
    const Launch& layer = units[index].front();
    const size_t back = find(units, last + 1, [&](const Launch& call) {
      return is_dense(call, DenseAttributes::gate) && same(call.in[0], slope) && same_place(call.in[1], layer.in[1]) &&
             is_transposed_matrix(call.in[1]) && same(call.in[2], layer.in[0]);
    });
    if (back == units.size()) break;
    members.push_back(back);
    slope = units[back].front().out[0];
    last = back;
  }
  join(units, members, Phase::head);
}

// --- update: the slopes of weights and biases, and the plain SGD steps

// (A single column lies in one piece and is summed up in another order.)
bool is_column_sum(const Launch& call) {
  const Tensor& x = call.in[0];
  return call.op == Op::sum && call.get<ReduceAttributes>().kept_rank == 1 && is_transposed_matrix(x) && x.dim(0) > 1;
}

void form_update(Units& units) {
  std::vector<size_t> members;
  Units chosen;
  const Tensor* rate = nullptr;
  const auto accept = [&](const Tensor& step_rate, const Unit& unit) {
    if (rate ? !same(*rate, step_rate) : step_rate.dtype() != Dtype::float32) return false;
    return !conflicts_with_any(unit, chosen);
  };
  for (size_t i = 0; i < units.size(); ++i) {
    const Launch* call = single(units[i]);
    if (!call) continue;
    if (is_dense(*call, DenseAttributes::rate)) {
      if (!is_transposed_matrix(call->in[0]) || !is_matrix(call->in[1]) || !accept(call->in[2], units[i])) continue;
      rate = &call->in[2];
      chosen.push_back(units[i]);
      members.push_back(i);
    } else if (call->op == Op::sgd_update && call->in[0].rank() == 1 && call->in[0].dtype() == Dtype::float32) {
      const auto sum = writer(units, i, call->in[1]);
      if (!sum || !is_column_sum(units[*sum].front())) continue;
      const Unit both{units[*sum].front(), *call};
      if (!accept(call->in[2], both)) continue;
      rate = &call->in[2];
      chosen.push_back(both);
      members.push_back(*sum);
      members.push_back(i);
    }
  }
  std::sort(members.begin(), members.end());
  if (chosen.size() > 1) join(units, members, Phase::update);
}

// Where the rows that the first layer reads are wanted by nothing else but updates, these are told of the table, the
// indices and the scale of bytes that make them: a device that reads the rows where they lie need not gather them.
void name_rows(Units& units, const Recorder& recorder, const std::vector<const Buffer*>& wanted) {
  const size_t batch = batch_of(units);
  if (batch == units.size() || units[batch].back().op != Op::dense) return;
  const Launch &layer = units[batch].back(), &rows = *rows_for(units[batch], layer);
  const Tensor &x = rows.out[0], &matrix = layer.in[0];
  if (recorder.planned_index(x.buffer) < 0 || std::find(wanted.begin(), wanted.end(), x.buffer) != wanted.end()) return;
  std::vector<Launch*> readers;
  for (size_t i = 0; i < units.size(); ++i) {
    for (Launch& call : units[i]) {
      const auto is_x = [&](const Tensor& other) { return meet(other, x); };
      const auto is_source = [&](const Tensor& other) {
        return std::any_of(rows.in, rows.in + rows.in_count, [&](const Tensor& from) { return meet(from, other); });
      };
      if (i > batch && std::any_of(call.out, call.out + call.out_count, is_source)) return;
      if (i == batch || std::none_of(call.in, call.in + call.in_count, is_x)) continue;
      if (call.phase != Phase::update || call.op != Op::dense || !same_place(call.in[0], x)) return;
      if (call.in[0].dim(0) != matrix.dim(1) || call.in[0].dim(1) != matrix.dim(0)) return;
      readers.push_back(&call);
    }
  }
  for (Launch* call : readers) {
    for (const Tensor& source : inputs(rows)) call->in[call->in_count++] = source;
  }
}

// --- scalars: counters, rates and sums of losses, at the beginning and at the end

bool is_scalar(const Launch& call) {
  if (call.op != Op::fill && call.op != Op::copy && call.op != Op::add && call.op != Op::sub && call.op != Op::mul &&
      call.op != Op::div) {
    return false;
  }
  const Dtype dtype = call.out[0].dtype();
  const auto is_number = [&](const Tensor& x) {
    return x.size() == 1 && (x.dtype() == dtype || (call.op == Op::copy && is_float(x.dtype()) && is_float(dtype)));
  };
  return dtype >= Dtype::int32 && is_number(call.out[0]) && std::all_of(call.in, call.in + call.in_count, is_number) &&
         (call.op != Op::div || is_float(dtype));
}

// Those that wait for nothing but each other move to the front, those that nothing else waits for to the back.
void form_scalars(Units& units) {
  Units leading, middle, trailing, rest;
  const auto is_single_scalar = [](const Unit& unit) { return single(unit) && is_scalar(unit.front()); };
  for (const Unit& unit : units) {
    const bool leads = is_single_scalar(unit) && !conflicts_with_any(unit, rest);
    (leads ? leading : rest).push_back(unit);
  }
  for (auto unit = rest.rbegin(); unit != rest.rend(); ++unit) {
    const bool trails = is_single_scalar(*unit) && !conflicts_with_any(*unit, middle);
    (trails ? trailing : middle).push_back(*unit);
  }
  std::reverse(middle.begin(), middle.end());
  std::reverse(trailing.begin(), trailing.end());
  units.clear();
  const auto append = [&](const Units& scalars) {
    Unit joined;
    for (const Unit& unit : scalars) joined.push_back(unit.front());
    if (joined.size() > 1) {
      for (Launch& call : joined) call.phase = Phase::scalars;
    }
    if (!joined.empty()) units.push_back(joined);
  };
  append(leading);
  units.insert(units.end(), middle.begin(), middle.end());
  append(trailing);
}

}  // namespace

void form_phases(std::vector<Launch>& launches, const Recorder& recorder, const std::vector<const Buffer*>& wanted) {
  Units units;
  for (const Launch& call : launches) units.push_back({call});
  form_batch(units);
  form_head(units);
  add_first_layer(units);
  form_update(units);
  name_rows(units, recorder, wanted);
  form_scalars(units);
  launches.clear();
  for (const Unit& unit : units) launches.insert(launches.end(), unit.begin(), unit.end());
}

}  // namespace hebb

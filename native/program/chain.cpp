// Element-wise chains. A launch whose operands are single numbers or lists of as many elements, all in the same order,
// can be run piece by piece, and so can several: they become one step, which a device runs tile by tile
// (cpu/chain.h). Launches come together when they share a list of elements, reading or writing it, and the earlier
// one may be moved down to the later one. Which ops are element-wise comes from their tables, so a new one is in here
// without a further line.
#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>
#include <utility>

#include "../cpu/chain.h"
#include "operands.h"
#include "program.h"

namespace hebb {

namespace {

bool element_wise(Op op) {
  switch (op) {
#define UNARY(name, ...) \
  case Op::name:         \
  case Op::name##_grad:
#include "../ops/unary.def"
#undef UNARY
#define BINARY(name, ...) case Op::name:
#include "../ops/binary.def"
#undef BINARY
    case Op::fill:
    case Op::copy:
    case Op::where:
    case Op::sgd_update:
    case Op::momentum_update:
    case Op::adam_update:
    case Op::rmsprop_update:
      return true;
    default:
      return false;
  }
}

bool same_place(const Tensor& a, const Tensor& b) {
  return a.buffer == b.buffer && a.offset == b.offset && a.dtype() == b.dtype() && a.size() == b.size();
}

// Whether a tile of one is no tile of the other.
bool displaced(const Tensor& a, const Tensor& b) { return meet(a, b) && !same_place(a, b); }

// The elements of a launch that may be part of a chain, else 0.
int64_t chain_size(const Launch& call) {
  if (!element_wise(call.op)) return 0;
  const int64_t size = call.out[0].size();
  const auto fits = [&](const Tensor& x) { return x.size() == size && x.contiguous(); };
  for (int i = 0; i < call.out_count; ++i) {
    if (!fits(call.out[i])) return 0;
  }
  for (int i = 0; i < call.in_count; ++i) {
    if (!fits(call.in[i]) && call.in[i].layout->extent != 1) return 0;
  }
  return size > 1 && !any_dependency(call, call, displaced) ? size : 0;
}

bool share_elements(const Launch& a, const Launch& b) {
  const auto shared = [](const Tensor& x, const Tensor& y) { return x.size() > 1 && same_place(x, y); };
  return any_pair(a.in, a.in_count, b.in, b.in_count, shared) || any_dependency(a, b, shared);
}

struct Chainer {
  const std::vector<Launch>& launches;
  std::vector<std::vector<size_t>> steps;  // numbers of launches; empty where one has gone to a later step
  std::vector<size_t> step_of;
  std::unordered_map<const Buffer*, std::vector<size_t>> users;  // launches that may be part of a chain

  template <class Predicate>
  bool any(const std::vector<size_t>& a, const std::vector<size_t>& b, const Predicate& holds) const {
    for (size_t i : a) {
      for (size_t k : b) {
        if (holds(launches[i], launches[k])) return true;
      }
    }
    return false;
  }

  // Whether a step may be done at the time of a later one, that is, nothing in between depends on it or it on that.
  bool movable(size_t from, size_t to) const {
    for (size_t i = from + 1; i < to; ++i) {
      if (any(steps[from], steps[i], [](const Launch& a, const Launch& b) { return any_dependency(a, b, meet); })) {
        return false;
      }
    }
    return true;
  }

  // Whether every tile of one step needs of the other one nothing but the same tile.
  bool in_step(size_t a, size_t b) const {
    return !any(steps[a], steps[b], [](const Launch& x, const Launch& y) { return any_dependency(x, y, displaced); });
  }

  // Earlier steps that use an array of launch i, the latest first.
  std::set<size_t, std::greater<>> neighbours(size_t i) const {
    std::set<size_t, std::greater<>> found;
    const auto visit = [&](const Tensor& x) {
      const auto list = users.find(x.buffer);
      if (list == users.end()) return;
      for (size_t user : list->second) found.insert(step_of[user]);
    };
    for (int k = 0; k < launches[i].in_count; ++k) visit(launches[i].in[k]);
    for (int k = 0; k < launches[i].out_count; ++k) visit(launches[i].out[k]);
    return found;
  }

  void add(size_t i) {
    steps.push_back({i});
    step_of.push_back(i);
    const int64_t size = chain_size(launches[i]);
    if (size == 0) return;
    for (size_t earlier : neighbours(i)) {
      std::vector<size_t>& other = steps[earlier];
      if (chain_size(launches[other.front()]) != size || !any(other, steps[i], share_elements)) continue;
      if (!in_step(earlier, i) || !movable(earlier, i)) continue;
      for (size_t launch : other) step_of[launch] = i;
      other.insert(other.end(), steps[i].begin(), steps[i].end());
      steps[i] = std::exchange(other, {});
    }
    for (int k = 0; k < launches[i].in_count; ++k) users[launches[i].in[k].buffer].push_back(i);
    for (int k = 0; k < launches[i].out_count; ++k) users[launches[i].out[k].buffer].push_back(i);
  }
};

bool uses(const Launch& call, const Buffer* buffer) {
  const auto same = [&](const Tensor& x) { return x.buffer == buffer; };
  return std::any_of(call.in, call.in + call.in_count, same) || std::any_of(call.out, call.out + call.out_count, same);
}

// Whether a product may lead a chain: a matrix of this program that pays.
bool may_lead(const Launch& call, const Recorder& recorder) {
  if (call.op != Op::matmul || call.in[0].rank() != 2 || call.in[1].rank() != 2) return false;
  const Buffer* buffer = call.out[0].buffer;
  return recorder.planned_index(buffer) >= 0 && !buffer->data && call.out[0].contiguous() && leading_rows(call) > 0;
}

// Puts a product whose elements only one step reads in front of that step's launches.
void lead(Chainer& chainer, size_t product, const Recorder& recorder) {
  const Launch& call = chainer.launches[product];
  if (!may_lead(call, recorder)) return;
  size_t reader = product;
  for (size_t i = product + 1; i < chainer.steps.size(); ++i) {
    for (size_t k : chainer.steps[i]) {
      if (!uses(chainer.launches[k], call.out[0].buffer)) continue;
      if (reader != product && reader != i) return;
      reader = i;
    }
  }
  std::vector<size_t>& chain = chainer.steps[reader];
  if (reader == product || chain_size(chainer.launches[chain.front()]) != call.out[0].size()) return;
  if (!chainer.in_step(product, reader) || !chainer.movable(product, reader)) return;
  chain.insert(chain.begin(), product);
  chainer.steps[product].clear();
}

}  // namespace

std::vector<Step> chain(const std::vector<Launch>& launches, const Recorder& recorder) {
  Chainer chainer{launches, {}, {}, {}};
  for (size_t i = 0; i < launches.size(); ++i) chainer.add(i);
  for (size_t i = 0; i < launches.size(); ++i) lead(chainer, i, recorder);
  std::vector<Step> steps;
  for (const std::vector<size_t>& list : chainer.steps) {
    if (list.empty()) continue;
    Step& step = steps.emplace_back();
    for (size_t i : list) step.push_back(launches[i]);
  }
  return steps;
}

}  // namespace hebb

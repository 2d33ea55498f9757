// The one place where a fused path is chosen. Each pass looks for neighbours whose intermediate result nobody else
// reads and replaces them by one launch of an op that is in the table and tested against its parts.
#include <algorithm>
#include <unordered_map>

#include "../ops/dense.h"
#include "operands.h"
#include "program.h"

namespace hebb {

namespace {

// Whether x shows all elements of y in the same order, whatever its shape.
bool same_list(const Tensor& x, const Tensor& y) {
  return x.buffer == y.buffer && x.offset == y.offset && x.size() == y.size() && x.contiguous() && y.contiguous();
}

bool is_matrix(const Tensor& x) { return x.rank() == 2 && x.contiguous() && is_float(x.dtype()); }

bool reads(const Launch& call, const Buffer* buffer) {
  return std::any_of(call.in, call.in + call.in_count, [&](const Tensor& x) { return x.buffer == buffer; });
}

bool writes(const Launch& call, const Buffer* buffer) {
  return std::any_of(call.out, call.out + call.out_count, [&](const Tensor& x) { return x.buffer == buffer; });
}

struct Fuser {
  std::vector<Launch>& launches;
  const Recorder& recorder;
  std::vector<bool> gone;
  std::unordered_map<const Buffer*, int> read_count;

  Fuser(std::vector<Launch>& launches, const Recorder& recorder, const std::vector<const Buffer*>& wanted)
      : launches(launches), recorder(recorder), gone(launches.size()) {
    for (const Launch& call : launches) {
      for (int i = 0; i < call.in_count; ++i) ++read_count[call.in[i].buffer];
    }
    for (const Buffer* buffer : wanted) ++read_count[buffer];
  }

  // The only reader of a result of this program, or the end when there are several, or it is wanted after the run.
  size_t only_reader(size_t producer) const {
    const Buffer* buffer = launches[producer].out[0].buffer;
    if (recorder.planned_index(buffer) < 0 || read_count.at(buffer) != 1) return launches.size();
    for (size_t i = producer + 1; i < launches.size(); ++i) {
      if (!gone[i] && reads(launches[i], buffer)) return i;
    }
    return launches.size();
  }

  // Whether a launch may be moved down from `from` to `to`: nothing in between writes what it reads or its result.
  bool movable(size_t from, size_t to) const {
    for (size_t i = from + 1; i < to; ++i) {
      if (gone[i]) continue;
      if (writes(launches[i], launches[from].out[0].buffer)) return false;
      for (int k = 0; k < launches[from].in_count; ++k) {
        if (writes(launches[i], launches[from].in[k].buffer)) return false;
      }
    }
    return true;
  }

  // Puts the product `matmul` in the place of its reader, with a third operand and the reader's result.
  void merge(size_t matmul, size_t reader, const Tensor& third, const Tensor& out, DenseAttributes attributes) {
    Launch fused = launches[matmul];
    fused.op = Op::dense;
    fused.in[fused.in_count++] = third;
    if (attributes.extra == DenseAttributes::rate) fused.in[fused.in_count++] = out;
    fused.out[0] = out;
    fused.set(attributes);
    launches[reader] = fused;
    gone[matmul] = true;
  }

  // The slope of relu can be had from its output alone, unless somebody wrote into that: then its input need not be
  // kept.
  void forget_relu_inputs() {
    for (Launch& call : launches) {
      if (call.op != Op::relu_grad || same(call.in[0], call.in[1])) continue;
      const auto writers = std::count_if(launches.begin(), launches.end(),
                                         [&](const Launch& other) { return writes(other, call.in[1].buffer); });
      if (writers != 1) continue;
      --read_count[call.in[0].buffer];
      ++read_count[call.in[1].buffer];
      call.in[0] = call.in[1];
    }
  }

  // gather of bytes, cast to float32, times a number -> gather_scaled
  void scale(size_t i) {
    const Launch& gather = launches[i];
    if (gather.in[0].dtype() != Dtype::uint8 || gather.in[0].dim(0) != 1) return;
    const size_t j = only_reader(i);
    if (j == launches.size() || launches[j].op != Op::copy || !movable(i, j)) return;
    const Tensor& numbers = launches[j].out[0];
    if (numbers.dtype() != Dtype::float32 || !same_list(launches[j].in[0], gather.out[0])) return;
    const size_t k = only_reader(j);
    if (k == launches.size() || launches[k].op != Op::mul || !movable(i, k) || !movable(j, k)) return;
    const Launch& product = launches[k];
    const int side = same_list(product.in[0], numbers) ? 1 : 0;
    const Tensor &factor = product.in[side], &out = product.out[0];
    if (!same_list(product.in[1 - side], numbers) || factor.size() != 1 || factor.dtype() != Dtype::float32) return;
    if (out.dtype() != Dtype::float32 || !out.contiguous() || out.size() != numbers.size()) return;
    Launch fused = gather;
    fused.op = Op::gather_scaled;
    fused.in[fused.in_count++] = factor;
    fused.out[0] = out;
    launches[k] = fused;
    gone[i] = gone[j] = true;
  }

  // matmul, add a bias [n] -> dense
  void bias(size_t i) {
    const Launch& product = launches[i];
    const size_t j = only_reader(i);
    if (j == launches.size() || launches[j].op != Op::add || !movable(i, j)) return;
    const Launch& sum = launches[j];
    const int side = same(sum.in[0], product.out[0]) ? 1 : 0;
    const Tensor& bias = sum.in[side];
    if (!same(sum.in[1 - side], product.out[0]) || bias.rank() != 1 || !bias.contiguous() ||
        bias.dim(0) != product.out[0].dim(1) || sum.out[0].layout != product.out[0].layout) {
      return;
    }
    merge(i, j, bias, sum.out[0], {DenseAttributes::bias, Activation::none});
  }

  // dense, relu -> dense with activation
  void activation(size_t i) {
    if (launches[i].get<DenseAttributes>().extra != DenseAttributes::bias) return;
    const size_t j = only_reader(i);
    if (j == launches.size() || launches[j].op != Op::relu || !movable(i, j)) return;
    if (!same(launches[j].in[0], launches[i].out[0])) return;
    Launch fused = launches[i];
    fused.out[0] = launches[j].out[0];
    fused.set(DenseAttributes{DenseAttributes::bias, Activation::relu});
    launches[j] = fused;
    gone[i] = true;
  }

  // matmul, times the slope of relu -> dense with a gate
  void gate(size_t i) {
    const size_t j = only_reader(i);
    if (j == launches.size() || launches[j].op != Op::relu_grad || !movable(i, j)) return;
    const Launch& slope = launches[j];
    if (!same(slope.in[2], launches[i].out[0]) || !is_matrix(slope.in[1])) return;
    merge(i, j, slope.in[1], slope.out[0], {DenseAttributes::gate, Activation::none});
  }

  // mul by a number, sub from w, copy into w: a step of SGD written by hand -> sgd_update
  void descent(size_t i) {
    const Launch& scaling = launches[i];
    const size_t j = only_reader(i);
    if (j == launches.size() || launches[j].op != Op::sub || !movable(i, j)) return;
    const size_t k = only_reader(j);
    if (k == launches.size() || launches[k].op != Op::copy || !movable(i, k) || !movable(j, k)) return;
    const Launch &difference = launches[j], &assignment = launches[k];
    const Tensor& w = assignment.out[0];
    const int side = scaling.in[0].layout == w.layout ? 0 : 1;
    const Tensor &gradient = scaling.in[side], &rate = scaling.in[1 - side];
    if (!is_float(w.dtype()) || !w.contiguous() || rate.size() != 1 || rate.dtype() != w.dtype()) return;
    if (gradient.layout != w.layout || scaling.out[0].layout != w.layout) return;
    if (overlaps(gradient, w) || overlaps(rate, w)) return;
    if (!same(difference.in[0], w) || !same(difference.in[1], scaling.out[0])) return;
    if (!same(assignment.in[0], difference.out[0])) return;
    launches[k] = make_launch(Op::sgd_update, {w, gradient, rate}, {w});
    gone[i] = gone[j] = true;
  }

  // matmul, sgd_update -> the product is accumulated straight into the weight
  void update(size_t i) {
    const size_t j = only_reader(i);
    if (j == launches.size() || launches[j].op != Op::sgd_update || !movable(i, j)) return;
    const Launch& step = launches[j];
    const Tensor &w = step.in[0], &gradient = step.in[1], &rate = step.in[2];
    if (!same(gradient, launches[i].out[0]) || !is_matrix(w) || rate.dtype() != w.dtype()) return;
    if (reads(launches[i], w.buffer)) return;
    merge(i, j, rate, w, {DenseAttributes::rate, Activation::none});
  }

  // A few rows times a weight that the same step updates: for so few, one thread does that update, and another would
  // have to fetch the weight from its cache, which takes longer than the product.
  void keep_at_home(size_t i) {
    const Buffer* weight = launches[i].in[1].buffer;
    DenseAttributes attributes = launches[i].get<DenseAttributes>();
    attributes.alone = std::any_of(launches.begin(), launches.end(),
                                   [&](const Launch& other) { return other.op == Op::dense && writes(other, weight); });
    launches[i].set(attributes);
  }
};

}  // namespace

void fuse(std::vector<Launch>& launches, const Recorder& recorder, const std::vector<const Buffer*>& wanted) {
  Fuser fuser(launches, recorder, wanted);
  fuser.forget_relu_inputs();
  for (size_t i = 0; i < launches.size(); ++i) {
    if (launches[i].op == Op::gather) fuser.scale(i);
    if (launches[i].op == Op::mul) fuser.descent(i);
  }
  const auto pass = [&](Op op, auto fusion) {
    for (size_t i = 0; i < launches.size(); ++i) {
      if (fuser.gone[i] || launches[i].op != op) continue;
      if (is_matrix(launches[i].out[0]) && launches[i].in[0].rank() == 2 && launches[i].in[1].rank() == 2) fusion(i);
    }
  };
  pass(Op::matmul, [&](size_t i) { fuser.bias(i); });
  pass(Op::dense, [&](size_t i) { fuser.activation(i); });
  pass(Op::matmul, [&](size_t i) { fuser.gate(i); });
  pass(Op::matmul, [&](size_t i) { fuser.update(i); });
  pass(Op::dense, [&](size_t i) { fuser.keep_at_home(i); });
  std::vector<Launch> kept;
  for (size_t i = 0; i < launches.size(); ++i) {
    if (!fuser.gone[i]) kept.push_back(launches[i]);
  }
  launches = std::move(kept);
}

}  // namespace hebb

#include "column_panels.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "../ops/dense.h"
#include "../program/operands.h"
#include "threads.h"

namespace hebb {

namespace {

constexpr int64_t panel_bytes = 128;          // of a row: as many columns as a tile of the product has (AVX-512)
constexpr double work_worth_splitting = 2e6;  // multiplications of the forward product
constexpr int64_t most_panel_rows = 2048;     // what belongs to a panel fits in a cache
constexpr int64_t fewest_rows = 8;
constexpr int64_t most_input = 512 << 10;  // bytes of x: each panel reads all of it, which must not leave the cache

// Whether the launch, or one of the step, has a tensor for which the predicate holds.
template <class Predicate>
bool any_operand(const Launch& call, const Predicate& holds) {
  return std::ranges::any_of(inputs(call), holds) || std::ranges::any_of(outputs(call), holds);
}
template <class Predicate>
bool any_operand(const Step& step, const Predicate& holds) {
  return std::ranges::any_of(step, [&](const Launch& call) { return any_operand(call, holds); });
}

bool is_dense(const Step& step, DenseAttributes::Extra extra) {
  return step.size() == 1 && step[0].op == Op::dense && step[0].get<DenseAttributes>().extra == extra;
}

bool has_panels(const Tensor& weight) {
  return weight.rank() == 2 && weight.contiguous() && weight.dim(0) <= most_panel_rows &&
         weight.dim(1) * size_of(weight.dtype()) > panel_bytes;
}

// x w + b, the only use of w in the step.
bool is_forward(const Step& step, const Tensor& w) {
  if (!is_dense(step, DenseAttributes::bias)) return false;
  const Launch& call = step[0];
  return same(call.in[1], w) && !meet(call.in[0], w) && !meet(call.in[2], w) && !meet(call.out[0], w);
}

bool worth_splitting(const Step& step) {
  const Tensor &x = step[0].in[0], &w = step[0].in[1];
  const double work = static_cast<double>(x.dim(0)) * static_cast<double>(w.dim(0)) * static_cast<double>(w.dim(1));
  return x.dim(0) >= fewest_rows && x.size() * size_of(x.dtype()) <= most_input && work >= work_worth_splitting;
}

// w -= rate x^T y, no operand of the product being w.
bool is_descent(const Step& step, const Tensor& w) {
  if (!is_dense(step, DenseAttributes::rate)) return false;
  const Launch& call = step[0];
  return same(call.out[0], w) && same(call.in[3], w) && !meet(call.in[0], w) && !meet(call.in[1], w) &&
         !meet(call.in[2], w);
}

// All elements of w, or as many of something else, in the same order.
bool is_list(const Tensor& x, const Tensor& w) { return x.size() == w.size() && x.contiguous(); }

// A chain that a product of the shape of w leads and that has nothing else than such lists and numbers; the lists that
// are not the chain's alone belong to nobody else, but for w.
bool is_chain(const std::vector<Step>& steps, const Step& step, const Tensor& w) {
  if (step.size() < 2 || step[0].op != Op::matmul || step[0].out[0].shape() != w.shape()) return false;
  if (meet(step[0].in[0], w) || meet(step[0].in[1], w)) return false;
  const auto belongs = [&](const Tensor& x) {
    if (x.layout->extent == 1) return !meet(x, w);
    if (!is_list(x, w)) return false;
    if (!x.buffer->data) return true;
    if (meet(x, w)) return x.offset == w.offset && x.dtype() == w.dtype();
    return std::ranges::none_of(steps, [&](const Step& other) {
      return any_operand(other, [&](const Tensor& y) {
        return meet(x, y) && (&other != &step || !is_list(y, w) || y.offset != x.offset || y.dtype() != x.dtype());
      });
    });
  };
  return std::ranges::all_of(std::span(step).subspan(1), [&](const Launch& call) {
    return std::ranges::all_of(inputs(call), belongs) && std::ranges::all_of(outputs(call), belongs);
  });
}

bool may_split(const std::vector<Step>& steps, const Tensor& w) {
  bool updated = false;
  for (const Step& step : steps) {
    if (!any_operand(step, [&](const Tensor& x) { return meet(x, w); })) continue;
    if (is_forward(step, w)) continue;
    if (!is_chain(steps, step, w) && !(is_descent(step, w) && thread_count() > 1)) return false;
    updated = true;
  }
  return updated;
}

class Splitter {
 public:
  Splitter(const Tensor& weight, OwnCopies& copies) : weight_(weight), copies_(copies) {
    width_ = panel_bytes / size_of(weight.dtype());
    count_ = (weight.dim(1) + width_ - 1) / width_;
  }

  bool uses(const Step& step) const {
    return any_operand(step, [&](const Tensor& x) { return meet(x, weight_); });
  }

  Parts split(const Step& step) {
    Parts parts;
    for (int64_t panel = 0; panel < count_; ++panel) {
      Step& part = parts.emplace_back(step);
      Launch& product = part[0];
      if (step.size() > 1) {
        narrow(product.in[1], panel);
        product.out[0] = {product.out[0].buffer, product.out[0].offset,
                          intern(weight_.dtype(), {weight_.dim(0), columns(panel)})};
        for (Launch& call : std::span(part).subspan(1)) {
          for (Tensor& x : inputs(call)) replace_list(x, panel);
          for (Tensor& x : outputs(call)) replace_list(x, panel);
        }
      } else if (product.get<DenseAttributes>().extra == DenseAttributes::rate) {
        narrow(product.in[1], panel);
        product.in[3] = product.out[0] = own(weight_, panel);
      } else {
        product.in[1] = own(weight_, panel);
        product.in[2] = view(product.in[2], {columns(panel)}, {1}, panel * width_);
        narrow(product.out[0], panel);
      }
    }
    return parts;
  }

 private:
  int64_t columns(int64_t panel) const { return std::min(width_, weight_.dim(1) - panel * width_); }

  void narrow(Tensor& matrix, int64_t panel) const {
    const int64_t step = matrix.strides()[1];
    matrix = view(matrix, {matrix.dim(0), columns(panel)}, {matrix.strides()[0], step}, panel * width_ * step);
  }

  void replace_list(Tensor& x, int64_t panel) {
    if (x.layout->extent == 1) return;
    const Tensor place = x.buffer->data ? own(x, panel) : x;  // or the chain's alone
    x = {place.buffer, place.offset, intern(x.dtype(), {weight_.dim(0) * columns(panel)})};
  }

  // A panel of the copy of a list of as many elements as the weight.
  Tensor own(const Tensor& list, int64_t panel) {
    const int64_t rows = weight_.dim(0), all = weight_.dim(1);
    Buffer*& buffer = buffers_[{list.buffer, list.offset}];
    const auto place = [&](int64_t index) {
      return Tensor{buffer, index * rows * width_, intern(list.dtype(), {rows, columns(index)})};
    };
    if (!buffer) {
      buffer = copies_.add(list, rows * all * size_of(list.dtype()));
      for (int64_t index = 0; index < count_; ++index) {
        copies_.pair(view(list, {rows, columns(index)}, {all, 1}, index * width_), place(index));
      }
    }
    return place(panel);
  }

  Tensor weight_;
  OwnCopies& copies_;
  int64_t width_, count_;
  std::map<std::pair<const Buffer*, int64_t>, Buffer*> buffers_;  // of the copies
};

}  // namespace

std::vector<Tensor> find_panelled(const std::vector<Step>& steps) {
  std::vector<Tensor> found;
  for (const Step& step : steps) {
    if (!is_dense(step, DenseAttributes::bias) || !has_panels(step[0].in[1]) || !worth_splitting(step)) continue;
    const Tensor& w = step[0].in[1];
    const auto known = [&](const Tensor& x) { return same(x, w); };
    if (std::ranges::none_of(found, known) && may_split(steps, w)) found.push_back(w);
  }
  return found;
}

std::vector<Parts> split_columns(const std::vector<Step>& steps, const std::vector<Tensor>& weights,
                                 OwnCopies& copies) {
  std::vector<Parts> result;
  for (const Step& step : steps) result.push_back({step});
  for (const Tensor& weight : weights) {
    Splitter splitter(weight, copies);
    for (size_t i = 0; i < steps.size(); ++i) {
      if (splitter.uses(steps[i])) result[i] = splitter.split(steps[i]);
    }
  }
  return result;
}

}  // namespace hebb

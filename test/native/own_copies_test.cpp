// Programs that work on copies of their weights (aligned rows, panels of columns) against the same programs without,
// bit by bit, who sees what when, and which weights are copied.
#include "../../native/cpu/aligned_rows.h"
#include "../../native/cpu/column_panels.h"

#include <memory>
#include <vector>

#include "../../native/cpu/threads.h"
#include "../../native/ops/binary.h"
#include "../../native/ops/copy.h"
#include "../../native/ops/dense.h"
#include "../../native/ops/matmul.h"
#include "../../native/ops/optimizer.h"
#include "../../native/ops/reduce.h"
#include "../../native/ops/unary.h"
#include "check.h"
#include "session.h"

using namespace hebb;
using hebb::test::check;
using hebb::test::Session;

namespace {

constexpr int64_t many = 1000;  // replays in a row are to come

struct Widths {
  int64_t batch, inputs, hidden, outputs;
};

Tensor matrix(Session& session, Dtype dtype, int64_t rows, int64_t columns, unsigned seed) {
  return view(session.outside(dtype, rows * columns, seed), {rows, columns}, {columns, 1});
}

enum class Rule { descent, momentum, adam, own };

// A step of a perceptron with one hidden layer, as capture() records it; answers the first weight.
Tensor record_step(Session& session, Dtype dtype, const Widths& n, Rule rule) {
  const Tensor x = matrix(session, dtype, n.batch, n.inputs, 1), target = matrix(session, dtype, n.batch, n.outputs, 2);
  const Tensor first = matrix(session, dtype, n.inputs, n.hidden, 3);
  const Tensor second = matrix(session, dtype, n.hidden, n.outputs, 4), bias = session.outside(dtype, n.hidden, 5);
  const Tensor tiny = session.outside(dtype, 1, 6), rate = mul(tiny, tiny);
  const Tensor hidden = relu(add(matmul(x, first, false, false), bias), 0, 0);
  const Tensor slope = mul(sub(matmul(hidden, second, false, false), target), tiny);
  const Tensor below = relu_grad(hidden, hidden, matmul(slope, second, false, true), 0, 0);
  unsigned seed = 10;
  const auto state = [&](const Tensor& w) {
    const Tensor list = session.outside(dtype, w.size(), ++seed);
    return view(list, w.shape(), w.strides());
  };
  const auto update = [&](const Tensor& w, const Tensor& gradient) {
    switch (rule) {
      case Rule::descent:
        return sgd_update(w, gradient, rate);
      case Rule::momentum:
        return momentum_update(w, state(w), gradient, rate, 0.9, true);
      case Rule::adam: {
        const Tensor mean = state(w), square = state(w);
        return adam_update(w, mean, square, gradient, rate, tiny, 0.9, 0.999, 1e-7, {});
      }
      case Rule::own: {
        const Tensor mean = state(w);
        add_in_place(mean, mul(sub(gradient, mean), tiny));
        return add_in_place(w, neg(mul(tanh(mean, 0, 0), rate), 0, 0));
      }
    }
  };
  update(second, matmul(hidden, slope, true, false));
  update(first, matmul(x, below, true, false));
  update(bias, sum_to(below, {&n.hidden, 1}));
  return first;
}

constexpr Rule rules[] = {Rule::descent, Rule::momentum, Rule::adam, Rule::own};

void prepare(Session& session) { session.run(true, 0); }

void replay(const Session& session, int times, int64_t limit) {
  for (int i = 0; i < times; ++i) session.program->replay(limit);
}

constexpr Widths widths[] = {
    {16, 784, 300, 10}, {7, 100, 70, 65}, {33, 65, 1001, 67}, {9, 50, 500, 90}, {20, 900, 130, 5}};

void test_bits(Dtype dtype, const Widths& n, Rule rule) {
  Session copied, plain;
  record_step(copied, dtype, n, rule);
  record_step(plain, dtype, n, rule);
  prepare(copied);
  prepare(plain);
  const auto before = copied.memory;
  replay(plain, 3, 1);
  replay(copied, 3, many);
  if (rule == Rule::descent || &n == &widths[0]) {
    check(copied.memory != plain.memory, "the weights outside rest while the copies are at work");
  }
  copied.program->settle();
  check(copied.memory == plain.memory && copied.memory != before, "after settle() they have the same bits");
}

// Others read and write the weights between the replays, the more often the less it pays.
void test_turns(Rule rule) {
  for (int in_a_row : {1, 20}) {
    Session copied, plain;
    for (Session* session : {&copied, &plain}) {
      const Tensor w = record_step(*session, Dtype::float32, widths[0], rule);
      prepare(*session);
      for (int turn = 0; turn < 3; ++turn) {
        replay(*session, in_a_row, session == &copied ? many : 1);
        session->program->settle();
        for (int64_t i = 0; i < w.size(); i += 11) w.data<float>()[i] *= 0.5f;
      }
    }
    check(copied.memory == plain.memory, "between turns the weights can be read and changed");
  }
  Session session, plain;
  record_step(session, Dtype::float32, widths[0], rule);
  record_step(plain, Dtype::float32, widths[0], rule);
  prepare(session);
  prepare(plain);
  replay(session, 3, 3);
  replay(plain, 3, 1);
  check(session.memory == plain.memory, "a few replays work on the weights themselves");
}

// The steps of a session as the CPU sees them.
struct Watcher : CpuDevice {
  std::vector<hebb::Step> steps;
  Buffer* allocate(int64_t) override { return nullptr; }
  std::unique_ptr<Prepared> prepare(const std::vector<hebb::Step>& given) override {
    steps = given;
    return nullptr;
  }
};

template <class Record>
std::vector<hebb::Step> steps_of(Session& session, Watcher& watcher, const Record& record) {
  session.recorder->target = &watcher;
  record(session);
  prepare(session);
  return watcher.steps;
}

template <class Record>
bool aligned(const Record& record) {
  Session session;
  Watcher watcher;
  std::vector<hebb::Step> steps = steps_of(session, watcher, record);
  OwnCopies copies;
  align_rows(steps, {}, copies);
  return copies.any();
}

template <class Record>
size_t panelled(const Record& record) {
  Session session;
  Watcher watcher;
  return find_panelled(steps_of(session, watcher, record)).size();
}

auto step(const Widths& n, Rule rule = Rule::descent) {
  return [n, rule](Session& session) { record_step(session, Dtype::float32, n, rule); };
}

void test_aligned() {
  check(aligned(step({32, 784, 300, 10})), "rows of 1200 bytes are aligned");
  check(!aligned(step({32, 784, 304, 10})), "rows of whole cache lines are not");
  check(!aligned(step({8, 20, 60, 10})), "nor are small matrices");
  // Each of these reads or writes the one matrix that could be aligned in a way that copies do not serve.
  const auto with = [](void (*more)(Session & session, const Tensor& w)) {
    return [more](Session& session) {
      const Tensor w = matrix(session, Dtype::float32, 100, 70, 1), x = matrix(session, Dtype::float32, 8, 100, 2);
      const Tensor slope = matrix(session, Dtype::float32, 8, 70, 3), rate = session.outside(Dtype::float32, 1, 4);
      session.want(matmul(x, w, false, false));
      sgd_update(w, matmul(x, slope, true, false), rate);
      if (more) more(session, w);
    };
  };
  check(aligned(with(nullptr)), "a weight that only products touch is aligned");
  check(!aligned(with([](Session& session, const Tensor& w) { session.want(square(w, 0, 0)); })),
        "one that an element-wise op reads is not");
  check(!aligned(with([](Session&, const Tensor& w) { add_in_place(w, w); })), "one that it changes is not");
  check(!aligned(with([](Session& session, const Tensor& w) {
    session.want(matmul(view(w, {35, 200}, {200, 1}), matrix(session, Dtype::float32, 200, 3, 9), false, false));
  })),
        "one that a product reads in another shape is not");
}

void test_panelled() {
  for (Rule rule : rules) {
    check(panelled(step({32, 784, 300, 10}, rule)) == 1, "a first layer's weight is kept in panels");
    check(panelled(step({4, 784, 300, 10}, rule)) == 0, "not for a few rows");
    check(panelled(step({32, 200, 100, 10}, rule)) == 0, "not where the product is small");
    check(panelled(step({32, 3000, 300, 10}, rule)) == 0, "not where a panel fills a cache");
    check(panelled(step({1024, 784, 300, 10}, rule)) == 0, "not where the rows fill a cache");
  }
  // A layer whose weight, or the state of its optimiser, is used in one more way.
  const auto with = [](void (*more)(Session & session, const Tensor& w, const Tensor& v)) {
    return [more](Session& session) {
      const Tensor w = matrix(session, Dtype::float32, 784, 300, 1), v = matrix(session, Dtype::float32, 784, 300, 2);
      const Tensor x = matrix(session, Dtype::float32, 32, 784, 3), slope = matrix(session, Dtype::float32, 32, 300, 4);
      const Tensor rate = session.outside(Dtype::float32, 1, 5), bias = session.outside(Dtype::float32, 300, 6);
      session.want(add(matmul(x, w, false, false), bias));
      momentum_update(w, v, matmul(x, slope, true, false), rate, 0.9, false);
      if (more) more(session, w, v);
    };
  };
  check(panelled(with(nullptr)) == 1, "a weight with its momentum is kept in panels");
  check(panelled(with([](Session& session, const Tensor&, const Tensor& v) {
          const int64_t axis[] = {0, 1};
          session.want(sum(v, axis, false));
        })) == 0,
        "not where something else reads the momentum");
  check(panelled(with([](Session& session, const Tensor& w, const Tensor&) {
          session.want(matmul(matrix(session, Dtype::float32, 9, 300, 7), w, false, true));
        })) == 0,
        "not where a product reads the weight transposed");
  check(panelled(with([](Session& session, const Tensor& w, const Tensor&) {
          assign(view(w, {1, 300}, {300, 1}), session.outside(Dtype::float32, 300, 8));
        })) == 0,
        "not where a part of the weight is assigned to");
  check(panelled(with([](Session& session, const Tensor& w, const Tensor&) {
          session.want(view(w, {2, 2}, {300, 1}));
          session.want(exp(view(w, {100}, {1}), 0, 0));
        })) == 0,
        "not where a part of the weight is read");
}

}  // namespace

int main() {
  for (int threads : {1, 2}) {
    set_thread_count(threads);
    for (Rule rule : rules) {
      for (Dtype dtype : {Dtype::float32, Dtype::float64}) {
        for (const Widths& n : widths) test_bits(dtype, n, rule);
      }
      test_turns(rule);
    }
  }
  test_aligned();
  test_panelled();
  set_thread_count(1);
  check(panelled(step({32, 784, 300, 10})) == 0, "on one thread plain descent is not worth it");
  return hebb::test::finish("own_copies");
}

// Programs that work on copies with aligned rows against the same programs without, bit by bit, and who sees what when.
#include "../../native/cpu/aligned_rows.h"

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

// A step of a perceptron with one hidden layer, as capture() records it: w -= rate * dw.
struct Recorded {
  Tensor first, second;
};
Recorded record_step(Session& session, Dtype dtype, const Widths& n) {
  const Tensor x = matrix(session, dtype, n.batch, n.inputs, 1), target = matrix(session, dtype, n.batch, n.outputs, 2);
  const Tensor first = matrix(session, dtype, n.inputs, n.hidden, 3);
  const Tensor second = matrix(session, dtype, n.hidden, n.outputs, 4), bias = session.outside(dtype, n.hidden, 5);
  const Tensor tiny = session.outside(dtype, 1, 6), rate = mul(tiny, tiny);
  const Tensor hidden = relu(add(matmul(x, first, false, false), bias), 0, 0);
  const Tensor slope = mul(sub(matmul(hidden, second, false, false), target), tiny);
  const Tensor below = relu_grad(hidden, hidden, matmul(slope, second, false, true), 0, 0);
  sgd_update(second, matmul(hidden, slope, true, false), rate);
  sgd_update(first, matmul(x, below, true, false), rate);
  sgd_update(bias, sum_to(below, {&n.hidden, 1}), rate);
  return {first, second};
}

void prepare(Session& session) { session.run(true, 0); }

void replay(const Session& session, int times, int64_t limit) {
  for (int i = 0; i < times; ++i) session.program->replay(limit);
}

constexpr Widths widths[] = {{32, 784, 300, 10}, {7, 100, 70, 65}, {130, 65, 1001, 67}, {33, 50, 500, 90}};

void test_bits() {
  for (Dtype dtype : {Dtype::float32, Dtype::float64}) {
    for (const Widths& n : widths) {
      Session copied, plain;
      record_step(copied, dtype, n);
      record_step(plain, dtype, n);
      prepare(copied);
      prepare(plain);
      const auto before = copied.memory;
      replay(plain, 20, 1);
      replay(copied, 20, many);
      check(copied.memory != plain.memory, "the weights outside rest while the copies are at work");
      copied.program->settle();
      check(copied.memory == plain.memory && copied.memory != before, "after settle() they have the same bits");
    }
  }
}

// Others read and write the weights between the replays, the more often the less it pays.
void test_turns() {
  for (int in_a_row : {1, 3, 40}) {
    Session copied, plain;
    for (Session* session : {&copied, &plain}) {
      const Tensor w = record_step(*session, Dtype::float32, widths[0]).first;
      prepare(*session);
      for (int turn = 0; turn < 5; ++turn) {
        replay(*session, in_a_row, session == &copied ? many : 1);
        session->program->settle();
        for (int64_t i = 0; i < w.size(); i += 11) w.data<float>()[i] *= 0.5f;
      }
    }
    check(copied.memory == plain.memory, "between turns the weights can be read and changed");
  }
  Session session, plain;
  record_step(session, Dtype::float32, widths[0]);
  record_step(plain, Dtype::float32, widths[0]);
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
bool has_copies(const Record& record) {
  Session session;
  Watcher watcher;
  session.recorder->target = &watcher;
  record(session);
  prepare(session);
  return AlignedRows(watcher.steps).any();
}

void test_choice() {
  const auto step = [](Widths n) { return [n](Session& session) { record_step(session, Dtype::float32, n); }; };
  check(has_copies(step({32, 784, 300, 10})), "rows of 1200 bytes are aligned");
  check(!has_copies(step({32, 784, 304, 10})), "rows of whole cache lines are not");
  check(!has_copies(step({8, 20, 60, 10})), "nor are small matrices");
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
  check(has_copies(with(nullptr)), "a weight that only products touch is aligned");
  check(!has_copies(with([](Session& session, const Tensor& w) { session.want(square(w, 0, 0)); })),
        "one that an element-wise op reads is not");
  check(!has_copies(with([](Session&, const Tensor& w) { add_in_place(w, w); })), "one that it changes is not");
  check(!has_copies(with([](Session& session, const Tensor& w) {
    session.want(matmul(view(w, {35, 200}, {200, 1}), matrix(session, Dtype::float32, 200, 3, 9), false, false));
  })),
        "one that a product reads in another shape is not");
}

}  // namespace

int main() {
  for (int threads : {1, 2}) {
    set_thread_count(threads);
    test_bits();
    test_turns();
  }
  test_choice();
  return hebb::test::finish("aligned_rows");
}

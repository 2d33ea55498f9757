// Programs whose element-wise launches are chained against the same launches one by one, bit by bit: known programs,
// and random ones over types, sizes, views, in-place updates and single numbers.
#include <array>
#include <cstdio>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "../../native/cpu/device.h"
#include "../../native/cpu/threads.h"
#include "../../native/ops/binary.h"
#include "../../native/ops/copy.h"
#include "../../native/ops/matmul.h"
#include "../../native/ops/optimizer.h"
#include "../../native/ops/reduce.h"
#include "../../native/ops/unary.h"
#include "../../native/ops/where.h"
#include "../../native/program/program.h"
#include "check.h"
#include "session.h"

using namespace hebb;
using hebb::test::check;
using hebb::test::Session;

namespace {

Tensor elements(const Tensor& x, int64_t from, int64_t count) { return view(x, {count}, {1}, from); }

// `make` records into a session. Whether all memory ends up the same, with chains and without.
template <class Make>
bool agree(const Make& make, int times = 2) {
  Session chained, plain;
  make(chained);
  make(plain);
  chained.run(true, times);
  plain.run(false, times);
  return chained.memory == plain.memory;
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// A rule of an optimiser: m += (g - m) / 10, w -= m / (sqrt(g^2) + 1), the mean of w.
void record_rule(Session& session, int64_t size) {
  const Tensor w = session.outside(Dtype::float32, size, 1), m = session.outside(Dtype::float32, size, 2);
  const Tensor g = session.outside(Dtype::float32, size, 3), tenth = session.outside(Dtype::float32, 1, 4);
  add_in_place(m, mul(sub(g, m), tenth));
  add_in_place(w, neg(div(m, add(sqrt(square(g, 0, 0), 0, 0), tenth)), 0, 0));
  const int64_t axis[] = {0};
  session.want(sum(w, axis, false));
}

void test_known_programs() {
  for (int64_t size : {2, 15, 16, 17, 2047, 4096, 30001, 200003}) {
    check(agree([&](Session& session) { record_rule(session, size); }), "a rule of an optimiser gives the same bits");
  }
  Session chained, plain;
  record_rule(chained, 30001);
  record_rule(plain, 30001);
  chained.run(true);
  plain.run(false);
  check(chained.program->launch_count() == 2, "the rule is one chain, and the sum");
  check(count(chained.program->listing(), "): sub, mul, add, square, sqrt, add, div, neg, add\n") == 1,
        "the chain is one line that names its ops");
  check(chained.program->arena_bytes() == 0 && plain.program->arena_bytes() >= 2 * 30001 * 4,
        "what only the chain sees takes no memory");
  const std::vector<LaunchCost> costs = chained.program->profile(3, true);
  check(costs.size() == 2 && costs[0].seconds > 0 && costs[0].bytes == (5 * 30001 + 1) * 4.0,
        "the cost of a chain is its time and the bytes of what others see");
}

void test_boundaries() {
  const auto lines = [](auto make) {
    Session session;
    make(session);
    session.run(true);
    return session.program->launch_count();
  };
  const auto shifted = [](Session& session) {
    const Tensor x = session.outside(Dtype::float32, 3001, 1);
    const Tensor y = exp(elements(x, 0, 3000), 0, 0);
    assign(elements(x, 1, 3000), y);
    session.want(square(elements(x, 0, 3000), 0, 0));
  };
  check(agree(shifted) && lines(shifted) == 3, "a list and the same one an element on are no tiles of each other");
  const auto number = [](Session& session) {
    const Tensor x = session.outside(Dtype::float32, 3000, 1);
    add_in_place(x, x);
    session.want(mul(x, view(x, Shape{}, Shape{}, 2999)));
  };
  check(agree(number) && lines(number) == 2, "a number out of a list waits for the whole list");
  const auto in_between = [](Session& session) {
    const Tensor x = session.outside(Dtype::float32, 3000, 1);
    const int64_t axis[] = {0};
    const Tensor y = exp(x, 0, 0);
    session.want(mul(y, sum(y, axis, false)));
  };
  check(agree(in_between) && lines(in_between) == 3, "what a sum needs is there before the sum");
  const auto overwritten = [](Session& session) {
    const Tensor x = session.outside(Dtype::float32, 3000, 1), rate = session.outside(Dtype::float32, 1, 2);
    const Tensor y = mul(x, rate);
    add_in_place(rate, rate);
    session.want(mul(y, rate));
  };
  check(agree(overwritten) && lines(overwritten) == 3, "a number that changes in between is read before and after");
  const auto apart = [](Session& session) {
    const Tensor a = session.outside(Dtype::float32, 3000, 1), b = session.outside(Dtype::float32, 3000, 2);
    add_in_place(a, neg(a, 0, 0));
    add_in_place(b, neg(b, 0, 0));
  };
  check(agree(apart) && lines(apart) == 2, "what shares nothing stays apart");
  const auto wanted = [](Session& session) {
    const Tensor x = session.outside(Dtype::float64, 5000, 1);
    const Tensor y = exp(x, 0, 0), z = sqrt(y, 0, 0);
    for (const Tensor& result : {y, z, neg(z, 0, 0)}) session.want(result);
  };
  check(agree(wanted) && lines(wanted) == 1, "results in the middle of a chain can be wanted");
  const auto alone = [](Session& session) {
    const Tensor w = session.outside(Dtype::float32, 5000, 1), g = session.outside(Dtype::float32, 5000, 2);
    const Tensor rate = session.outside(Dtype::float32, 1, 3), clipped = clip(g, 0.6, 0.9);
    sgd_update(w, clipped, rate);
  };
  const auto own_number = [](Session& session) {
    const Tensor w = session.outside(Dtype::float32, 5000, 1), g = session.outside(Dtype::float32, 5000, 2);
    sgd_update(w, clip(g, 0.6, 0.9), view(w, Shape{}, Shape{}, 0));
  };
  check(agree(own_number) && lines(own_number) == 2, "a rate out of the parameter is read before that changes");
  check(agree(alone) && lines(alone) == 1, "the steps of optimisers take part");
}

// w -= x^T y / 10 with momentum, the product being of m x k and k x n.
void record_product(Session& session, Dtype dtype, int64_t m, int64_t n, int64_t k, int readers) {
  const Tensor x = view(session.outside(dtype, m * k, 1), {m, k}, {1, m});
  const Tensor y = view(session.outside(dtype, k * n, 2), {k, n}, {n, 1});
  const Tensor w = view(session.outside(dtype, m * n, 3), {m, n}, {n, 1});
  const Tensor v = view(session.outside(dtype, m * n, 4), {m, n}, {n, 1});
  const Tensor g = matmul(x, y, false, false);
  momentum_update(w, v, clip(g, 0.5 * static_cast<double>(k), 1e9), session.outside(dtype, 1, 5), 0.5, true);
  const int64_t axis[] = {0, 1};
  if (readers == 2) session.want(sum(g, axis, false));
  if (readers == 3) session.want(g);
}

void test_products() {
  for (Dtype dtype : {Dtype::float32, Dtype::float64}) {
    for (const auto& [m, n, k] : {std::array<int64_t, 3>{784, 300, 32},
                                  {801, 300, 7},
                                  {260, 1001, 9},
                                  {400, 700, 64},
                                  {30000, 11, 3},
                                  {4096, 64, 20},
                                  {300, 100, 32},
                                  {100, 30, 8}}) {
      for (int readers : {1, 2, 3}) {
        const auto make = [&](Session& session) { record_product(session, dtype, m, n, k, readers); };
        check(agree(make), "a product that leads a chain gives the same bits");
        Session session;
        make(session);
        session.run(true);
        const bool leads = count(session.program->listing(), "): matmul, clip, momentum_update\n") == 1;
        check(leads == (readers == 1 && m > 100), "a product of many rows leads the chain that alone reads it");
        check(!leads || session.program->arena_bytes() == 0, "a product that leads takes no memory");
      }
    }
  }
}

// Random launches over the lists of a session: most of one size, some of them views into others.
void record_random(Session& session, unsigned seed) {
  std::mt19937 random(seed);
  const auto draw = [&](size_t limit) { return random() % limit; };
  constexpr int64_t sizes[] = {2, 7, 64, 333, 2500, 5001, 40000};
  const int64_t size = sizes[draw(std::size(sizes))];
  std::vector<Tensor> lists, numbers;
  const Tensor long_list = session.outside(Dtype::float32, 2 * size + 1, seed + 1);
  lists = {elements(long_list, 0, size), elements(long_list, size, size), elements(long_list, 1, size),
           view(long_list, {size}, {2})};
  for (Dtype dtype :
       {Dtype::float32, Dtype::float32, Dtype::float32, Dtype::float64, Dtype::int32, Dtype::uint8, Dtype::boolean}) {
    lists.push_back(session.outside(dtype, size, seed + 2 + static_cast<unsigned>(lists.size())));
    numbers.push_back(session.outside(dtype, 1, seed + 20 + static_cast<unsigned>(lists.size())));
  }
  numbers.push_back(view(long_list, Shape{}, Shape{}, size / 2));
  const auto list = [&]() -> Tensor { return lists[draw(lists.size())]; };
  const auto any = [&] { return draw(4) == 0 ? numbers[draw(numbers.size())] : list(); };
  const auto of_type = [&](Dtype dtype) {
    Tensor x = list();
    while (x.dtype() != dtype || !x.contiguous()) x = list();
    return x;
  };
  const int64_t axis[] = {0};
  for (int i = 0; i < 40; ++i) {
    switch (draw(16)) {
      case 0:
        lists.push_back(abs(list(), 0, 0));
        break;
      case 1:
        lists.push_back(square(clip(list(), 0.5, 3), 0, 0));
        break;
      case 2:
        lists.push_back(tanh(list(), 0, 0));
        break;
      case 3:
        lists.push_back(add(list(), any()));
        break;
      case 4:
        lists.push_back(sub(any(), list()));
        break;
      case 5:
        lists.push_back(maximum(list(), list()));
        break;
      case 6:
        lists.push_back(less(list(), any()));
        break;
      case 7:
        lists.push_back(where(list(), any(), list()));
        break;
      case 8:
        lists.push_back(cast(list(), static_cast<Dtype>(draw(dtype_count))));
        break;
      case 9:
        assign(list(), any());
        break;
      case 10: {
        const Tensor x = of_type(draw(3) ? Dtype::float32 : Dtype::float64);
        add_in_place(x, any());
        break;
      }
      case 11: {
        const Dtype dtype = draw(3) ? Dtype::float32 : Dtype::float64;
        const Tensor x = of_type(dtype), y = of_type(dtype);
        lists.push_back(relu_grad(x, y, of_type(dtype), 0, 0));
        break;
      }
      case 12: {
        const Tensor w = of_type(Dtype::float32), v = of_type(Dtype::float32), g = of_type(Dtype::float32);
        if (w.buffer != v.buffer && w.buffer != g.buffer && v.buffer != g.buffer) {
          momentum_update(w, v, g, cast(numbers[0], Dtype::float32), 0.5, draw(2) == 0);
        }
        break;
      }
      case 13:
        numbers.push_back(max(list(), axis, false));
        break;
      case 14:
        session.want(list());
        break;
      default:
        lists.push_back(minimum(mul(list(), any()), numbers[0]));
        break;
    }
  }
  for (int i = 0; i < 4; ++i) session.want(list());
}

void test_random_programs() {
  bool same = true;
  size_t chains = 0, least = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const auto make = [&](Session& session) { record_random(session, 100 * seed); };
    if (!agree(make)) {
      same = false;
      std::fprintf(stderr, "seed %u\n", seed);
    }
    Session session;
    make(session);
    session.run(true);
    const size_t here = count(session.program->listing(), " = chain(");
    chains += here;
    least += here > 0;
  }
  check(same, "random programs give the same bits");
  check(least > 390 && chains > 900, "nearly all of the random programs have chains");
}

}  // namespace

int main() {
  for (int threads : {1, 2}) {
    set_thread_count(threads);
    test_known_programs();
    test_boundaries();
    test_products();
    test_random_programs();
  }
  return hebb::test::finish("chain");
}

// The CUDA kernels against those of the CPU: the same launches on both, over types, layouts and sizes (what goes along
// rows and columns: cuda_rows_test.cpp). Whole buffers are compared, so a write outside the output shows. Where an op
// promises the bits of the CPU they must be equal (one NaN is as good as another); elsewhere the error is bounded.
// Without a GPU nothing is tested.
#include "cuda_test.h"

#include "../../native/core/error.h"
#include "../../native/cuda/context.h"
#include "../../native/ops/binary.h"
#include "../../native/ops/copy.h"
#include "../../native/ops/optimizer.h"
#include "../../native/ops/random.h"
#include "../../native/ops/unary.h"

namespace {

// --- the ops

void unary_ops() {
  struct Entry {
    Op value, slope;
    UnaryKind kind;
  };
  const Entry entries[] = {
#define UNARY(name, kind, ...) {Op::name, Op::name##_grad, UnaryKind::kind},
#include "../../native/ops/unary.def"
#undef UNARY
  };
  const UnaryAttributes attributes{0.5, 1.5};
  for (const Entry& entry : entries) {
    for (Dtype dtype : numbers) {
      if (dtype == Dtype::int32 && entry.kind == UnaryKind::Float) continue;
      for (const Form& form : forms()) {
        const Tensor x = input(dtype, form.shape, form.kind, Values::wild);
        compare(make_launch(entry.value, {x}, {make(dtype, form.shape)}, attributes));
        if (dtype == Dtype::int32) continue;
        const Tensor at = input(dtype, form.shape, form.kind, Values::wild),
                     y = input(dtype, form.shape, Kind::contiguous, Values::wild),
                     dy = input(dtype, form.shape, form.kind, Values::wild);
        compare(make_launch(entry.slope, {at, y, dy}, {make(dtype, form.shape)}, attributes));
      }
    }
  }
  for (Op op : {Op::exp, Op::tanh, Op::sin, Op::relu}) {
    const Tensor x = input(Dtype::float32, {1 << 20}, Kind::contiguous, Values::wild);
    compare(make_launch(op, {x}, {make(Dtype::float32, {1 << 20})}, attributes));
    const Tensor z = input(Dtype::float32, {777, 1003}, Kind::transposed, Values::wild);
    compare(make_launch(op, {z}, {make(Dtype::float32, {777, 1003})}, attributes));
  }
}

void binary_ops() {
  struct Entry {
    Op op;
    BinaryKind kind;
  };
  const Entry entries[] = {
#define BINARY(name, kind, ...) {Op::name, BinaryKind::kind},
#include "../../native/ops/binary.def"
#undef BINARY
  };
  for (const Entry& entry : entries) {
    std::vector<Dtype> dtypes = numbers;
    if (entry.kind == BinaryKind::Float) dtypes = floats;
    if (entry.kind == BinaryKind::Logical) dtypes = {Dtype::boolean};
    for (Dtype dtype : dtypes) {
      const bool compares = entry.kind == BinaryKind::Compare || entry.kind == BinaryKind::Logical;
      const Dtype result = compares ? Dtype::boolean : dtype;
      const auto run = [&](const Shape& a, Kind a_kind, const Shape& b, Kind b_kind, const Shape& shape) {
        const Tensor x = input(dtype, a, a_kind, Values::wild), y = input(dtype, b, b_kind, Values::wild);
        compare(make_launch(entry.op, {x, y}, {make(result, shape)}));
      };
      for (const Form& form : forms()) {
        run(form.shape, form.kind, form.shape, Kind::contiguous, form.shape);
        run(form.shape, Kind::contiguous, form.shape, form.kind, form.shape);
      }
      run({70, 33}, Kind::contiguous, {33}, Kind::contiguous, {70, 33});
      run({70, 32}, Kind::contiguous, {}, Kind::contiguous, {70, 32});
      run({}, Kind::contiguous, {4096}, Kind::contiguous, {4096});
      run({9, 1, 5}, Kind::transposed, {1, 8, 1}, Kind::contiguous, {9, 8, 5});
      run({1000, 64}, Kind::contiguous, {1000, 1}, Kind::contiguous, {1000, 64});
      run({64}, Kind::contiguous, {99, 64}, Kind::tall, {99, 64});
      run({40, 16, 8}, Kind::contiguous, {16, 1}, Kind::contiguous, {40, 16, 8});
      if (!compares) {  // in place, and into a strided target
        const Tensor x = input(dtype, {1500}, Kind::contiguous, Values::wild),
                     y = input(dtype, {1500}, Kind::contiguous, Values::wild);
        compare(make_launch(entry.op, {x, y}, {x}));
        const Tensor z = input(dtype, {30, 20}, Kind::tall, Values::wild),
                     v = input(dtype, {20}, Kind::contiguous, Values::wild);
        compare(make_launch(entry.op, {z, v}, {z}));
      }
    }
  }
  const Tensor x = input(Dtype::float32, {1000003}, Kind::contiguous, Values::wild),
               y = input(Dtype::float32, {1000003}, Kind::contiguous, Values::wild);
  compare(make_launch(Op::add, {x, y}, {make(Dtype::float32, {1000003})}));
}

void moving_ops() {
  for (Dtype dtype : all_dtypes) {
    for (double value : {0.0, 1.0, -3.7, 300.5, 1e30, std::nan("")}) {
      for (const Form& form : forms()) {
        if (form.kind == Kind::broadcast) continue;
        compare(make_launch(Op::fill, {}, {make(dtype, form.shape, form.kind)}, FillAttributes{value}));
      }
    }
    for (Dtype to : all_dtypes) {
      for (const Form& form : forms()) {
        const Tensor x = input(dtype, form.shape, form.kind, Values::wild);
        compare(make_launch(Op::copy, {x}, {make(to, form.shape)}));
        if (form.kind == Kind::broadcast) continue;
        const Tensor y = input(dtype, form.shape, Kind::contiguous, Values::wild);
        compare(make_launch(Op::copy, {y}, {make(to, form.shape, form.kind)}));
      }
      const Tensor row = input(dtype, {33}, Kind::contiguous, Values::wild);
      compare(make_launch(Op::copy, {row}, {make(to, {20, 33}, Kind::tall)}));
    }
    for (const Form& form : forms()) {
      const Tensor condition = input(Dtype::boolean, form.shape, form.kind, Values::wild),
                   a = input(dtype, form.shape, form.kind, Values::wild),
                   b = input(dtype, form.shape, Kind::contiguous, Values::wild);
      compare(make_launch(Op::where, {condition, a, b}, {make(dtype, form.shape)}));
    }
    const Tensor condition = input(Dtype::boolean, {64, 1}, Kind::contiguous, Values::wild),
                 a = input(dtype, {64, 96}, Kind::contiguous, Values::wild),
                 b = input(dtype, {}, Kind::contiguous, Values::wild);
    compare(make_launch(Op::where, {condition, a, b}, {make(dtype, {64, 96})}));
    for (int64_t classes : {1, 10, 1000}) {
      for (int64_t count : {0, 1, 77}) {
        const Tensor indices = input(Dtype::int32, {count}, Kind::contiguous, Values::index, classes);
        compare(make_launch(Op::one_hot, {indices}, {make(dtype, {count, classes})}));
      }
    }
  }
  const Tensor matrix = input(Dtype::float32, {1025, 1026}, Kind::transposed, Values::wild);
  compare(make_launch(Op::copy, {matrix}, {make(Dtype::float32, {1025, 1026})}));
  const Tensor images = input(Dtype::uint8, {4, 3, 65, 70}, Kind::transposed, Values::wild);
  compare(make_launch(Op::copy, {images}, {make(Dtype::uint8, {4, 3, 65, 70})}));
  const Tensor bytes = input(Dtype::uint8, {1 << 20}, Kind::contiguous, Values::wild);
  compare(make_launch(Op::copy, {bytes}, {make(Dtype::float32, {1 << 20})}));
}

void gather_ops() {
  struct Case {
    int64_t outer, n, count, inner;
    Kind kind;
  };
  const Case cases[] = {
      {1, 10, 7, 16, Kind::contiguous}, {1, 10, 7, 3, Kind::offset},       {1, 100, 300, 1, Kind::contiguous},
      {3, 10, 20, 5, Kind::contiguous}, {2, 50, 64, 64, Kind::tall},       {1, 5, 0, 4, Kind::contiguous},
      {1, 1, 1, 1, Kind::contiguous},   {1, 60, 32, 784, Kind::tall},      {4, 7, 9, 0, Kind::contiguous},
      {1, 3000, 100, 33, Kind::offset}, {1, 3, 2000, 70, Kind::contiguous}};
  for (const Case& c : cases) {
    for (Dtype dtype : all_dtypes) {
      const Tensor x = input(dtype, {c.outer, c.n, c.inner}, c.kind, Values::wild),
                   list = input(Dtype::int32, {c.count}, Kind::contiguous, Values::index, c.n);
      compare(make_launch(Op::gather, {x, list}, {make(dtype, {c.outer, c.count, c.inner})}));
    }
    for (Dtype dtype : numbers) {
      const Tensor values = input(dtype, {c.outer, c.count, c.inner}, Kind::contiguous, Values::tame),
                   list = input(Dtype::int32, {c.count}, Kind::contiguous, Values::index, c.n),
                   out = input(dtype, {c.outer, c.n, c.inner}, Kind::contiguous, Values::tame);
      compare(make_launch(Op::scatter_add, {values, list, out}, {out}));
    }
    if (c.outer == 1) {
      const Tensor x = input(Dtype::uint8, {1, c.n, c.inner}, c.kind, Values::wild),
                   list = input(Dtype::int32, {c.count}, Kind::contiguous, Values::index, c.n);
      compare(make_launch(Op::gather_scaled, {x, list, scalar(Dtype::float32, 1.0f / 255)},
                          {make(Dtype::float32, {c.count, c.inner})}));
      for (Dtype dtype : all_dtypes) {
        for (int64_t length : {int64_t{0}, int64_t{1}, c.n}) {
          const Tensor source = input(dtype, {1, c.n, c.inner}, c.kind, Values::wild);
          compare(make_launch(Op::dynamic_slice,
                              {source, scalar(Dtype::int32, static_cast<double>(whole(0, c.n - length)))},
                              {make(dtype, {length, c.inner})}));
        }
      }
    }
  }
}

void optimizers() {
  for (Dtype dtype : floats) {
    for (const Form& form :
         {Form{{0}, Kind::contiguous}, Form{{1}, Kind::contiguous}, Form{{7}, Kind::contiguous},
          Form{{784, 30}, Kind::contiguous}, Form{{1000}, Kind::offset}, Form{{100003}, Kind::contiguous}}) {
      const auto slot = [&](Values values) { return input(dtype, form.shape, form.kind, values); };
      const auto rate = [&] { return scalar(dtype, 0.01); };
      {
        const Tensor w = slot(Values::wild);
        compare(make_launch(Op::sgd_update, {w, slot(Values::wild), rate()}, {w}));
      }
      for (bool nesterov : {false, true}) {
        const Tensor w = slot(Values::wild), v = slot(Values::wild);
        compare(make_launch(Op::momentum_update, {w, v, slot(Values::wild), rate()}, {w, v},
                            MomentumAttributes{0.9, nesterov}));
      }
      for (bool amsgrad : {false, true}) {
        for (double step : {1.0, 5.0, 1000.0}) {
          const Tensor w = slot(Values::tame), m = slot(Values::tame), v = slot(Values::positive),
                       g = slot(Values::wild), alpha = rate(), count = scalar(dtype, step);
          const AdamAttributes attributes{0.9, 0.999, 1e-7, amsgrad};
          if (amsgrad) {
            const Tensor largest = slot(Values::positive);
            compare(make_launch(Op::adam_update, {w, m, v, g, alpha, count, largest}, {w, m, v, largest}, attributes));
          } else {
            compare(make_launch(Op::adam_update, {w, m, v, g, alpha, count}, {w, m, v}, attributes));
          }
        }
      }
      for (bool velocity : {false, true}) {
        for (bool centered : {false, true}) {
          Launch call;
          call.op = Op::rmsprop_update;
          const Tensor w = slot(Values::tame), s = slot(Values::positive), g = slot(Values::wild);
          call.set(RmspropAttributes{0.9, velocity ? 0.8 : 0, 1e-7, velocity, centered});
          for (const Tensor& x : {w, s, g, rate()}) call.in[call.in_count++] = x;
          for (const Tensor& x : {w, s}) call.out[call.out_count++] = x;
          for (int i = 0; i < velocity + centered; ++i) {
            const Tensor extra = slot(Values::tame);
            call.in[call.in_count++] = extra;
            call.out[call.out_count++] = extra;
          }
          compare(call);
        }
      }
    }
  }
}

void random_ops() {
  const auto state = [](uint32_t low) {
    const Tensor x = make(Dtype::int32, {4});
    uint32_t words[4] = {123456789u, 42u, low, 7u};
    std::memcpy(x.data<int32_t>(), words, sizeof words);
    return x;
  };
  for (int64_t n : {0, 1, 3, 4, 5, 63, 1001, 8192, 8193, 100003}) {
    for (uint32_t low : {0u, 0xfffffff0u}) {
      for (Dtype dtype : floats) {
        for (Op op : {Op::random_normal, Op::random_truncated_normal}) {
          const Tensor s = state(low);
          compare(make_launch(op, {s}, {make(dtype, {n}), s}, NormalAttributes{0.5, 2}));
        }
        const Tensor s = state(low);
        const double last = dtype == Dtype::float32 ? std::nextafter(3.0f, 0.0f) : std::nextafter(3.0, 0.0);
        compare(make_launch(Op::random_uniform, {s}, {make(dtype, {n}), s}, UniformAttributes{-1, 3, last}));
      }
      for (uint64_t range : {uint64_t{1}, uint64_t{10}, uint64_t{3} << 30, uint64_t{1} << 32}) {
        const Tensor s = state(low);
        compare(make_launch(Op::random_int, {s}, {make(Dtype::int32, {n}), s}, IntegerAttributes{INT32_MIN, range}));
      }
      const Tensor s = state(low);
      compare(make_launch(Op::random_int, {s}, {make(Dtype::uint8, {n}), s}, IntegerAttributes{5, 250}));
      for (Dtype dtype : all_dtypes) {
        for (uint64_t threshold : {uint64_t{0}, uint64_t{1} << 30, uint64_t{1} << 32}) {
          const Tensor b = state(low);
          compare(make_launch(Op::random_bernoulli, {b}, {make(dtype, {n}), b}, BernoulliAttributes{threshold}));
        }
      }
      const Tensor p = state(low);
      compare(make_launch(Op::random_permutation, {p}, {make(Dtype::int32, {n}), p, make(Dtype::int32, {2, n, 3})}),
              exact, 2);
    }
  }
}

// A bad index or label: said at the next synchronisation, once, and the device goes on.
void faults() {
  const auto fails = [](const Launch& call, const char* words) {
    Row& row = rows[static_cast<int>(call.op)];
    {
      OnDevice device;
      const Launch moved = device.moved(call);
      Failure failure, after;
      gpu.launch(context, &moved, &failure);
      if (!failure.failed) gpu.synchronize(context, &failure);
      gpu.synchronize(context, &after);
      verdict(row, failure.failed && std::strstr(failure.message, words) && !after.failed, call.op,
              std::string("a bad value gives \"") + failure.message + "\"");
    }
    memory.clear();
  };
  const auto list = [](double bad) {
    const Tensor x = input(Dtype::int32, {40}, Kind::contiguous, Values::index, 10);
    put(x.buffer->data + (x.offset + 33) * 4, Dtype::int32, bad);
    return x;
  };
  const auto numbers_of = [](const Shape& shape) {
    return input(Dtype::float32, shape, Kind::contiguous, Values::tame);
  };
  for (double bad : {-1.0, 10.0, 2e9}) {
    char words[20];
    std::snprintf(words, sizeof words, "%d", static_cast<int>(bad));
    fails(make_launch(Op::gather, {numbers_of({1, 10, 4}), list(bad)}, {make(Dtype::float32, {1, 40, 4})}), words);
    fails(make_launch(
              Op::gather_scaled,
              {input(Dtype::uint8, {1, 10, 4}, Kind::contiguous, Values::wild), list(bad), scalar(Dtype::float32, 0.5)},
              {make(Dtype::float32, {40, 4})}),
          words);
    for (int64_t n : {10, 10000}) {
      const double wrong = n == 10 || bad < 0 ? bad : bad * 1000;
      std::snprintf(words, sizeof words, "%lld", static_cast<long long>(std::min(wrong, 2e9)));
      const Tensor out = numbers_of({1, n, 4});
      fails(make_launch(Op::scatter_add, {numbers_of({1, 40, 4}), list(std::min(wrong, 2e9)), out}, {out}), words);
    }
    std::snprintf(words, sizeof words, "%d", static_cast<int>(bad));
    fails(make_launch(Op::one_hot, {list(bad)}, {make(Dtype::float32, {40, 10})}), words);
    fails(make_launch(Op::dynamic_slice, {numbers_of({1, 10, 4}), scalar(Dtype::int32, bad)},
                      {make(Dtype::float32, {3, 4})}),
          words);
    fails(make_launch(Op::softmax_cross_entropy, {numbers_of({40, 10}), list(bad)},
                      {make(Dtype::float32, {40}), make(Dtype::float32, {40, 10})}),
          words);
    const double far = bad == 10 ? 2000 : bad;
    std::snprintf(words, sizeof words, "%d", static_cast<int>(far));
    fails(make_launch(Op::softmax_cross_entropy, {numbers_of({40, 2000}), list(far)},
                      {make(Dtype::float32, {40}), make(Dtype::float32, {40, 2000})}),
          words);
  }
}

// More memory than there is, for a tensor or for the work of a kernel, is refused with sizes; all else goes on.
void full_memory() {
  constexpr int64_t much = int64_t{1} << 50;
  Row& row = rows[static_cast<int>(Op::fill)];
  const auto expect_refusal = [&](ErrorCode code, const std::string& message) {
    const bool told = message.starts_with("GPU memory full: cannot allocate 1125899906842624 bytes, ");
    verdict(row, told && code == ErrorCode::out_of_memory, Op::fill, "too much memory gives \"" + message + '"');
  };
  Failure failure, after;
  gpu.allocate(context, much, &failure);
  expect_refusal(failure.code, failure.message);
  try {
    cuda::scratch(much);
    expect_refusal(ErrorCode::internal, "memory");
  } catch (const Error& error) {
    expect_refusal(error.code, error.what());
  }
  gpu.release(context, gpu.allocate(context, 16, &after));
  demand(after);
}

}  // namespace

int main(int argc, char** argv) {
  return run_groups(argc, argv,
                    {{"unary", unary_ops},
                     {"binary", binary_ops},
                     {"moving", moving_ops},
                     {"gather", gather_ops},
                     {"optimizers", optimizers},
                     {"random", random_ops},
                     {"faults", faults},
                     {"full_memory", full_memory}});
}

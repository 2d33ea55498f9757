// The CUDA kernels that go along rows and columns against those of the CPU, as in cuda_test.cpp: reductions, positions,
// sorting, softmax and cross entropies.
#include "../../native/ops/arg_reduce.h"
#include "../../native/ops/cross_entropy.h"
#include "../../native/ops/cumsum.h"
#include "../../native/ops/reduce.h"
#include "../../native/ops/sort.h"
#include "cuda_test.h"

namespace {

void reductions() {
  struct Case {
    Shape shape;
    int kept;
    Kind kind;
  };
  const Case cases[] = {
      {{}, 0, Kind::contiguous},         {{1}, 0, Kind::contiguous},        {{5}, 0, Kind::offset},
      {{64}, 0, Kind::contiguous},       {{1000}, 0, Kind::contiguous},     {{777}, 0, Kind::strided},
      {{20000}, 0, Kind::strided},       {{100003}, 0, Kind::contiguous},   {{0}, 0, Kind::contiguous},
      {{3, 0}, 1, Kind::contiguous},     {{0, 3}, 1, Kind::contiguous},     {{70, 10}, 1, Kind::contiguous},
      {{17, 300}, 1, Kind::offset},      {{17, 300}, 1, Kind::tall},        {{300, 17}, 1, Kind::transposed},
      {{33, 1000}, 1, Kind::transposed}, {{130, 129}, 1, Kind::transposed}, {{5, 40000}, 1, Kind::contiguous},
      {{3, 4, 50}, 1, Kind::tall},       {{3, 4, 50}, 1, Kind::strided},    {{6, 5, 7, 9}, 2, Kind::transposed},
      {{3, 2, 17000}, 1, Kind::tall},    {{12, 30}, 1, Kind::broadcast},    {{4, 7, 300}, 2, Kind::broadcast}};
  const auto run = [&](Op op, Dtype dtype, const Tensor& x, int kept) {
    Shape result;
    for (int i = 0; i < kept; ++i) result.push(x.dim(i));
    compare(make_launch(op, {x}, {make(dtype, result)}, ReduceAttributes{kept}));
  };
  for (Op op : {Op::sum, Op::prod, Op::max, Op::min}) {
    for (Dtype dtype : numbers) {
      for (const Case& c : cases) {
        for (Values values : {Values::tame, Values::wild}) {
          if (op == Op::prod && values == Values::tame) values = Values::positive;
          run(op, dtype, input(dtype, c.shape, c.kind, values), c.kept);
        }
      }
      // columns: kept dimensions side by side
      for (int64_t n : {1, 5, 128, 129, 1000}) {
        for (int64_t width : {1, 3, 64, 300}) {
          const Tensor x = input(dtype, {n, width}, Kind::contiguous, Values::positive);
          run(op, dtype, view(x, {width, n}, {1, width}), 1);
        }
      }
      const Tensor x = input(dtype, {6, 200, 5, 40}, Kind::contiguous, Values::positive);
      run(op, dtype, view(x, {6, 40, 200, 5}, {40000, 1, 200, 40}), 2);
      const Tensor y = input(dtype, {8, 6, 7, 40}, Kind::contiguous, Values::positive);
      run(op, dtype, view(y, {6, 8, 7, 40}, {280, 1680, 40, 1}), 1);
    }
  }
  const Tensor big = input(Dtype::float32, {3000000}, Kind::contiguous, Values::tame);
  run(Op::sum, Dtype::float32, big, 0);
}

void positions() {
  for (Op op : {Op::argmax, Op::argmin}) {
    for (Dtype dtype : numbers) {
      struct Case {
        Shape shape;
        Kind kind;
      };
      const Case cases[] = {{{1, 1, 1}, Kind::contiguous},      {{70, 10, 1}, Kind::contiguous},
                            {{5, 300, 1}, Kind::offset},        {{5, 300, 1}, Kind::tall},
                            {{3, 50, 20}, Kind::contiguous},    {{3, 100, 20}, Kind::transposed},
                            {{1, 200, 5000}, Kind::contiguous}, {{1, 100001, 1}, Kind::contiguous},
                            {{2, 9000, 3}, Kind::contiguous},   {{0, 5, 3}, Kind::contiguous}};
      for (const Case& c : cases) {
        for (Values values : {Values::tame, Values::wild}) {
          const Tensor x = input(dtype, c.shape, c.kind, values);
          compare(make_launch(op, {x}, {make(Dtype::int32, {c.shape[0], c.shape[2]})}));
        }
      }
    }
  }
  for (Dtype dtype : numbers) {
    for (bool reverse : {false, true}) {
      for (const Shape& shape :
           {Shape{1, 1, 1}, Shape{3, 7, 1}, Shape{5, 100, 1}, Shape{2, 3000, 1}, Shape{4, 9, 5}, Shape{2, 40, 700},
            Shape{0, 4, 4}, Shape{3, 32, 1}, Shape{1, 33, 1}, Shape{2, 300, 40}, Shape{1, 128, 3}}) {
        const Tensor x = input(dtype, shape, Kind::contiguous, Values::tame);
        compare(make_launch(Op::cumsum, {x}, {make(dtype, shape)}, CumsumAttributes{reverse}));
      }
    }
    for (bool descending : {false, true}) {
      for (const Shape& shape : {Shape{1, 1}, Shape{50, 10}, Shape{3, 32}, Shape{3, 33}, Shape{7, 1000}, Shape{2, 1024},
                                 Shape{2, 1025}, Shape{3, 5000}, Shape{1, 20001}, Shape{0, 5}, Shape{4, 0}}) {
        for (Values values : {Values::tame, Values::wild}) {
          const Tensor x = input(dtype, shape, Kind::contiguous, values);
          compare(make_launch(Op::argsort, {x}, {make(Dtype::int32, shape), make(Dtype::int32, shape)},
                              SortAttributes{descending}),
                  exact, 1);
          for (int64_t k : {0, 1, 5, 64}) {
            if (k > shape[1]) continue;
            const Tensor y = input(dtype, shape, Kind::contiguous, values);
            compare(make_launch(Op::topk, {y}, {make(Dtype::int32, {shape[0], k})}, SortAttributes{descending}));
          }
        }
      }
    }
  }
}

void row_ops() {
  for (Dtype dtype : floats) {
    for (const Shape& shape :
         {Shape{1, 1}, Shape{70, 10}, Shape{5, 32}, Shape{5, 33}, Shape{9, 128}, Shape{9, 129}, Shape{3, 1000},
          Shape{2, 1024}, Shape{3, 1025}, Shape{2, 20000}, Shape{2, 40000}, Shape{33, 16}, Shape{5, 17}, Shape{3, 500},
          Shape{3, 5000}, Shape{0, 4}, Shape{4, 0}, Shape{1000, 7}}) {
      for (Values values : {Values::tame, Values::far, Values::wild}) {
        const bool few = shape[1] <= (dtype == Dtype::float32 ? 1024 : 512);
        for (Op op : {Op::softmax, Op::log_softmax, Op::sparsemax}) {
          const Tensor x = input(dtype, shape, Kind::contiguous, values);
          compare(make_launch(op, {x}, {make(dtype, shape)}), few || op == Op::sparsemax ? exact : close);
        }
        if (shape[1] > 0) {
          const Tensor z = input(dtype, shape, Kind::contiguous, values),
                       labels = input(Dtype::int32, {shape[0]}, Kind::contiguous, Values::index, shape[1]);
          compare(make_launch(Op::softmax_cross_entropy, {z, labels}, {make(dtype, {shape[0]}), make(dtype, shape)}),
                  few ? exact : close);
        }
        const Tensor z = input(dtype, shape, Kind::contiguous, values),
                     t = input(dtype, shape, Kind::contiguous, Values::positive);
        compare(make_launch(Op::softmax_cross_entropy_dense, {z, t}, {make(dtype, {shape[0]}), make(dtype, shape)}),
                few ? exact : close);
        for (Kind kind : {Kind::contiguous, Kind::offset}) {
          const Tensor x = input(dtype, shape, kind, values),
                       target = input(dtype, shape, Kind::contiguous, Values::wild);
          compare(make_launch(Op::sigmoid_cross_entropy, {x, target}, {make(dtype, shape), make(dtype, shape)}));
        }
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  return run_groups(argc, argv, {{"reduce", reductions}, {"positions", positions}, {"rows", row_ops}});
}

// The phases that one CUDA kernel runs, against the CPU's kernels for their launches one by one: odd sizes, whole
// buffers compared, and the same bits each time. Without a GPU nothing is tested.
#include "../../native/cuda/phases.h"

#include "../../native/cuda/context.h"
#include "../../native/ops/copy.h"
#include "../../native/ops/dense.h"
#include "../../native/ops/optimizer.h"
#include "../../native/ops/reduce.h"
#include "cuda_test.h"

namespace {

constexpr int64_t batches[] = {1, 7, 32, 33, 128};

Tensor numbers_of(const Shape& shape, Kind kind = Kind::contiguous, Values values = Values::tame) {
  return input(Dtype::float32, shape, kind, values);
}

Tensor transposed(const Tensor& x) { return view(x, {x.dim(1), x.dim(0)}, {1, x.dim(1)}); }

double worst_difference(const std::vector<std::vector<std::byte>>& result, double scale) {
  double worst = 0;
  for (size_t b = 0; b < memory.size(); ++b) {
    const Memory& m = *memory[b];
    for (int64_t i = 0; i < m.buffer.bytes / size_of(m.dtype); ++i) {
      const double error = difference(m.dtype, m.bytes.data(), result[b].data(), i, scale);
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

// The launches as one phase on the GPU, one by one on the CPU.
void compare_phase(std::vector<Launch> calls, Phase phase, const std::string& what, double scale = exact) {
  Row& row = rows[static_cast<int>(calls[0].op)];
  if (scale != exact) row.exact = false;
  const int count = static_cast<int>(calls.size());
  OnDevice device;
  std::vector<Launch> moved;
  for (Launch& call : calls) {
    call.phase = phase;
    moved.push_back(device.moved(call));
  }
  Failure failure;
  const bool one_kernel = cuda::parts_of(moved.data(), count).size() == 1;
  const bool small_memory = phase == Phase::head && cuda::current().shared_bytes < 160 * 1024;
  verdict(row, one_kernel || small_memory, calls[0].op, what + " is not run by one kernel");
  // The bytes after a graph that holds `repeats` times all launches has been replayed `times`.
  const auto replayed = [&](int64_t repeats, int times) {
    void* prepared = gpu.prepare(context, moved.data(), count, repeats, &failure);
    demand(failure);
    device.upload();
    for (int i = 0; i < times; ++i) gpu.replay(context, prepared, &failure);
    demand(failure);
    auto bytes = device.download(&failure);
    demand(failure);
    gpu.discard(context, prepared);
    return bytes;
  };
  const std::vector<std::vector<std::byte>> once = replayed(1, 1);
  verdict(row, once == replayed(1, 1), calls[0].op, what + " has other bits the second time");
  verdict(row, replayed(3, 2) == replayed(1, 6), calls[0].op, what + " has other bits in a graph of three");
  for (const Launch& call : calls) host.execute(call);
  const double worst = worst_difference(once, scale);
  row.worst = std::max(row.worst, worst);
  verdict(row, worst <= (scale == exact ? 0 : float_bound), calls[0].op, what + ": error " + std::to_string(worst));
  memory.clear();
}

void scalars() {
  const Tensor one = make(Dtype::float32, Shape{}), mean = make(Dtype::float32, Shape{}),
               total = scalar(Dtype::float64, 3.25), sum = make(Dtype::float64, Shape{}),
               rate = make(Dtype::float32, Shape{}), cursor = scalar(Dtype::int32, INT32_MAX - 3),
               product = make(Dtype::float32, Shape{});
  const Tensor loss = scalar(Dtype::float32, 0.7);
  compare_phase(
      {make_launch(Op::fill, {}, {one}, FillAttributes{1}),
       make_launch(Op::div, {one, scalar(Dtype::float32, 33)}, {mean}), make_launch(Op::copy, {loss}, {sum}),
       make_launch(Op::add, {total, sum}, {total}), make_launch(Op::copy, {scalar(Dtype::float64, 0.01)}, {rate}),
       make_launch(Op::mul, {rate, mean}, {product}), make_launch(Op::sub, {product, loss}, {product}),
       make_launch(Op::add, {cursor, scalar(Dtype::int32, 32)}, {cursor})},
      Phase::scalars, "scalars");
}

struct Batch {
  Tensor list, start, indices;
  std::vector<Launch> calls;
};

// Indices below `limit` and four gathers of `rows` rows.
Batch batch_of(int64_t rows, int64_t start, int64_t inner, Kind kind) {
  constexpr int64_t n = 50, length = 300;
  Batch b{input(Dtype::int32, {1, length, 1}, Kind::contiguous, Values::index, n),
          scalar(Dtype::int32, static_cast<double>(start)),
          make(Dtype::int32, {rows}),
          {}};
  b.calls.push_back(make_launch(Op::dynamic_slice, {b.list, b.start}, {b.indices}));
  const auto gather = [&](Dtype dtype, int64_t columns) {
    b.calls.push_back(make_launch(Op::gather, {input(dtype, {1, n, columns}, kind, Values::wild), b.indices},
                                  {make(dtype, {1, rows, columns}, kind)}));
  };
  gather(Dtype::int32, 1);
  b.calls.push_back(make_launch(
      Op::gather_scaled,
      {input(Dtype::uint8, {1, n, inner}, kind, Values::wild), b.indices, scalar(Dtype::float32, 1.0 / 255)},
      {make(Dtype::float32, {rows, inner}, kind)}));
  gather(Dtype::uint8, inner);
  gather(Dtype::float32, inner);
  return b;
}

void batches_of_rows() {
  for (int64_t rows : batches) {
    for (int64_t inner : {784, 13, 6}) {
      for (Kind kind : {Kind::contiguous, Kind::offset}) {
        compare_phase(batch_of(rows, 300 - rows, inner, kind).calls, Phase::batch,
                      "a batch of " + std::to_string(rows) + " rows of " + std::to_string(inner));
      }
    }
  }
  // What a kernel cannot use it notes.
  for (const bool bad_start : {true, false}) {
    Batch b = batch_of(33, bad_start ? 290 : 10, 13, Kind::contiguous);
    if (!bad_start) put(b.list.buffer->data + (b.list.offset + 20) * 4, Dtype::int32, 50);
    OnDevice device;
    std::vector<Launch> moved;
    for (Launch& call : b.calls) {
      call.phase = Phase::batch;
      moved.push_back(device.moved(call));
    }
    Failure failure, after;
    void* prepared = gpu.prepare(context, moved.data(), static_cast<int64_t>(moved.size()), 1, &failure);
    demand(failure);
    gpu.replay(context, prepared, &failure);
    gpu.synchronize(context, &failure);
    gpu.synchronize(context, &after);
    gpu.discard(context, prepared);
    verdict(rows[static_cast<int>(Op::dynamic_slice)],
            failure.failed && std::strstr(failure.message, bad_start ? "290" : "50") && !after.failed,
            Op::dynamic_slice, std::string("a bad value gives \"") + failure.message + "\"");
    memory.clear();
  }
}

// Layers of `sizes`, the first being the input; `back` of them also go back.
std::vector<Launch> head_of(const std::vector<int64_t>& sizes, int64_t batch, bool scaled, int back, Kind kind) {
  std::vector<Launch> calls;
  std::vector<Tensor> inputs{numbers_of({batch, sizes[0]}, kind)}, weights;
  const int layers = static_cast<int>(sizes.size()) - 1;
  for (int l = 0; l < layers; ++l) {
    const int64_t in = sizes[static_cast<size_t>(l)], out = sizes[static_cast<size_t>(l) + 1];
    const Tensor w = numbers_of({in, out}, kind), result = make(Dtype::float32, {batch, out}, kind);
    for (int64_t i = 0; i < w.size(); ++i) w.data<float>()[i] /= static_cast<float>(in);
    calls.push_back(
        make_launch(Op::dense, {inputs.back(), w, numbers_of({out})}, {result},
                    DenseAttributes{DenseAttributes::bias, l + 1 == layers ? Activation::none : Activation::relu}));
    weights.push_back(w);
    inputs.push_back(result);
  }
  const Shape shape{batch, sizes.back()};
  Tensor slope = make(Dtype::float32, shape);
  calls.push_back(
      make_launch(Op::softmax_cross_entropy,
                  {inputs.back(), input(Dtype::int32, {batch}, Kind::contiguous, Values::index, sizes.back())},
                  {make(Dtype::float32, {batch}), slope}));
  if (scaled) {
    const Tensor factor = scalar(Dtype::float32, 1.0 / static_cast<double>(batch)),
                 product = make(Dtype::float32, shape);
    calls.push_back(make_launch(Op::mul, {slope, view(factor, {batch, 1}, {0, 0})}, {product}));
    slope = product;
  }
  for (int l = layers - 1; l >= layers - back; --l) {
    const Tensor& gate = inputs[static_cast<size_t>(l)];
    const Tensor out = make(Dtype::float32, gate.shape());
    calls.push_back(make_launch(Op::dense, {slope, transposed(weights[static_cast<size_t>(l)]), gate}, {out},
                                DenseAttributes{DenseAttributes::gate, Activation::none}));
    slope = out;
  }
  return calls;
}

void heads() {
  const std::vector<std::vector<int64_t>> networks = {{300, 100, 10}, {37, 19, 5},          {64, 10}, {10, 3},
                                                      {5, 1},         {33, 20, 17, 9, 100}, {3, 128}, {130, 65, 33}};
  for (const auto& sizes : networks) {
    for (const int64_t batch : batches) {
      const int layers = static_cast<int>(sizes.size()) - 1;
      const std::string what = "a head of " + std::to_string(layers) + " layers from " + std::to_string(sizes[0]) +
                               ", batch " + std::to_string(batch);
      compare_phase(head_of(sizes, batch, true, layers, Kind::contiguous), Phase::head, what, close);
      compare_phase(head_of(sizes, batch, false, layers - 1, Kind::offset), Phase::head, what + ", offset", close);
    }
  }
  compare_phase(head_of({30, 20, 10}, 7, true, 0, Kind::contiguous), Phase::head, "a head that does not go back",
                close);
}

std::vector<Launch> updates_of(const std::vector<int64_t>& sizes, int64_t batch, Kind kind) {
  std::vector<Launch> calls;
  const Tensor rate = scalar(Dtype::float32, 0.01);
  for (size_t l = 0; l + 1 < sizes.size(); ++l) {
    const Tensor x = numbers_of({batch, sizes[l]}, kind), dy = numbers_of({batch, sizes[l + 1]}, kind),
                 w = numbers_of({sizes[l], sizes[l + 1]}, kind), b = numbers_of({sizes[l + 1]}),
                 slope = make(Dtype::float32, {sizes[l + 1]});
    calls.push_back(make_launch(Op::sum, {transposed(dy)}, {slope}, ReduceAttributes{1}));
    calls.push_back(make_launch(Op::dense, {transposed(x), dy, rate, w}, {w},
                                DenseAttributes{DenseAttributes::rate, Activation::none}));
    calls.push_back(make_launch(Op::sgd_update, {b, slope, rate}, {b}));
  }
  return calls;
}

void updates() {
  for (const int64_t batch : {1, 7, 32, 33, 64, 128, 129, 500, 1024}) {
    for (const auto& sizes : std::vector<std::vector<int64_t>>{{100, 36, 10}, {37, 19, 5, 2}, {1, 65, 33}}) {
      for (const Kind kind : {Kind::contiguous, Kind::offset}) {
        compare_phase(updates_of(sizes, batch, kind), Phase::update,
                      "updates from " + std::to_string(sizes[0]) + ", batch " + std::to_string(batch));
      }
    }
  }
}

}  // namespace

int main() {
  if (!open_gpu()) return 0;
  scalars();
  batches_of_rows();
  heads();
  updates();
  return report();
}

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

// `untouched` is not compared.
double worst_difference(const std::vector<std::vector<std::byte>>& result, double scale, const Buffer* untouched) {
  double worst = 0;
  for (size_t b = 0; b < memory.size(); ++b) {
    const Memory& m = *memory[b];
    if (&m.buffer == untouched) continue;
    for (int64_t i = 0; i < m.buffer.bytes / size_of(m.dtype); ++i) {
      const double error = difference(m.dtype, m.bytes.data(), result[b].data(), i, scale);
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

// The launches, marked with their phases, as one graph on the GPU, one by one on the CPU. As many parts must each be
// run by one kernel. What is written to `untouched` on the CPU must not be on the GPU.
void compare_parts(const std::vector<Launch>& calls, size_t parts, const std::string& what, double scale = exact,
                   const Buffer* untouched = nullptr) {
  Row& row = rows[static_cast<int>(calls[0].op)];
  if (scale != exact) row.exact = false;
  const int count = static_cast<int>(calls.size());
  OnDevice device;
  std::vector<Launch> moved;
  for (const Launch& call : calls) moved.push_back(device.moved(call));
  Failure failure;
  const bool few_kernels = cuda::parts_of(moved.data(), count).size() == parts;
  const bool small_memory = calls[0].phase == Phase::head && cuda::current().shared_bytes < 160 * 1024;
  verdict(row, few_kernels || small_memory, calls[0].op, what + " is not run by as many kernels as phases");
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
  for (size_t b = 0; b < memory.size(); ++b) {
    if (&memory[b]->buffer == untouched) verdict(row, once[b] == memory[b]->bytes, calls[0].op, what + " gathers rows");
  }
  for (const Launch& call : calls) host.execute(call);
  const double worst = worst_difference(once, scale, untouched);
  row.worst = std::max(row.worst, worst);
  verdict(row, worst <= (scale == exact ? 0 : float_bound), calls[0].op, what + ": error " + std::to_string(worst));
  memory.clear();
}

std::vector<Launch> marked(std::vector<Launch> calls, Phase phase) {
  for (Launch& call : calls) call.phase = phase;
  return calls;
}

void compare_phase(const std::vector<Launch>& calls, Phase phase, const std::string& what, double scale = exact) {
  compare_parts(marked(calls, phase), 1, what, scale);
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

constexpr int64_t list_length = 700, table_rows = 50;
constexpr size_t bytes_gather = 2, numbers_gather = 4;  // calls of a batch whose rows a first layer can read

// Indices of rows of a table and four gathers of `rows` rows.
Batch batch_of(int64_t rows, int64_t start, int64_t inner, Kind kind) {
  constexpr int64_t n = table_rows;
  Batch b{input(Dtype::int32, {1, list_length, 1}, Kind::contiguous, Values::index, n),
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
        compare_phase(batch_of(rows, list_length - rows, inner, kind).calls, Phase::batch,
                      "a batch of " + std::to_string(rows) + " rows of " + std::to_string(inner));
      }
    }
  }
}

// The batch with a first layer of `n` units on rows that one of its calls gathers, and the update of the layer's weight
// and bias.
std::vector<Launch> first_layer_of(const Batch& b, size_t gather, int64_t n, Activation activation, Kind kind,
                                   bool told_of_rows) {
  const Launch& gathered = b.calls[gather];
  const int64_t batch = b.indices.size(), inner = gathered.in[0].dim(2);
  const Tensor x = view(gathered.out[0], {batch, inner}, {inner, 1}), w = numbers_of({inner, n}, kind),
               rate = scalar(Dtype::float32, 0.01), dy = numbers_of({batch, n}, kind), bias = numbers_of({n}),
               slope = make(Dtype::float32, {n});
  std::vector<Launch> calls = b.calls;
  calls.push_back(make_launch(Op::dense, {x, w, bias}, {make(Dtype::float32, {batch, n}, kind)},
                              DenseAttributes{DenseAttributes::bias, activation}));
  calls = marked(calls, Phase::batch);
  Launch step = make_launch(Op::dense, {transposed(x), dy, rate, w}, {w},
                            DenseAttributes{DenseAttributes::rate, Activation::none});
  for (int i = 0; told_of_rows && i < gathered.in_count; ++i) step.in[step.in_count++] = gathered.in[i];
  const Launch sum = make_launch(Op::sum, {transposed(dy)}, {slope}, ReduceAttributes{1});
  for (const Launch& call :
       marked({step, sum, make_launch(Op::sgd_update, {bias, slope, rate}, {bias})}, Phase::update)) {
    calls.push_back(call);
  }
  return calls;
}

constexpr int64_t layer_batches[] = {1, 2, 7, 32, 33, 128, 500};

void compare_layer(const Batch& b, size_t gather, int64_t n, Kind kind, bool told, const std::string& what) {
  const int64_t batch = b.indices.size();
  compare_parts(first_layer_of(b, gather, n, batch % 2 ? Activation::relu : Activation::none, kind, told), 2,
                "a first layer of " + std::to_string(n) + " on " + std::to_string(batch) + " rows of " + what +
                    (told ? ", in place" : ""),
                exact, told ? b.calls[gather].out[0].buffer : nullptr);
}

void first_layers() {
  const std::pair<int64_t, int64_t> sizes[] = {{784, 36}, {20, 300}, {64, 17}, {68, 3}, {4, 16}, {132, 10}};
  for (const int64_t batch : layer_batches) {
    for (const auto& [inner, n] : sizes) {
      const std::string what = std::to_string(inner) + " bytes";
      compare_layer(batch_of(batch, 0, inner, Kind::contiguous), bytes_gather, n, Kind::contiguous, true, what);
      compare_layer(batch_of(batch, list_length - batch, inner, Kind::contiguous), bytes_gather, n, Kind::offset,
                    batch % 2, what);
    }
  }
  // What cannot be read by index, or is large, is a product of its own, and then the rows are gathered.
  for (const auto& [batch, inner, kind, gather] : {std::tuple{33, 13, Kind::contiguous, bytes_gather},
                                                   {33, 16, Kind::offset, bytes_gather},
                                                   {600, 16, Kind::contiguous, bytes_gather},
                                                   {600, 16, Kind::contiguous, numbers_gather}}) {
    const std::vector<Launch> calls =
        first_layer_of(batch_of(batch, 0, inner, kind), gather, 10, Activation::relu, Kind::contiguous, true);
    const std::vector<cuda::Part> parts = cuda::parts_of(calls.data(), static_cast<int>(calls.size()));
    verdict(rows[static_cast<int>(Op::dense)],
            parts.size() == 3 && parts[0].kernel && !parts[0].rows_unread && !parts[1].kernel, Op::dense,
            "a first layer is taken that cannot be");
    memory.clear();
  }
}

// The same on numbers, whose rows may have any length and lie anywhere: `pad` more lie between two of them.
void first_layers_on_numbers() {
  struct Size {
    int64_t inner, n, pad;
  };
  const Size sizes[] = {{784, 36, 0}, {20, 300, 0}, {64, 17, 1}, {13, 10, 3}, {1, 5, 0}, {67, 33, 0}, {130, 16, 2}};
  for (const int64_t batch : layer_batches) {
    for (const auto& [inner, n, pad] : sizes) {
      for (const Kind kind : {Kind::contiguous, Kind::offset}) {
        Batch b = batch_of(batch, list_length - batch, inner, kind);
        const int64_t step = inner + pad;
        b.calls[numbers_gather].in[0] =
            view(numbers_of({1, table_rows, step}, kind), {1, table_rows, inner}, {table_rows * step, step, 1});
        compare_layer(b, numbers_gather, n, kind, kind == Kind::contiguous || batch % 2,
                      std::to_string(inner) + " numbers");
      }
    }
  }
}

// What a kernel cannot use it notes, and goes on with zeros.
void faults() {
  constexpr int64_t bad_row = 10, start = 10, last_row = table_rows - 1;
  struct Case {
    size_t gather;
    int64_t n, inner;  // units and inputs of a first layer, 0 of none
  };
  for (const bool bad_start : {true, false}) {
    for (const auto& [gather, n, inner] :
         {Case{bytes_gather, 0, 13}, {bytes_gather, 17, 20}, {numbers_gather, 17, 18}}) {
      const Batch b = batch_of(33, bad_start ? 690 : start, inner, Kind::contiguous);
      const Tensor& table = b.calls[gather].in[0];
      const int64_t row_bytes = inner * size_of(table.dtype());
      std::memset(table.buffer->data + table.offset * size_of(table.dtype()) + last_row * row_bytes, 0,
                  static_cast<size_t>(row_bytes));
      if (!bad_start) put(b.list.buffer->data + (b.list.offset + start + bad_row) * 4, Dtype::int32, last_row + 1);
      const std::vector<Launch> calls =
          n ? first_layer_of(b, gather, n, Activation::none, Kind::contiguous, true) : marked(b.calls, Phase::batch);
      OnDevice device;
      std::vector<Launch> moved;
      for (const Launch& call : calls) moved.push_back(device.moved(call));
      Failure failure, after;
      void* prepared = gpu.prepare(context, moved.data(), static_cast<int64_t>(moved.size()), 1, &failure);
      demand(failure);
      gpu.replay(context, prepared, &failure);
      gpu.synchronize(context, &failure);
      gpu.synchronize(context, &after);
      gpu.discard(context, prepared);
      verdict(rows[static_cast<int>(Op::dynamic_slice)],
              failure.failed && std::strstr(failure.message, bad_start ? "690" : "50") && !after.failed,
              Op::dynamic_slice, std::string("a bad value gives \"") + failure.message + "\"");
      if (n && !bad_start) {  // as if the bad index named a row of zeros
        put(b.list.buffer->data + (b.list.offset + start + bad_row) * 4, Dtype::int32, last_row);
        const auto result = device.download(&after);
        demand(after);
        for (const Launch& call : calls) host.execute(call);
        bool same = true;
        for (const Tensor& x : {calls[b.calls.size()].out[0], calls[b.calls.size() + 1].out[0]}) {
          for (size_t i = 0; i < memory.size(); ++i) {
            same &= &memory[i]->buffer != x.buffer || memory[i]->bytes == result[i];
          }
        }
        verdict(rows[static_cast<int>(Op::dense)], same, Op::dense, "a row of a bad index is not zeros");
      }
      memory.clear();
    }
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

int main(int argc, char** argv) {
  return run_groups(argc, argv,
                    {{"scalars", scalars},
                     {"batches", batches_of_rows},
                     {"first_layers", first_layers},
                     {"first_layers_on_numbers", first_layers_on_numbers},
                     {"faults", faults},
                     {"heads", heads},
                     {"updates", updates}});
}

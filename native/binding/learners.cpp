#include "learners.h"

#include <algorithm>
#include <limits>

#include "../neurons/linear_sgd.h"
#include "programs.h"

namespace hebb {
namespace {

// What an External of linearSgd() holds; `finished` is set on the runner thread, after which nothing is written. The
// learner, and with it the rows, goes as soon as the training ends, however it does.
struct LinearRun {
  std::unique_ptr<LinearSgd> learner;
  std::vector<std::vector<LinearEpoch>> history;  // of each task
  std::atomic<bool> finished = false;
};
using SharedRun = std::shared_ptr<LinearRun>;

double number(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  if (!value.IsNumber()) fail(ErrorCode::argument, "linearSgd: ", name, " is not a number");
  return value.As<Napi::Number>().DoubleValue();
}

int64_t integer(const Napi::Object& from, const char* name, int64_t low, int64_t high) {
  const int64_t value = read_integer(from.Env(), from.Get(name));
  if (value < low || value > high) fail(ErrorCode::argument, "linearSgd: ", name, " is ", value);
  return value;
}

bool flag(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  if (!value.IsBoolean()) fail(ErrorCode::argument, "linearSgd: ", name, " is not a boolean");
  return value.As<Napi::Boolean>().Value();
}

// The elements of a typed array of exactly `size` elements; nullptr if it may be missing and is.
template <class T>
T* elements(const Napi::Object& from, const char* name, int64_t size, bool optional = false) {
  const Napi::Value value = from.Get(name);
  if (optional && value.IsUndefined()) return nullptr;
  constexpr napi_typedarray_type type = std::is_same_v<T, double> ? napi_float64_array : napi_uint8_array;
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type ||
      value.As<Napi::TypedArray>().ElementLength() != static_cast<size_t>(size)) {
    fail(ErrorCode::argument, "linearSgd: ", name, " is not a typed array of ", size, " elements");
  }
  return value.As<Napi::TypedArrayOf<T>>().Data();
}

LinearOptions read_options(const Napi::Object& from) {
  const double tol = number(from, "tol");
  return {.loss = static_cast<LinearLoss>(integer(from, "loss", 0, linear_loss_count - 1)),
          .penalty = static_cast<LinearPenalty>(integer(from, "penalty", 0, 3)),
          .rate = static_cast<LearningRate>(integer(from, "learningRate", 0, 3)),
          .alpha = number(from, "alpha"),
          .l1_ratio = number(from, "l1Ratio"),
          .epsilon = number(from, "epsilon"),
          .eta0 = number(from, "eta0"),
          .power_t = number(from, "powerT"),
          .tol = tol,
          .first_step = number(from, "firstStep"),
          .max_epochs = integer(from, "maxIter", 1, std::numeric_limits<int32_t>::max()),
          .patience = integer(from, "nIterNoChange", 1, std::numeric_limits<int32_t>::max()),
          .average = integer(from, "average", 0, int64_t{1} << 53),
          .fit_intercept = flag(from, "fitIntercept"),
          .shuffle = flag(from, "shuffle"),
          .early_stopping = flag(from, "earlyStopping")};
}

LinearRows read_rows(const Napi::Object& from) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  const int64_t rows = integer(from, "rows", 1, most), features = integer(from, "features", 1, most);
  const Napi::Value x = from.Get("x");
  if (!x.IsTypedArray()) fail(ErrorCode::argument, "linearSgd: x is not a typed array");
  const Napi::TypedArray array = x.As<Napi::TypedArray>();
  const napi_typedarray_type type = array.TypedArrayType();
  if (array.ElementLength() != static_cast<size_t>(rows * features) ||
      (type != napi_float64_array && type != napi_float32_array && type != napi_uint8_array)) {
    fail(ErrorCode::argument, "linearSgd: x is not rows of float64, float32 or uint8");
  }
  const Dtype dtype = type == napi_float64_array   ? Dtype::float64
                      : type == napi_float32_array ? Dtype::float32
                                                   : Dtype::uint8;
  const void* data = static_cast<const std::byte*>(array.ArrayBuffer().Data()) + array.ByteOffset();
  return {data, dtype, rows, features, elements<double>(from, "sampleWeight", rows, true)};
}

std::vector<LinearTask> read_tasks(const Napi::Object& from, const LinearOptions& options, const LinearRows& rows) {
  const int64_t count = integer(from, "tasks", 1, max_list), n = rows.rows;
  const double* y = elements<double>(from, "y", count * n);
  const uint8_t* validation = elements<uint8_t>(from, "validation", count * n, !options.early_stopping);
  double* w = elements<double>(from, "w", count * rows.features);
  double* b = elements<double>(from, "b", count);
  const bool averages = options.average > 0;
  double* average_w = elements<double>(from, "averageW", count * rows.features, !averages);
  double* average_b = elements<double>(from, "averageB", count, !averages);
  const double* class_weights = elements<double>(from, "classWeights", 2 * count);
  const double* seeds = elements<double>(from, "seeds", count);
  std::vector<LinearTask> tasks;
  int64_t first_kept_out = 0;
  for (int64_t k = 0; k < count; ++k) {
    if (!(seeds[k] >= 0 && seeds[k] < 4294967296.0)) fail(ErrorCode::argument, "linearSgd: seed ", seeds[k]);
    const uint8_t* mask = validation ? validation + k * n : nullptr;
    const int64_t kept_out = mask ? std::count_if(mask, mask + n, [](uint8_t value) { return value != 0; }) : 0;
    if (k == 0) first_kept_out = kept_out;
    if (kept_out != first_kept_out || kept_out >= n || (options.early_stopping && kept_out == 0)) {
      fail(ErrorCode::argument, "linearSgd: ", kept_out, " rows of ", n, " are kept out");
    }
    tasks.push_back({y + k * n, mask, w + k * rows.features, b + k, averages ? average_w + k * rows.features : nullptr,
                     averages ? average_b + k : nullptr, class_weights[2 * k], class_weights[2 * k + 1],
                     static_cast<uint32_t>(seeds[k])});
  }
  return tasks;
}

// linearSgd({ options, x, rows, ..., y, w, b, ... }, onProgress, onDone): starts training and answers its handle.
Napi::Value start_linear_sgd(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject() || !info[1].IsFunction() || !info[2].IsFunction()) {
    fail(ErrorCode::argument, "linearSgd: expected an object and two functions");
  }
  const Napi::Object job = info[0].As<Napi::Object>();
  const LinearOptions options = read_options(job);
  const LinearRows rows = read_rows(job);
  const std::vector<LinearTask> tasks = read_tasks(job, options, rows);
  auto run = std::make_shared<LinearRun>();
  const auto epoch = [run, options, rows, tasks](int64_t, std::atomic<bool>& stop) {
    std::unique_ptr<LinearSgd> learner = run->learner ? std::move(run->learner) : linear_sgd(options, rows, tasks);
    if (learner->epoch()) {
      run->learner = std::move(learner);
      return 1;
    }
    for (size_t k = 0; k < tasks.size(); ++k) run->history.push_back(learner->history(k));
    run->finished.store(true);
    stop.store(true);
    return 1;
  };
  runs_of(info.Env()).start({.step = epoch}, options.max_epochs, job, info[1], info[2]);
  return Napi::External<SharedRun>::New(info.Env(), new SharedRun(run),
                                        [](Napi::Env, SharedRun* held) { delete held; });
}

// linearSgdHistory(handle): per task (mistakes, mean loss) of each epoch.
Napi::Value linear_sgd_history(const Napi::CallbackInfo& info) {
  if (!info[0].IsExternal()) fail(ErrorCode::argument, "linearSgdHistory: expected what linearSgd answered");
  const LinearRun& run = **info[0].As<Napi::External<SharedRun>>().Data();
  if (!run.finished.load()) fail(ErrorCode::argument, "linearSgdHistory: the training has not ended");
  Napi::Array tasks = Napi::Array::New(info.Env(), run.history.size());
  for (uint32_t k = 0; k < run.history.size(); ++k) {
    const std::vector<LinearEpoch>& epochs = run.history[k];
    Napi::Float64Array numbers = Napi::Float64Array::New(info.Env(), 2 * epochs.size());
    for (size_t i = 0; i < epochs.size(); ++i) {
      numbers[2 * i] = epochs[i].mistakes;
      numbers[2 * i + 1] = epochs[i].loss;
    }
    tasks.Set(k, numbers);
  }
  return tasks;
}

}  // namespace

void export_learners(Napi::Object& exports) {
  export_function<start_linear_sgd>(exports, "linearSgd");
  export_function<linear_sgd_history>(exports, "linearSgdHistory");
}

}  // namespace hebb

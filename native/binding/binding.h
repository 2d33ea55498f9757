// From a C++ signature to an N-API callback. bind<&matmul> reads the arguments that matmul's parameters ask for, calls
// it and hands its result back; a C++ exception becomes a JavaScript error here and nowhere else.
//
// A tensor travels as three values (bytes, offset, layout): an ArrayBuffer (or the number of a recorded buffer), an
// offset in elements and a layout id. Results are written to a Float64Array that both sides share. The arguments of ops
// are read with the C API under node-addon-api, which costs a third of its wrappers.
#pragma once

#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.h"
#include "environment.h"

namespace hebb {

inline void check(napi_status status, const char* what) {
  if (status != napi_ok) fail(ErrorCode::argument, "native call: expected ", what);
}

// A HebbError of JavaScript's class; before initialise() there is none, and a plain Error with the code stands in.
inline napi_value make_error(napi_env env, ErrorCode code, const std::string& message) {
  napi_value error_class = nullptr, arguments[2], error = nullptr;
  napi_create_string_utf8(env, code_name(code), NAPI_AUTO_LENGTH, &arguments[0]);
  napi_create_string_utf8(env, message.data(), message.size(), &arguments[1]);
  const napi_ref known = Environment::of(env).error_class;
  if (!known || napi_get_reference_value(env, known, &error_class) != napi_ok || !error_class) {
    napi_create_error(env, arguments[0], arguments[1], &error);
    return error;
  }
  napi_new_instance(env, error_class, 2, arguments, &error);
  return error;
}

// Runs body; an exception becomes a pending JavaScript error and nullptr is returned.
template <class Body>
napi_value guard(napi_env env, const Body& body) {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  try {
    return body();
  } catch (const Error& error) {
    code = error.code;
    message = error.what();
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
    return nullptr;
  } catch (const std::bad_alloc&) {
    code = ErrorCode::out_of_memory;
    message = "out of memory";
  } catch (const std::exception& error) {
    message = error.what();
  }
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending)
    napi_throw(env, make_error(env, code, message));  // else: JavaScript called from here threw, that goes on
  return nullptr;
}

// A function that reads its arguments itself.
template <Napi::Value (*function)(const Napi::CallbackInfo&)>
void export_function(Napi::Object& exports, const char* name) {
  const auto callback = [](const Napi::CallbackInfo& info) {
    return Napi::Value(info.Env(), guard(info.Env(), [&]() -> napi_value { return function(info); }));
  };
  exports.Set(name, Napi::Function::New(exports.Env(), callback, name));
}

inline double read_number(napi_env env, napi_value value) {
  double number = 0;
  check(napi_get_value_double(env, value, &number), "a number");
  return number;
}

inline int64_t read_integer(napi_env env, napi_value value) {
  const double number = read_number(env, value);
  if (!(number >= -9007199254740992.0 && number <= 9007199254740992.0) ||
      number != static_cast<double>(static_cast<int64_t>(number))) {
    fail(ErrorCode::argument, "native call: expected an integer, got ", number);
  }
  return static_cast<int64_t>(number);
}

inline Dtype read_dtype(napi_env env, napi_value value) {
  const int64_t index = read_integer(env, value);
  if (index < 0 || index >= dtype_count) fail(ErrorCode::dtype, "native call: ", index, " is not a dtype");
  return static_cast<Dtype>(index);
}

inline Tensor read_tensor(Environment& environment, const napi_value* values) {
  napi_env env = environment.env;
  int32_t layout_id = -1;
  check(napi_get_value_int32(env, values[2], &layout_id), "a layout");
  const Layout* layout = find_layout(environment.layouts, layout_id);
  if (!layout) fail(ErrorCode::argument, "native call: unknown layout ", layout_id);
  int64_t offset = 0;
  check(napi_get_value_int64(env, values[1], &offset), "an offset");
  CallBuffer& entry = environment.next_buffer();
  entry.token = -++environment.input_count;
  Buffer* buffer = &entry.buffer;
  void* data = nullptr;
  size_t bytes = 0;
  if (napi_get_arraybuffer_info(env, values[0], &data, &bytes) == napi_ok) {
    entry.base = static_cast<std::byte*>(data);
    entry.buffer = {.data = entry.base, .bytes = static_cast<int64_t>(bytes), .device = &environment.cpu};
    if (environment.recorder) buffer = environment.capture_external(entry.buffer, values[0]);
  } else if (const int64_t index = read_integer(env, values[0]); index < 0) {
    const DeviceBlock& block = environment.device_block(index, environment.call);
    entry.base = block.memory.get();
    entry.buffer = {.data = entry.base, .bytes = block.bytes, .device = block.device};
    if (environment.recorder) buffer = environment.capture_external(block);
  } else {
    if (!environment.recorder) fail_planned();
    buffer = environment.recorder->planned(index);
  }
  entry.seen = buffer;
  const int64_t element = size_of(layout->dtype);
  if (offset < 0 ||
      (layout->extent > 0 && (offset > buffer->bytes || offset * element + layout->extent * element > buffer->bytes))) {
    fail(ErrorCode::argument, "native call: a tensor ", layout->shape, " at ", offset, " exceeds its buffer of ",
         buffer->bytes, " bytes");
  }
  return {buffer, offset, layout};
}

// One reader per parameter type: how many JavaScript values it takes and what it makes of them. `Held` keeps what a
// span or reference points to alive during the call.
template <class T>
struct Reader;

template <>
struct Reader<Tensor> {
  static constexpr int slots = 3;
  using Held = Tensor;
  static Held read(Environment& environment, const napi_value* values) { return read_tensor(environment, values); }
  static const Tensor& get(const Held& held) { return held; }
};

template <class Number>
requires std::is_arithmetic_v<Number>
struct Reader<Number> {
  static constexpr int slots = 1;
  using Held = Number;
  static Held read(Environment& environment, const napi_value* values) {
    if constexpr (std::is_same_v<Number, bool>) {
      bool flag = false;
      check(napi_get_value_bool(environment.env, values[0], &flag), "a boolean");
      return flag;
    } else if constexpr (std::is_floating_point_v<Number>) {
      return read_number(environment.env, values[0]);
    } else {
      return read_integer(environment.env, values[0]);
    }
  }
  static Number get(const Held& held) { return held; }
};

template <>
struct Reader<Dtype> {
  static constexpr int slots = 1;
  using Held = Dtype;
  static Held read(Environment& environment, const napi_value* values) {
    return read_dtype(environment.env, values[0]);
  }
  static Dtype get(const Held& held) { return held; }
};

// A device travels as its index.
template <>
struct Reader<Device> {
  static constexpr int slots = 1;
  using Held = Device*;
  static Held read(Environment& environment, const napi_value* values) {
    return &environment.device(read_integer(environment.env, values[0]));
  }
  static Device& get(const Held& held) { return *held; }
};

// The longest list of integers a call may carry: far above any rank, far below what would exhaust the memory.
constexpr uint32_t max_list = 1 << 16;

template <>
struct Reader<std::span<const int64_t>> {
  static constexpr int slots = 1;
  using Held = std::vector<int64_t>;
  static Held read(Environment& environment, const napi_value* values) {
    uint32_t length = 0;
    check(napi_get_array_length(environment.env, values[0], &length), "an array of integers");
    if (length > max_list) fail(ErrorCode::argument, "native call: a list of ", length, " integers");
    Held list(length);
    for (uint32_t i = 0; i < length; ++i) {
      napi_value element;
      check(napi_get_element(environment.env, values[0], i, &element), "an array of integers");
      list[i] = read_integer(environment.env, element);
    }
    return list;
  }
  static std::span<const int64_t> get(const Held& held) { return held; }
};

// A list of tensors travels as one flat array (bytes, offset, layout, bytes, ...).
template <>
struct Reader<std::span<const Tensor>> {
  static constexpr int slots = 1;
  using Held = std::vector<Tensor>;
  static Held read(Environment& environment, const napi_value* values) {
    uint32_t length = 0;
    check(napi_get_array_length(environment.env, values[0], &length), "an array of tensors");
    if (length % 3 != 0) fail(ErrorCode::argument, "native call: a list of tensors in ", length, " values");
    Held list;
    for (uint32_t i = 0; i < length; i += 3) {
      napi_value triple[3];
      for (uint32_t j = 0; j < 3; ++j)
        check(napi_get_element(environment.env, values[0], i + j, &triple[j]), "a tensor");
      list.push_back(read_tensor(environment, triple));
    }
    return list;
  }
  static std::span<const Tensor> get(const Held& held) { return held; }
};

inline void write_result(Environment& environment, int index, const Tensor& tensor) {
  if (index >= max_results) fail(ErrorCode::internal, "native call: more than ", max_results, " results");
  double* slot = environment.results + 3 * index;
  slot[2] = tensor.layout->id;
  // A view of an argument, or (only while recording) a planned buffer, or a buffer allocated in this call.
  if (environment.recorder && environment.recorder->planned_index(tensor.buffer) >= 0) {
    slot[0] = recorded_token + static_cast<double>(environment.recorder->planned_index(tensor.buffer));
    slot[1] = static_cast<double>(tensor.offset);
    return;
  }
  const CallBuffer& entry = environment.call_buffer(tensor.buffer);
  slot[0] = static_cast<double>(entry.token);
  slot[1] = static_cast<double>(tensor.offset + (tensor.buffer->data - entry.base) / size_of(tensor.dtype()));
}

// A tensor result is answered with its layout id, several with their count; the rest stands in the shared array.
template <class Result>
napi_value answer(Environment& environment, const Result& result) {
  napi_value value = nullptr;
  if constexpr (std::is_same_v<Result, Tensor>) {
    write_result(environment, 0, result);
    napi_create_int32(environment.env, result.layout->id, &value);
  } else if constexpr (std::is_arithmetic_v<Result>) {
    napi_create_double(environment.env, static_cast<double>(result), &value);
  } else {
    int count = 0;
    for (const Tensor& tensor : result) write_result(environment, count++, tensor);
    napi_create_int32(environment.env, count, &value);
  }
  return value;
}

template <class Result, class... Parameters, size_t... Index>
napi_value invoke(Result (*front)(Parameters...), Environment& environment, const char* name, const napi_value* values,
                  std::index_sequence<Index...>) {
  constexpr int slots[] = {Reader<std::remove_cvref_t<Parameters>>::slots..., 0};
  constexpr auto start = [](size_t index) {
    int sum = 0;
    for (size_t i = 0; i < index; ++i) sum += slots[i];
    return sum;
  };
  if (!environment.results) fail(ErrorCode::internal, "native call: initialise() comes first");
  environment.begin_call(name);
  // Braces: the arguments are read from left to right.
  std::tuple<typename Reader<std::remove_cvref_t<Parameters>>::Held...> held{
      Reader<std::remove_cvref_t<Parameters>>::read(environment, values + start(Index))...};
  if constexpr (std::is_void_v<Result>) {
    front(Reader<std::remove_cvref_t<Parameters>>::get(std::get<Index>(held))...);
    return nullptr;
  } else {
    return answer(environment, front(Reader<std::remove_cvref_t<Parameters>>::get(std::get<Index>(held))...));
  }
}

template <class Result, class... Parameters>
constexpr size_t slot_count(Result (*)(Parameters...)) {
  return (size_t{0} + ... + Reader<std::remove_cvref_t<Parameters>>::slots);
}

template <auto front>
napi_value bound(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    constexpr size_t expected = slot_count(front);
    napi_value values[expected + 1];
    size_t count = expected;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values, nullptr, &data);
    if (count != expected) fail(ErrorCode::argument, "native call: expected ", expected, " values, got ", count);
    const auto indices = []<class R, class... P>(R (*)(P...)) { return std::index_sequence_for<P...>{}; }(front);
    const ExportedOp& op = *static_cast<ExportedOp*>(data);
    return invoke(front, op.environment, op.name.c_str(), values, indices);
  });
}

// matmul_grad -> matmulGrad
inline std::string camel_case(const char* name) {
  std::string out;
  for (bool upper = false; *name; ++name) {
    if (*name == '_') {
      upper = true;
    } else {
      out += upper ? static_cast<char>(*name - 'a' + 'A') : *name;
      upper = false;
    }
  }
  return out;
}

template <auto front>
void export_front(Napi::Object& exports, const char* name, Environment& environment) {
  ExportedOp& op = environment.exported_ops.emplace_back(environment, camel_case(name));
  napi_value function;
  napi_create_function(exports.Env(), op.name.c_str(), op.name.size(), bound<front>, &op, &function);
  napi_set_named_property(exports.Env(), exports, op.name.c_str(), function);
}

}  // namespace hebb

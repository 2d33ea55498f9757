// The one error type of the native side. binding.h turns it into a JavaScript HebbError; nothing else catches it.
#pragma once

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>

namespace hebb {

enum class ErrorCode {
  shape,
  dtype,
  device,
  argument,
  disposed,
  capture,
  out_of_memory,
  cuda,
  format,
  aborted,
  internal
};

constexpr const char* code_name(ErrorCode code) {
  constexpr const char* names[] = {"ERR_SHAPE",    "ERR_DTYPE",   "ERR_DEVICE",        "ERR_ARGUMENT",
                                   "ERR_DISPOSED", "ERR_CAPTURE", "ERR_OUT_OF_MEMORY", "ERR_CUDA",
                                   "ERR_FORMAT",   "ERR_ABORTED", "ERR_INTERNAL"};
  return names[static_cast<int>(code)];
}

struct Error : std::runtime_error {
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code(code) {}
  ErrorCode code;
};

// Joins its arguments into one message and throws it: fail(ErrorCode::shape, "matmul: ... ", a.shape(), ...).
template <class... Parts>
[[noreturn]] void fail(ErrorCode code, const Parts&... parts) {
  std::ostringstream message;
  (message << ... << parts);
  throw Error(code, message.str());
}

// For kernels, which must not instantiate templates of the standard library: a label outside [0, classes).
[[noreturn]] void fail_label(int64_t label, int64_t classes);
// And an index that is not in [0, limit).
[[noreturn]] void fail_index(const char* op, int64_t value, int64_t limit);

}  // namespace hebb

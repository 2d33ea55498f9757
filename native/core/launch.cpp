#include "launch.h"

#include "error.h"

namespace hebb {

const char* op_name(Op op) {
  static constexpr const char* names[] = {
#define KERNEL(name) #name,
#include "../ops.def"
  };
  return names[static_cast<int>(op)];
}

void fail_devices(Op op, const Device& a, const Device& b) {
  fail(ErrorCode::device, op_name(op), ": the tensors are on different devices, ", a.name(), " and ", b.name(),
       "; move one of them with to()");
}

}  // namespace hebb

#include "launch.h"

namespace hebb {

const char* op_name(Op op) {
  static constexpr const char* names[] = {
#define KERNEL(name) #name,
#include "../ops.def"
  };
  return names[static_cast<int>(op)];
}

}  // namespace hebb

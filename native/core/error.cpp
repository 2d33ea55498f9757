#include "error.h"

namespace hebb {

void fail_label(int64_t label, int64_t classes) {
  fail(ErrorCode::argument, "sparseCategoricalCrossentropy: label ", label, " is out of range for ", classes,
       " classes");
}

}  // namespace hebb

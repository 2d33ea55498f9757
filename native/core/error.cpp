#include "error.h"

namespace hebb {

void fail_label(int64_t label, int64_t classes) {
  fail(ErrorCode::argument, "sparseCategoricalCrossentropy: label ", label, " is out of range for ", classes,
       " classes");
}

void fail_index(const char* op, int64_t value, int64_t limit) {
  fail(ErrorCode::argument, op, ": index ", value, " is out of range, expected 0 to ", limit - 1);
}

}  // namespace hebb

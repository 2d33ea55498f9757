// Learners that train off the JavaScript thread, on arrays that JavaScript gives and does not touch until they are
// done.
#pragma once

#include <napi.h>

namespace hebb {

void export_learners(Napi::Object& exports);

}  // namespace hebb

// The devices beside the CPU as JavaScript sees them: attached, described, their memory filled and read.
#pragma once

#include "binding.h"

namespace hebb {

void export_devices(Napi::Object& exports);

}  // namespace hebb

// Marks the exports of an accelerator's module, so that no other object passes for one.
#pragma once

#include <node_api.h>

namespace hebb {

constexpr napi_type_tag accelerator_tag = {0x6a1f0c52d9b84e37, 0x92d3e7450b6fa81c};

}  // namespace hebb

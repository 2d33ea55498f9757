// The entry of hebb_cuda.node: its exports object carries the table of core/accelerator.h, under a type tag by which
// the core knows it for what it is.
#include <node_api.h>

#include "../binding/accelerator_tag.h"
#include "device.h"

NAPI_MODULE_INIT() {
  const hebb::Accelerator& table = hebb::cuda::accelerator();
  if (napi_type_tag_object(env, exports, &hebb::accelerator_tag) != napi_ok ||
      napi_wrap(env, exports, const_cast<hebb::Accelerator*>(&table), nullptr, nullptr, nullptr) != napi_ok) {
    napi_throw_error(env, "ERR_INTERNAL", "hebb_cuda: the table cannot be handed over");
  }
  return exports;
}

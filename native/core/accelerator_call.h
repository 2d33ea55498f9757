// Calls into an accelerator's module.
#pragma once

#include <type_traits>

#include "accelerator_device.h"

namespace hebb {

// Calls function(context, arguments..., &failure) and throws what failed.
template <class Function, class... Arguments>
auto call(const AcceleratorDevice::Context& context, Function function, Arguments... arguments) {
  Failure failure;
  if constexpr (std::is_void_v<decltype(function(context.handle, arguments..., &failure))>) {
    function(context.handle, arguments..., &failure);
    check(failure);
  } else {
    const auto result = function(context.handle, arguments..., &failure);
    check(failure);
    return result;
  }
}

}  // namespace hebb

// One kernel call as a value: which op, on which tensors, with which attributes. launch() hands it to the device, which
// executes it now or, while a program is being recorded, appends it to the list.
#pragma once

#include <cstring>
#include <initializer_list>
#include <type_traits>

#include "device.h"
#include "tensor.h"

namespace hebb {

enum class Op : uint16_t {
#define KERNEL(name) name,
#include "../ops.def"
  count
};

const char* op_name(Op op);

// Launches that follow each other in a program with the same phase may be run as one by a device that can
// (program/phases.cpp). A phase that begins anew, such as the second `scalars`, never follows itself.
enum class Phase : uint8_t { none, scalars, batch, head, update };

struct Launch {
  static constexpr int max_in = 8;
  static constexpr int max_out = 6;
  static constexpr int attribute_bytes = 64;

  Op op{};
  int8_t in_count = 0;
  int8_t out_count = 0;
  Phase phase = Phase::none;
  // Not set beyond the counts: clearing them took 15 of the 190 ns of a small op. A tensor that is updated in
  // place stands in both lists.
  Tensor in[max_in];
  Tensor out[max_out];
  alignas(8) std::byte attributes[attribute_bytes]{};

  // The op's own plain struct of numbers, kept by value.
  template <class Attributes>
  const Attributes& get() const {
    static_assert(std::is_trivially_copyable_v<Attributes> && sizeof(Attributes) <= attribute_bytes);
    return *reinterpret_cast<const Attributes*>(attributes);
  }
  template <class Attributes>
  void set(const Attributes& value) {
    static_assert(std::is_trivially_copyable_v<Attributes> && sizeof(Attributes) <= attribute_bytes);
    std::memcpy(attributes, &value, sizeof value);
  }
};

using Kernel = void (*)(const Launch&);

// One kernel per op; every entry is filled or the build fails.
struct KernelTable {
  Kernel kernels[static_cast<int>(Op::count)];
  Kernel operator[](Op op) const { return kernels[static_cast<int>(op)]; }
};

struct NoAttributes {};

// ERR_DEVICE, naming the op and both devices.
[[noreturn]] void fail_devices(Op op, const Device& a, const Device& b);

template <class Attributes = NoAttributes>
Launch make_launch(Op op, std::initializer_list<Tensor> in, std::initializer_list<Tensor> out,
                   const Attributes& attributes = {}) {
  Launch call;
  call.op = op;
  for (const Tensor& tensor : in) call.in[call.in_count++] = tensor;
  for (const Tensor& tensor : out) call.out[call.out_count++] = tensor;
  call.set(attributes);
  return call;
}

template <class Attributes = NoAttributes>
void launch(Op op, std::initializer_list<Tensor> in, std::initializer_list<Tensor> out,
            const Attributes& attributes = {}) {
  const Launch call = make_launch(op, in, out, attributes);
  Device& device = call.out[0].device();
  for (const Tensor& tensor : in) {
    if (&tensor.device() != &device) fail_devices(op, tensor.device(), device);
  }
  device.launch(call);
}

// An uninitialised row-major tensor.
inline Tensor empty(Device& device, Dtype dtype, const Shape& shape) {
  const Layout* layout = intern(dtype, shape);
  return {device.allocate(layout->size * size_of(dtype)), 0, layout};
}

}  // namespace hebb

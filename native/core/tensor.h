// A tensor is a value: which buffer, where in it, and how it is laid out. Views share the buffer.
#pragma once

#include <cstddef>

#include "shape.h"

namespace hebb {

struct Device;

// Bytes on a device. The owner is elsewhere: a JavaScript ArrayBuffer or a program's arena.
struct Buffer {
  std::byte* data = nullptr;  // nullptr while a recorded buffer has not been placed yet
  int64_t bytes = 0;
  Device* device = nullptr;
};

struct Tensor {
  Buffer* buffer;
  int64_t offset;  // of the first element, in elements
  const Layout* layout;

  template <class T>
  T* data() const {
    return reinterpret_cast<T*>(buffer->data) + offset;
  }
  Device& device() const { return *buffer->device; }
  Dtype dtype() const { return layout->dtype; }
  const Shape& shape() const { return layout->shape; }
  const Shape& strides() const { return layout->strides; }
  int rank() const { return layout->shape.rank; }
  int64_t size() const { return layout->size; }
  int64_t dim(int i) const { return layout->shape[i < 0 ? i + rank() : i]; }
  bool contiguous() const { return layout->contiguous; }
};

// Whether the two may share an element at different positions: then one cannot be read while the other is written.
inline bool overlaps(const Tensor& a, const Tensor& b) {
  if (a.buffer != b.buffer && (!a.buffer->data || a.buffer->data != b.buffer->data)) return false;
  if (a.offset == b.offset && a.layout == b.layout) return false;
  const int64_t a_begin = a.offset * size_of(a.dtype()), a_end = a_begin + a.layout->extent * size_of(a.dtype());
  const int64_t b_begin = b.offset * size_of(b.dtype()), b_end = b_begin + b.layout->extent * size_of(b.dtype());
  return a_begin < b_end && b_begin < a_end;
}

// The same elements seen with another shape and strides, `offset` elements further on.
inline Tensor view(const Tensor& x, const Shape& shape, const Shape& strides, int64_t offset = 0) {
  return {x.buffer, x.offset + offset, intern(x.dtype(), shape, strides)};
}

}  // namespace hebb

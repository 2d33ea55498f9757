// What passes over a program ask of the operands of its launches.
#pragma once

#include <span>

#include "../core/launch.h"

namespace hebb {

inline std::span<Tensor> inputs(Launch& call) { return {call.in, static_cast<size_t>(call.in_count)}; }
inline std::span<const Tensor> inputs(const Launch& call) { return {call.in, static_cast<size_t>(call.in_count)}; }
inline std::span<Tensor> outputs(Launch& call) { return {call.out, static_cast<size_t>(call.out_count)}; }
inline std::span<const Tensor> outputs(const Launch& call) { return {call.out, static_cast<size_t>(call.out_count)}; }

inline bool same(const Tensor& a, const Tensor& b) {
  return a.buffer == b.buffer && a.offset == b.offset && a.layout == b.layout;
}

// Whether the two share bytes of a buffer.
inline bool meet(const Tensor& a, const Tensor& b) {
  if (a.buffer != b.buffer) return false;
  const int64_t a_width = size_of(a.dtype()), b_width = size_of(b.dtype());
  return a.offset * a_width < (b.offset + b.layout->extent) * b_width &&
         b.offset * b_width < (a.offset + a.layout->extent) * a_width;
}

template <class Predicate>
bool any_pair(const Tensor* a, int a_count, const Tensor* b, int b_count, const Predicate& holds) {
  for (int i = 0; i < a_count; ++i) {
    for (int k = 0; k < b_count; ++k) {
      if (holds(a[i], b[k])) return true;
    }
  }
  return false;
}

// Whether for some operand that one of the two launches writes and the other one uses the predicate holds.
template <class Predicate>
bool any_dependency(const Launch& a, const Launch& b, const Predicate& holds) {
  return any_pair(a.out, a.out_count, b.in, b.in_count, holds) ||
         any_pair(a.out, a.out_count, b.out, b.out_count, holds) ||
         any_pair(a.in, a.in_count, b.out, b.out_count, holds);
}

}  // namespace hebb

// Element types and their promotion: bool < uint8 < int32 < float32 < float64, the wider of two wins.
// Within one kind this is the array API standard's table; between integers and floats the float's own width is kept.
#pragma once

#include <cstdint>
#include <ostream>

namespace hebb {

enum class Dtype : uint8_t { boolean, uint8, int32, float32, float64 };

constexpr int dtype_count = 5;

constexpr int64_t size_of(Dtype dtype) {
  constexpr int64_t sizes[] = {1, 1, 4, 4, 8};
  return sizes[static_cast<int>(dtype)];
}

constexpr const char* dtype_name(Dtype dtype) {
  constexpr const char* names[] = {"bool", "uint8", "int32", "float32", "float64"};
  return names[static_cast<int>(dtype)];
}

inline std::ostream& operator<<(std::ostream& out, Dtype dtype) { return out << dtype_name(dtype); }

constexpr bool is_float(Dtype dtype) { return dtype >= Dtype::float32; }

constexpr Dtype promote(Dtype a, Dtype b) { return a > b ? a : b; }

template <class T>
constexpr Dtype dtype_of();
template <>
constexpr Dtype dtype_of<bool>() {
  return Dtype::boolean;
}
template <>
constexpr Dtype dtype_of<uint8_t>() {
  return Dtype::uint8;
}
template <>
constexpr Dtype dtype_of<int32_t>() {
  return Dtype::int32;
}
template <>
constexpr Dtype dtype_of<float>() {
  return Dtype::float32;
}
template <>
constexpr Dtype dtype_of<double>() {
  return Dtype::float64;
}

}  // namespace hebb

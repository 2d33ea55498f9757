// Shapes and layouts. A layout is (dtype, shape, strides), interned: equal layouts are one object with one small id,
// so that a call from JavaScript passes an integer and comparing layouts is comparing pointers.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <span>

#include "dtype.h"

namespace hebb {

constexpr int max_rank = 8;

// A short list of sizes or strides, by value.
struct Shape {
  int rank = 0;
  std::array<int64_t, max_rank> dims{};

  Shape() = default;
  Shape(std::initializer_list<int64_t> list);
  explicit Shape(std::span<const int64_t> list);  // ERR_SHAPE beyond max_rank

  int64_t& operator[](int i) { return dims[i]; }
  int64_t operator[](int i) const { return dims[i]; }
  const int64_t* begin() const { return dims.data(); }
  const int64_t* end() const { return dims.data() + rank; }
  void push(int64_t dim);  // ERR_SHAPE beyond max_rank
  int64_t size() const;    // product of the dims; ERR_SHAPE when it would overflow 2^53 elements
  bool operator==(const Shape& other) const;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);  // [2,3]

Shape row_major_strides(const Shape& shape);

// NumPy's rule: align at the right, a dimension of 1 stretches. ERR_SHAPE names the op and both shapes.
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);

// Axis in [-rank, rank) to [0, rank). ERR_ARGUMENT names the op and the axis.
int normalize_axis(const char* op, int64_t axis, int rank);

struct Layout {
  int32_t id;
  Dtype dtype;
  Shape shape;
  Shape strides;  // in elements, never negative; 0 along broadcast dimensions
  int64_t size;
  int64_t extent;  // elements from the first to one past the last reached, 0 when empty
  bool contiguous;
};

// The interned layout. Each JavaScript thread has a table of its own; pointers stay valid for its life.
const Layout* intern(Dtype dtype, const Shape& shape, const Shape& strides);
const Layout* intern(Dtype dtype, const Shape& shape);  // row-major

}  // namespace hebb

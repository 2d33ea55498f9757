#include "shape.h"

#include <array>
#include <memory>
#include <unordered_set>
#include <vector>

#include "error.h"
#include "layout_table.h"

namespace hebb {

Shape::Shape(std::initializer_list<int64_t> list) : Shape(std::span(list.begin(), list.size())) {}

Shape::Shape(std::span<const int64_t> list) {
  for (int64_t dim : list) push(dim);
}

void Shape::push(int64_t dim) {
  if (rank == max_rank) fail(ErrorCode::shape, "a tensor has at most ", max_rank, " dimensions");
  dims[rank++] = dim;
}

int64_t Shape::size() const {
  constexpr int64_t limit = int64_t{1} << 53;
  int64_t product = 1;
  for (int64_t dim : *this) {
    if (dim < 0) fail(ErrorCode::shape, "shape ", *this, " is not a valid size");
  }
  for (int64_t dim : *this) {
    if (dim == 0) return 0;
  }
  for (int64_t dim : *this) {
    if (product > limit / dim) fail(ErrorCode::shape, "shape ", *this, " is not a valid size");
    product *= dim;
  }
  return product;
}

bool Shape::operator==(const Shape& other) const {
  if (rank != other.rank) return false;
  for (int i = 0; i < rank; ++i) {
    if (dims[i] != other.dims[i]) return false;
  }
  return true;
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (int i = 0; i < shape.rank; ++i) out << (i ? "," : "") << shape[i];
  return out << ']';
}

Shape row_major_strides(const Shape& shape) {
  Shape strides = shape;
  int64_t step = 1;
  for (int i = shape.rank - 1; i >= 0; --i) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
  Shape out = a.rank >= b.rank ? a : b;
  for (int i = 1; i <= out.rank; ++i) {
    const int64_t x = i <= a.rank ? a[a.rank - i] : 1;
    const int64_t y = i <= b.rank ? b[b.rank - i] : 1;
    if (x != y && x != 1 && y != 1) fail(ErrorCode::shape, op, ": shapes ", a, " and ", b, " cannot be broadcast");
    out[out.rank - i] = x == 1 ? y : x;
  }
  return out;
}

int normalize_axis(const char* op, int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    fail(ErrorCode::argument, op, ": axis ", axis, " is out of range for a tensor of rank ", rank);
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

namespace {

uint64_t hash_of(uint64_t hash, const Shape& shape) {
  for (int64_t dim : shape) {
    hash = (hash ^ static_cast<uint64_t>(dim)) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
  }
  return hash;
}

struct LayoutHash {
  using is_transparent = void;
  size_t operator()(const Layout* layout) const {
    return hash_of(hash_of(static_cast<uint64_t>(layout->dtype), layout->shape), layout->strides);
  }
};

struct LayoutEqual {
  using is_transparent = void;
  bool operator()(const Layout* a, const Layout* b) const {
    return a->dtype == b->dtype && a->shape == b->shape && a->strides == b->strides;
  }
};

}  // namespace

struct LayoutTable {
  std::vector<std::unique_ptr<Layout>> by_id;
  std::unordered_set<const Layout*, LayoutHash, LayoutEqual> index;
  // What was asked for last, by the low bits of its hash: most ops ask for a layout that they have asked for before.
  std::array<const Layout*, 256> recent{};

  const Layout*& recently(uint64_t hash) { return recent[hash % 256]; }
};

namespace {

thread_local LayoutTable* thread_layouts = nullptr;  // freed by release_layouts()

}  // namespace

LayoutTable& layout_table() {
  if (!thread_layouts) thread_layouts = new LayoutTable;
  return *thread_layouts;
}

namespace {

// Strides of dimensions of size 1 (or of empty tensors) carry no meaning: row-major ones stand for them all.
Shape canonical_strides(const Shape& shape, const Shape& strides, int64_t size) {
  Shape row_major = row_major_strides(shape);
  if (size == 0) return row_major;
  Shape out = strides;
  for (int i = 0; i < shape.rank; ++i) {
    if (shape[i] == 1) out[i] = row_major[i];
  }
  return out;
}

// The layout in the table, added to it if it is new.
const Layout* find_or_add(LayoutTable& layouts, Dtype dtype, const Shape& shape, const Shape& strides) {
  Layout key{.id = 0,
             .dtype = dtype,
             .shape = shape,
             .strides = strides,
             .size = shape.size(),
             .extent = 0,
             .contiguous = true};
  key.strides = canonical_strides(shape, strides, key.size);
  if (auto found = layouts.index.find(&key); found != layouts.index.end()) return *found;
  key.id = static_cast<int32_t>(layouts.by_id.size());
  key.contiguous = key.strides == row_major_strides(shape);
  if (key.size > 0) {
    key.extent = 1;
    for (int i = 0; i < shape.rank; ++i) key.extent += (shape[i] - 1) * key.strides[i];
  }
  layouts.by_id.push_back(std::make_unique<Layout>(key));
  const Layout* layout = layouts.by_id.back().get();
  layouts.index.insert(layout);
  return layout;
}

}  // namespace

const Layout* intern(Dtype dtype, const Shape& shape, const Shape& strides) {
  LayoutTable& layouts = layout_table();
  const Layout*& recent = layouts.recently(hash_of(hash_of(static_cast<uint64_t>(dtype), shape), strides));
  if (recent && recent->dtype == dtype && recent->shape == shape && recent->strides == strides) return recent;
  return recent = find_or_add(layouts, dtype, shape, strides);
}

const Layout* intern(Dtype dtype, const Shape& shape) {
  LayoutTable& layouts = layout_table();
  const Layout*& recent = layouts.recently(hash_of(static_cast<uint64_t>(dtype), shape));
  if (recent && recent->dtype == dtype && recent->shape == shape && recent->contiguous) return recent;
  return recent = find_or_add(layouts, dtype, shape, row_major_strides(shape));
}

const Layout* find_layout(const LayoutTable& layouts, int32_t id) {
  return id >= 0 && id < static_cast<int32_t>(layouts.by_id.size()) ? layouts.by_id[id].get() : nullptr;
}

void release_layouts() {
  delete thread_layouts;
  thread_layouts = nullptr;
}

}  // namespace hebb

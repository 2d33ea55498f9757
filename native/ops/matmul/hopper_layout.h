// Where the tiles of the Hopper kernel lie in shared memory and how a matrix descriptor of wgmma reads them back:
// index arithmetic alone, tested on the CPU. A tile is made of chunks of 64 rows x 64 of k in bfloat16, 8 KB each, as
// the tensor memory accelerator writes a box of 64 x 64 with the 128-byte swizzle: lines of 128 bytes, their 16-byte
// pieces exchanged by the number of the line modulo 8. Along k: a line is a row (m or n). Along rows: a line is one of
// k.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__CUDACC__)
#define HEBB_BOTH __host__ __device__
#else
#define HEBB_BOTH
#endif

namespace hebb::cuda {

constexpr int chunk_side = 64, chunk_bytes = chunk_side * chunk_side * 2;

// What the instruction is told of an operand: the strides of its canonical layouts, PTX ISA, "Strides" of wgmma.
struct OperandLayout {
  uint32_t leading;  // bytes between chunks along the rows; without effect when the lines lie along k
  uint32_t stride;   // bytes between groups of 8 lines
  uint32_t advance;  // bytes to the next 16 of k
};

HEBB_BOTH constexpr OperandLayout operand_layout(bool along_rows) {
  return along_rows ? OperandLayout{chunk_bytes, 1024, 16 * 128} : OperandLayout{16, 1024, 16 * 2};
}

// The descriptor of an operand that begins at `address` in shared memory (a chunk's begin plus a multiple of advance).
HEBB_BOTH constexpr uint64_t matrix_descriptor(uint32_t address, OperandLayout layout) {
  constexpr uint64_t swizzle_128 = uint64_t{1} << 62;
  return swizzle_128 | uint64_t{layout.stride >> 4} << 32 | uint64_t{layout.leading >> 4} << 16 |
         ((address & 0x3FFFF) >> 4);
}

// bfloat16 nearest to x, but never infinity for a finite x.
HEBB_BOTH inline uint16_t to_bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7F800000) == 0x7F800000) return static_cast<uint16_t>(bits >> 16 | ((bits & 0xFFFF) != 0));
  const uint32_t rounded = bits + 0x7FFF + (bits >> 16 & 1);
  return static_cast<uint16_t>(((rounded & 0x7F800000) == 0x7F800000 ? bits : rounded) >> 16);
}

HEBB_BOTH inline float from_bfloat16(uint16_t x) {
  const uint32_t bits = uint32_t{x} << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// x as the sum of bfloat16 planes, the greatest first: exact with three of them, unless x is below about 2^-110.
// Returns whether x was finite; if not, the first plane holds it.
template <int planes>
HEBB_BOTH inline bool split_into_planes(float x, uint16_t (&out)[planes]) {
  out[0] = to_bfloat16(x);
  const bool finite = x - x == 0;
  float rest = finite ? x - from_bfloat16(out[0]) : 0.0f;
  for (int plane = 1; plane < planes; ++plane) {
    out[plane] = to_bfloat16(rest);
    rest -= from_bfloat16(out[plane]);
  }
  return finite;
}

// Which planes of A and B make the product, the smallest products first.
struct PlanePair {
  int a, b;
};
HEBB_BOTH constexpr int planes_of(int products) { return products == 1 ? 1 : products == 3 ? 2 : 3; }
HEBB_BOTH constexpr PlanePair plane_pair(int products, int index) {
  constexpr PlanePair six[] = {{2, 0}, {0, 2}, {1, 1}, {1, 0}, {0, 1}, {0, 0}};
  return six[6 - products + index];
}

// A block's ring of stages; each holds the planes of a 128 x 64 tile of A, then of an n x 64 tile of B.
template <int n_, int products_>
struct HopperTile {
  static constexpr int m = 128, n = n_, depth = chunk_side, products = products_;
  static constexpr int planes = planes_of(products);
  static constexpr int a_chunks = m / chunk_side, b_chunks = n / chunk_side;
  static constexpr int stage_bytes = planes * (a_chunks + b_chunks) * chunk_bytes;
  static constexpr int shared_bytes = 227 * 1024 - 2048;  // what is left beside the barriers and the alignment
  static constexpr int stages = shared_bytes / stage_bytes < 6 ? shared_bytes / stage_bytes : 6;
  static constexpr int dynamic_bytes = stages * stage_bytes + 1024;
  static constexpr int consumers = 2, threads = 128 * (1 + consumers);
  static_assert(stages >= 2);

  HEBB_BOTH static constexpr uint32_t a_offset(int plane, int chunk) {
    return static_cast<uint32_t>((plane * a_chunks + chunk) * chunk_bytes);
  }
  HEBB_BOTH static constexpr uint32_t b_offset(int plane, int chunk) {
    return static_cast<uint32_t>((planes * a_chunks + plane * b_chunks + chunk) * chunk_bytes);
  }
};

}  // namespace hebb::cuda

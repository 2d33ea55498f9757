// C = A B by the scheme of Goto and van de Geijn (2008) and BLIS: register tiles over packed panels, blocks of k that
// fit the caches; small products skip the packing and read A and B where they are (any strides of A, contiguous rows of
// B). Included in namespace hebb::<isa> after the SIMD header; HEBB_TARGET_<ISA> says which one.

namespace {
namespace product {

// Registers that a Vec<float> or Vec<double> takes its places from.
#if defined(HEBB_TARGET_AVX512)
constexpr int vec_registers = 32;
#elif defined(HEBB_TARGET_AVX2) || defined(HEBB_TARGET_NEON)
constexpr int vec_registers = 8;  // of two ymm or four q each
#elif defined(HEBB_TARGET_SCALAR)
constexpr int vec_registers = 4;
#else
#error "the target file must define HEBB_TARGET_<ISA>"
#endif

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

#include "transpose.cpu.h"
#include "epilogue.cpu.h"
#include "micro_kernel.cpu.h"

// Rows are cut into panels of tile_rows; when they do not divide, the last two share what is left evenly.
struct Panels {
  int64_t rows = 0, count = 0;
  Panels() = default;
  explicit Panels(int64_t m) : rows(m), count((m + tile_rows - 1) / tile_rows) {}
  int64_t start(int64_t panel) const {
    if (panel < count - 1 || count < 2) return panel < count ? panel * tile_rows : rows;
    if (panel == count) return rows;
    return rows - (rows - (count - 2) * tile_rows) / 2;
  }
};

#include "pack.cpu.h"
#include "narrow.cpu.h"
#include "small.cpu.h"
#include "thin.cpu.h"
#include "outer.cpu.h"
#include "task.cpu.h"
#include "blocking.cpu.h"

}  // namespace product
}  // namespace

void gemm(const Gemm<float>& g) { product::multiply(g); }
void gemm(const Gemm<double>& g) { product::multiply(g); }

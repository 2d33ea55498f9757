// C = A B by the scheme of Goto and van de Geijn (2008) and BLIS: register tiles over packed panels, blocks of k that fit
// the caches; small products skip the packing and read A and B where they are (any strides of A, contiguous rows of B).
// Included in namespace hebb::<isa> after the SIMD header; HEBB_TARGET_<ISA> says which one.

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

#include "epilogue.cpu.h"
#include "micro_kernel.cpu.h"
#include "transpose.cpu.h"
#include "pack.cpu.h"

// Rows are cut into panels of tile_rows; when they do not divide, the last two share what is left evenly.
struct Panels {
  int64_t rows, count;
  explicit Panels(int64_t m) : rows(m), count((m + tile_rows - 1) / tile_rows) {}
  int64_t start(int64_t panel) const {
    if (panel < count - 1 || count < 2) return panel < count ? panel * tile_rows : rows;
    if (panel == count) return rows;
    return rows - (rows - (count - 2) * tile_rows) / 2;
  }
};

// One block of k over a rectangle of C, operands packed or in place.
template <class T>
struct Block {
  const Gemm<T>* g;
  int64_t k;
  const T* a;  // packed: element (row, 0) of the block's panels at a + row * k
  int64_t a_row, a_col;
  bool a_packed;
  const T* b;  // packed: panels of panel_columns
  int64_t b_row;
  bool b_packed;
  T* chain;
  int64_t chain_row;
  bool resume;
  const Gemm<T>* finish;
};

template <class T>
void multiply_block(const Block<T>& block, const Panels& panels, int64_t first_panel, int64_t last_panel,
                    int64_t first_column, int64_t last_column) {
  constexpr int lanes = Vec<T>::lanes;
  constexpr int64_t width = panel_columns<T>;
  for (int64_t j = first_column; j < last_column; j += width) {
    const int64_t columns = last_column - j < width ? last_column - j : width;
    const int vectors = static_cast<int>((columns + lanes - 1) / lanes);
    TileCall<T> call;
    call.k = block.k;
    call.b = block.b_packed ? block.b + j * block.k : block.b + j;
    call.b_row = block.b_packed ? width : block.b_row;
    call.columns = static_cast<int>(columns - (vectors - 1) * lanes);
    call.resume = block.resume;
    call.finish = block.finish;
    call.column = j;
    call.chain_row = block.chain_row;
    for (int64_t panel = first_panel; panel < last_panel; ++panel) {
      const int64_t row = panels.start(panel);
      const int rows = static_cast<int>(panels.start(panel + 1) - row);
      call.row = row;
      call.a = block.a_packed ? block.a + row * block.k : block.a + row * block.a_row;
      call.a_row = block.a_packed ? 1 : block.a_row;
      call.a_col = block.a_packed ? rows : block.a_col;
      call.chain = block.chain + row * block.chain_row + j;
      tiles<T>.at[vectors - 1][rows][call.columns != lanes][call.a_row == 1](call);
    }
  }
}

#include "blocking.cpu.h"

}  // namespace product
}  // namespace

void gemm(const Gemm<float>& g) { product::multiply(g); }
void gemm(const Gemm<double>& g) { product::multiply(g); }

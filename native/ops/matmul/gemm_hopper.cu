// The launches of hopper_kernel.cuh. A and B are first split into planes of bfloat16 in scratch(), laid out as they are
// but with rows of a multiple of 16 bytes.
//
// On an H200, 4096 x 4096 x 4096 with the splitting: six products 120 TFLOP/s of float32 (cuBLAS 51, gemm_simt.cu 43),
// three 200; the errors of six are at most 0.14 of the bound that sums of float32 fill to 0.20 (cuda_gemm_test).
//
// Three planes hold a float32 exactly down to about 2^-110; smaller numbers lose their last bits. Planes cannot hold an
// infinity or NaN beside other numbers: when one is met and there are several planes, a flag on the device sends the
// product to the kernel of gemm_simt.cu instead, so that the result is IEEE's.
#include <cudaTypedefs.h>

#include "../../cuda/context.h"
#include "hopper_kernel.cuh"

namespace hebb::cuda {

namespace {

// A matrix as lines of contiguous elements, and its planes.
struct Lines {
  const float* x;
  int64_t length, count, stride;  // elements of a line, lines, elements from line to line
  int64_t pitch;                  // of the planes
  uint16_t* planes;
};

constexpr int split_threads = 256;

// A thread splits four neighbours.
template <int planes>
__global__ void __launch_bounds__(split_threads) split_kernel(const Lines lines, const bool aligned, int* flag) {
  const int64_t groups = (lines.length + 3) / 4, index = int64_t{blockIdx.x} * split_threads + threadIdx.x;
  if (index >= groups * lines.count) return;
  const int64_t line = index / groups, at = index % groups * 4;
  const float* from = lines.x + line * lines.stride + at;
  float x[4];
  if (aligned) {
    const float4 v = *reinterpret_cast<const float4*>(from);
    x[0] = v.x, x[1] = v.y, x[2] = v.z, x[3] = v.w;
  } else {
    for (int i = 0; i < 4; ++i) x[i] = at + i < lines.length ? from[i] : 0.0f;
  }
  uint16_t parts[4][planes];
  bool finite = true;
  for (int i = 0; i < 4; ++i) finite &= split_into_planes<planes>(x[i], parts[i]);
  if (flag && !finite) *flag = 1;
  for (int plane = 0; plane < planes; ++plane) {
    uint16_t* to = lines.planes + (plane * lines.count + line) * lines.pitch + at;
    *reinterpret_cast<uint2*>(to) =
        uint2{parts[0][plane] | uint32_t{parts[1][plane]} << 16, parts[2][plane] | uint32_t{parts[3][plane]} << 16};
  }
}

template <int planes>
void split(const Lines& lines, int* flag) {
  const bool aligned = reinterpret_cast<uintptr_t>(lines.x) % 16 == 0 && lines.stride % 4 == 0 && lines.length % 4 == 0;
  const int64_t threads = ceil_div(lines.length, 4) * lines.count;
  split_kernel<planes>
      <<<static_cast<unsigned>(ceil_div(threads, split_threads)), split_threads, 0, stream()>>>(lines, aligned, flag);
  check_launch();
}

// From the driver, which is not linked: the addon must load where there is none.
PFN_cuTensorMapEncodeTiled_v12000 encoder() {
  static const auto function = [] {
    void* entry = nullptr;
    cudaDriverEntryPointQueryResult found{};
    CUDA_CHECK(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &entry, 12000, cudaEnableDefault, &found));
    if (found != cudaDriverEntryPointSuccess) fail(ErrorCode::cuda, "CUDA: the driver has no cuTensorMapEncodeTiled");
    return reinterpret_cast<PFN_cuTensorMapEncodeTiled_v12000>(entry);
  }();
  return function;
}

// Boxes of 64 x 64 of one plane; what lies outside the matrix reads as zero.
CUtensorMap map_of(const Lines& lines, int planes) {
  CUtensorMap map;
  const cuuint64_t sizes[] = {static_cast<cuuint64_t>(lines.length), static_cast<cuuint64_t>(lines.count),
                              static_cast<cuuint64_t>(planes)};
  const cuuint64_t strides[] = {static_cast<cuuint64_t>(lines.pitch * 2),
                                static_cast<cuuint64_t>(lines.pitch * 2 * lines.count)};
  const cuuint32_t box[] = {chunk_side, chunk_side, 1}, steps[] = {1, 1, 1};
  const CUresult status = encoder()(&map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 3, lines.planes, sizes, strides, box, steps,
                                    CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                                    CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (status != CUDA_SUCCESS) fail(ErrorCode::cuda, "CUDA: error ", int{status}, " in cuTensorMapEncodeTiled");
  return map;
}

template <class Tile, bool a_along_m, bool b_along_n>
void run(const BatchedGemm<float>& g, const HopperOperands& maps, const int* skip) {
  const auto kernel = hopper_kernel<Tile, a_along_m, b_along_n>;
  CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, Tile::dynamic_bytes));
  const int tiles_m = static_cast<int>(ceil_div(g.m, Tile::m)), tiles_n = static_cast<int>(ceil_div(g.n, Tile::n));
  const int blocks = std::min(tiles_m * tiles_n, current().processors);
  const bool aligned_c = reinterpret_cast<uintptr_t>(g.c) % 8 == 0 && g.c_row % 2 == 0;
  kernel<<<blocks, Tile::threads, Tile::dynamic_bytes, stream()>>>(g, maps, tiles_m, tiles_n, aligned_c, skip);
  check_launch();
}

template <class Tile>
void product(const BatchedGemm<float>& g) {
  const bool a_along_m = g.a_row == 1 && g.a_col != 1, b_along_n = g.b_col == 1 && g.b_row != 1;
  const auto lines_of = [](const float* x, bool along_rows, int64_t rows, int64_t k, int64_t row, int64_t col) {
    Lines lines{x, along_rows ? rows : k, along_rows ? k : rows, along_rows ? col : row, 0, nullptr};
    lines.pitch = ceil_div(lines.length, 8) * 8;
    return lines;
  };
  Lines a = lines_of(g.a, a_along_m, g.m, g.k, g.a_row, g.a_col);
  Lines b = lines_of(g.b, b_along_n, g.n, g.k, g.b_col, g.b_row);
  const auto bytes_of = [](const Lines& lines) {
    return ceil_div(lines.pitch * lines.count * Tile::planes * 2, int64_t{256}) * 256;
  };
  std::byte* memory = scratch(bytes_of(a) + bytes_of(b) + 256);
  a.planes = reinterpret_cast<uint16_t*>(memory);
  b.planes = reinterpret_cast<uint16_t*>(memory + bytes_of(a));
  int* flag = nullptr;
  if (Tile::planes > 1) {
    flag = reinterpret_cast<int*>(memory + bytes_of(a) + bytes_of(b));
    CUDA_CHECK(cudaMemsetAsync(flag, 0, sizeof *flag, stream()));
  }
  split<Tile::planes>(a, flag);
  split<Tile::planes>(b, flag);
  const HopperOperands maps{map_of(a, Tile::planes), map_of(b, Tile::planes)};
  if (a_along_m && b_along_n) run<Tile, true, true>(g, maps, flag);
  if (a_along_m && !b_along_n) run<Tile, true, false>(g, maps, flag);
  if (!a_along_m && b_along_n) run<Tile, false, true>(g, maps, flag);
  if (!a_along_m && !b_along_n) run<Tile, false, false>(g, maps, flag);
  if (flag) gemm_simt_if(g, flag);
}

}  // namespace

void gemm_hopper(const BatchedGemm<float>& g, const GemmPlan& plan) {
  if (plan.products == 6) return product<HopperTile<128, 6>>(g);
  if (plan.products == 3) return product<HopperTile<128, 3>>(g);
  if (plan.tile == 1) return product<HopperTile<256, 1>>(g);
  product<HopperTile<128, 1>>(g);
}

}  // namespace hebb::cuda

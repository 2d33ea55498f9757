// The kernels of native/ops/matmul/{generic,simt}_kernel.cuh, run block by block on the CPU: every element of C is the
// FMA chain in order of k, to the bit, as long as k is not shared among groups or slices, and within the bound of
// float32 otherwise. No GPU is needed. Then the choice of a kernel.
#include "cuda_emulation.h"

#include "../../native/ops/matmul/generic_kernel.cuh"
#include "../../native/ops/matmul/hopper_layout.h"
#include "../../native/ops/matmul/hopper_store.cuh"
#include "../../native/ops/matmul/simt_kernel.cuh"
#include "check.h"

using namespace hebb;
using namespace hebb::cuda;

namespace {

uint64_t state = 7;
double random_value() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<double>(state >> 33) / 1073741824.0 - 1.0;
}

struct Extra {
  bool bias = false, relu = false, gate = false, rate = false, any = false;
};

// A product with its operands in stores of their own; `aligned` says that rows are multiples of 16 bytes.
template <class T>
struct Case {
  int64_t m, n, k, batch;
  std::vector<T> a, b, c, bias, gate, rate;
  BatchedGemm<T> gemm{};
  bool aligned;

  Case(char layout_a, char layout_b, int64_t m, int64_t n, int64_t k, int64_t batch, bool aligned, Extra extra)
      : m(m), n(n), k(k), batch(batch), aligned(aligned) {
    const auto padded = [&](int64_t x) { return aligned ? (x + 3) / 4 * 4 : x; };
    const int64_t ld_a = padded(layout_a == 'T' ? m : k), ld_b = padded(layout_b == 'T' ? k : n);
    const int64_t size_a = ld_a * (layout_a == 'T' ? k : m), size_b = ld_b * (layout_b == 'T' ? n : k);
    a.resize(size_a * batch + 1), b.resize(size_b + 1), c.resize(m * n * batch), bias.resize(n), gate.resize(m * n);
    for (auto* x : {&a, &b, &c, &bias, &gate})
      for (T& value : *x) value = static_cast<T>(random_value());
    rate = {static_cast<T>(0.25)};
    gemm.m = m, gemm.n = n, gemm.k = k;
    gemm.a = a.data(), gemm.a_row = layout_a == 'T' ? 1 : ld_a, gemm.a_col = layout_a == 'T' ? ld_a : 1;
    gemm.b = b.data(), gemm.b_row = layout_b == 'T' ? 1 : ld_b, gemm.b_col = layout_b == 'T' ? ld_b : 1;
    gemm.c_row = n;
    if (extra.bias) gemm.bias = bias.data();
    if (extra.relu) gemm.activation = Activation::relu;
    if (extra.gate) gemm.gate = gate.data(), gemm.gate_row = n;
    if (extra.rate) gemm.rate = rate.data(), gemm.beta = 1;
    if (batch > 1) gemm.batch = {batch, 1, {batch}, {size_a}, {0}};
    if (!extra.any) gemm.last = last_of(gemm);
  }

  // What `c` must be; sums are within `bound` * u * sum |a b| of one chain (0: the same bits).
  bool right(const std::vector<T>& result, double bound) const {
    const T alpha = gemm.rate ? -*gemm.rate : gemm.alpha;
    for (int64_t p = 0; p < batch; ++p) {
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          T sum = 0;
          double magnitude = 0;
          for (int64_t q = 0; q < k; ++q) {
            const T x = gemm.a[(batch > 1 ? p * gemm.batch.a[0] : 0) + i * gemm.a_row + q * gemm.a_col];
            const T y = gemm.b[q * gemm.b_row + j * gemm.b_col];
            sum = std::fma(x, y, sum);
            magnitude += std::fabs(static_cast<double>(x) * y);
          }
          const int64_t at = (p * m + i) * n + j;
          T v = gemm.beta != 0 ? std::fma(alpha, sum, gemm.beta * c[at]) : alpha * sum;
          if (gemm.bias) v += gemm.bias[j];
          if (gemm.activation == Activation::relu && v <= 0) v = 0;
          if (gemm.gate && !(gate[i * n + j] > 0)) v = 0;
          const T got = result[at];
          const double limit = bound * std::ldexp(1.0, sizeof(T) == 4 ? -24 : -53) * magnitude;
          if (bound == 0 ? std::memcmp(&got, &v, sizeof v) != 0 : !(std::fabs(double(got) - v) <= limit)) {
            std::fprintf(stderr, "%lld %lld of %lldx%lldx%lld: %.9g is not %.9g\n", (long long)i, (long long)j,
                         (long long)m, (long long)n, (long long)k, double(got), double(v));
            return false;
          }
        }
      }
    }
    return true;
  }

  std::vector<T> start() const {
    if (gemm.beta != 0) return c;
    return std::vector<T>(c.size(), std::numeric_limits<T>::quiet_NaN());
  }
};

template <class T>
bool run_generic(Case<T>& test) {
  std::vector<T> out = test.start();
  BatchedGemm<T> g = test.gemm;
  g.c = out.data();
  const auto tiles_m = static_cast<unsigned>(ceil_div(g.m, GenericTile::size));
  const auto tiles_n = static_cast<unsigned>(ceil_div(g.n, GenericTile::size));
  bool level = true;
  for (int64_t block = 0; block < tiles_m * tiles_n * g.batch.count; ++block) {
    level &= emulation::run_block(static_cast<unsigned>(block), GenericTile::threads,
                                  [&] { generic_kernel<T>(g, tiles_m, tiles_n); });
  }
  return level && test.right(out, 0);
}

template <class Config, Read read_a, Read read_b>
bool run_simt(const Case<float>& test, int64_t splits) {
  std::vector<float> out = test.start();
  BatchedGemm<float> g = test.gemm;
  g.c = out.data();
  const int64_t slice = ceil_div(ceil_div(g.k, splits), Config::depth) * Config::depth;
  Cut cut{static_cast<unsigned>(ceil_div(g.m, Config::m)), static_cast<unsigned>(ceil_div(g.n, Config::n)),
          static_cast<unsigned>(ceil_div(g.k, slice)), slice};
  std::vector<float> partial(cut.splits * out.size(), NAN);
  if (cut.splits > 1) cut.partial = partial.data();
  bool level = true;
  for (int64_t block = 0; block < cut.tiles_m * cut.tiles_n * cut.splits * g.batch.count; ++block) {
    level &= emulation::run_block(static_cast<unsigned>(block), Config::threads,
                                  [&] { simt_kernel<Config, read_a, read_b>(g, cut, g.n % 4 == 0); });
  }
  if (cut.splits > 1) {
    const int64_t blocks = ceil_div(static_cast<int64_t>(out.size()), join_threads);
    for (int64_t block = 0; block < blocks; ++block) {
      level &= emulation::run_block(static_cast<unsigned>(block), join_threads, [&] { join_kernel(g, cut); });
    }
  }
  const bool chain = Config::groups == 1 && cut.splits == 1;
  return level && test.right(out, chain ? 0 : 2 * std::sqrt(double(g.k)) + 8);
}

// All layouts, with the reads that fit them.
template <class Config>
void check_simt(const char* name) {
  const int64_t m = Config::m, n = Config::n;
  const Extra plain, dense{true, true}, dense_any{true, true, false, false, true}, gate{false, false, true},
      rate{false, false, false, true};
  struct Size {
    int64_t m, n, k, batch, splits;
    Extra extra;
  };
  const Size sizes[] = {{m + 1, n - 1, 77, 1, 1, dense}, {m - 1, n + 4, 130, 1, 2, rate}, {5, 4, 3, 1, 1, gate},
                        {1, 1, 1, 1, 1, plain},          {m - 2, n, 20, 1, 1, dense_any}, {m, n, 64, 2, 1, plain},
                        {m / 2, n, 129, 3, 2, plain},    {m, n / 2 + 4, 64, 1, 3, dense}};
  bool right = true;
  for (const Size& size : sizes) {
    const auto test = [&](char a, char b, bool aligned) {
      return Case<float>(a, b, size.m, size.n, size.k, size.batch, aligned, size.extra);
    };
    using enum Read;
    right &= run_simt<Config, depth, vectors>(test('N', 'N', true), size.splits);
    right &= run_simt<Config, depth, rows>(test('N', 'N', false), size.splits);
    right &= run_simt<Config, depth, depth>(test('N', 'T', false), size.splits);
    right &= run_simt<Config, vectors, vectors>(test('T', 'N', true), size.splits);
    right &= run_simt<Config, rows, rows>(test('T', 'N', false), size.splits);
    right &= run_simt<Config, vectors, depth>(test('T', 'T', true), size.splits);
  }
  char sentence[200];
  std::snprintf(sentence, sizeof sentence, "the %s kernel computes every layout and epilogue", name);
  test::check(right, sentence);
}

void check_generic() {
  bool right = true;
  const Extra extras[] = {{}, {true, true}, {false, false, true}, {false, false, false, true}};
  for (const char* layout : {"NN", "NT", "TN", "TT"}) {
    for (const Extra& extra : extras) {
      for (const auto& [m, n, k] : {std::tuple{1, 1, 1}, {65, 63, 17}, {3, 130, 16}, {64, 64, 33}, {5, 6, 0}}) {
        Case<float> single(layout[0], layout[1], m, n, k, 1, false, extra);
        Case<double> twice(layout[0], layout[1], m, n, k, 1, false, extra);
        right &= run_generic(single) && run_generic(twice);
      }
    }
    Case<float> batch(layout[0], layout[1], 20, 30, 40, 3, false, {});
    right &= run_generic(batch);
  }
  test::check(right, "the generic kernel has the bits of the FMA chain, float and double");
}

// What the tensor memory accelerator writes for a box of 64 lines of 64 elements with the 128-byte swizzle, and what a
// matrix descriptor reads: both as the PTX manual describes them.
uint32_t swizzled(uint32_t address) { return address ^ (address >> 7 & 7) << 4; }

void write_box(std::vector<int>& memory, uint32_t to, const std::function<int(int line, int element)>& value) {
  for (int line = 0; line < 64; ++line)
    for (int element = 0; element < 64; ++element)
      memory[swizzled(to + line * 128 + element * 2) / 2] = value(line, element);
}

int read_operand(const std::vector<int>& memory, uint64_t descriptor, bool along_rows, int row, int k) {
  const auto field = [&](int shift) { return static_cast<uint32_t>(descriptor >> shift & 0x3FFF) << 4; };
  const uint32_t start = field(0), leading = field(16), stride = field(32);
  const uint32_t at = along_rows ? row % 64 * 2 + row / 64 * leading + k % 8 * 128 + k / 8 * stride
                                 : row % 8 * 128 + row / 8 * stride + k * 2;
  return memory[swizzled(start + at) / 2];
}

template <class Tile>
void check_hopper_tile(const char* name) {
  test::check(Tile::dynamic_bytes + 1024 <= 227 * 1024, "the ring fits into shared memory");
  const auto value = [](int operand, int plane, int row, int k) {
    return ((operand * 3 + plane) * 256 + row) * 64 + k;
  };
  for (const bool along_rows : {false, true}) {
    const uint32_t ring = 3 * 1024;
    std::vector<int> memory((ring + Tile::stages * Tile::stage_bytes) / 2, -1);
    const uint32_t stage = ring + (Tile::stages - 1) * Tile::stage_bytes;
    for (int plane = 0; plane < Tile::planes; ++plane) {
      for (int operand = 0; operand < 2; ++operand) {
        for (int chunk = 0; chunk < (operand ? Tile::b_chunks : Tile::a_chunks); ++chunk) {
          const uint32_t to = stage + (operand ? Tile::b_offset(plane, chunk) : Tile::a_offset(plane, chunk));
          write_box(memory, to, [&](int line, int element) {
            const int row = chunk * 64 + (along_rows ? element : line), k = along_rows ? line : element;
            return value(operand, plane, row, k);
          });
        }
      }
    }
    bool right = true;
    for (uint32_t at = stage / 2; at < memory.size(); ++at) right &= memory[at] >= 0;
    const OperandLayout layout = operand_layout(along_rows);
    for (int plane = 0; plane < Tile::planes; ++plane) {
      for (int slice = 0; slice < 4; ++slice) {
        for (int k = 0; k < 16; ++k) {
          for (int group = 0; group < 2; ++group) {
            const uint64_t a =
                matrix_descriptor(stage + Tile::a_offset(plane, group), layout) + (slice * layout.advance >> 4);
            for (int row = 0; row < 64; ++row) {
              right &= read_operand(memory, a, along_rows, row, k) == value(0, plane, group * 64 + row, slice * 16 + k);
            }
          }
          const uint64_t b =
              matrix_descriptor(stage + Tile::b_offset(plane, 0), layout) + (slice * layout.advance >> 4);
          for (int row = 0; row < Tile::n; ++row) {
            right &= read_operand(memory, b, along_rows, row, k) == value(1, plane, row, slice * 16 + k);
          }
        }
      }
    }
    char sentence[200];
    std::snprintf(sentence, sizeof sentence, "the descriptors of the %s tile read what the boxes wrote, %s", name,
                  along_rows ? "along rows" : "along k");
    test::check(right, sentence);
  }
}

// Two groups of four warps put their registers where they belong; element (i, j) of the tile is in the register that
// the PTX manual's picture of the result of wgmma shows.
template <int columns>
void check_hopper_store(const char* name) {
  bool right = true;
  const Extra plain, dense{true, true}, gate{false, false, true}, rate{false, false, false, true};
  const Extra any{true, true, false, false, true};
  struct Size {
    int64_t m, n;
    bool aligned;
  };
  for (const Size& size : {Size{128, columns, true}, Size{128, columns, false}, Size{77, columns - 3, false},
                           Size{128, columns - 2, true}, Size{130, columns + 6, true}, Size{1, 1, false}}) {
    for (const Extra& extra : {plain, dense, gate, rate, any}) {
      Case<float> test('N', 'N', size.m, size.n, 9, 1, false, extra);
      std::vector<float> out = test.start();
      BatchedGemm<float> g = test.gemm;
      g.c = out.data();
      const float alpha = alpha_of(g);
      for (int64_t row0 = 0; row0 < size.m; row0 += 128) {
        for (int64_t col0 = 0; col0 < size.n; col0 += columns) {
          emulation::run_block(0, 256, [&] {
            const int64_t group0 = row0 + threadIdx.x / 128 * 64;
            const int lane = threadIdx.x % 32, warp = threadIdx.x % 128 / 32;
            float sums[columns / 2];
            for (int r = 0; r < columns / 2; ++r) {
              const int64_t i = group0 + warp * 16 + lane / 4 + r / 2 % 2 * 8,
                            j = col0 + r / 4 * 8 + lane % 4 * 2 + r % 2;
              sums[r] = 0;
              for (int64_t p = 0; p < test.k && i < test.m && j < test.n; ++p) {
                sums[r] = std::fma(test.a[i * test.k + p], test.b[p * test.n + j], sums[r]);
              }
            }
            with_last(g.last, [&]<Last last>() { store_warpgroup<last>(g, sums, group0, col0, alpha, size.aligned); });
          });
        }
      }
      right &= test.right(out, 0);
    }
  }
  char sentence[100];
  std::snprintf(sentence, sizeof sentence, "the sums of a tile of %s columns come to their places", name);
  test::check(right, sentence);
}

void check_planes() {
  bool exact = true, close = true;
  for (int i = 0; i < 1000000; ++i) {
    const float x = static_cast<float>(std::ldexp(random_value(), static_cast<int>(i % 160) - 80));
    uint16_t one[1]{}, two[2]{}, three[3]{};
    exact &= split_into_planes<3>(x, three) && split_into_planes<2>(x, two) && split_into_planes<1>(x, one);
    exact &= double(from_bfloat16(three[0])) + from_bfloat16(three[1]) + from_bfloat16(three[2]) == x;
    close &= std::fabs(double(from_bfloat16(two[0])) + from_bfloat16(two[1]) - x) <= std::ldexp(std::fabs(x), -17);
    close &= std::fabs(from_bfloat16(one[0]) - x) <= std::ldexp(std::fabs(x), -8);
  }
  test::check(exact, "three planes hold a float32 exactly");
  test::check(close, "one plane and two are as near as their bits allow");
  uint16_t planes[3];
  const float greatest = std::numeric_limits<float>::max();
  test::check(split_into_planes<3>(greatest, planes) &&
                  double(from_bfloat16(planes[0])) + from_bfloat16(planes[1]) + from_bfloat16(planes[2]) == greatest,
              "the greatest float does not round to infinity");
  test::check(!split_into_planes<3>(INFINITY, planes) && from_bfloat16(planes[0]) == INFINITY && planes[1] == 0,
              "infinity is reported");
  test::check(!split_into_planes<3>(NAN, planes) && std::isnan(from_bfloat16(planes[0])), "NaN is reported");
  for (const int products : {1, 3, 6}) {
    bool used[3][3] = {};
    for (int i = 0; i < products; ++i) used[plane_pair(products, i).a][plane_pair(products, i).b] = true;
    bool right = true;
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) right &= used[a][b] == (a + b < planes_of(products));
    test::check(right, "the products of planes are those that count, each once");
  }
}

void check_choice() {
  const auto problem = [](int64_t m, int64_t n, int64_t k) {
    return GemmProblem{m, n, k, 1, false, true, 90, 132, MatmulPrecision::highest};
  };
  bool sound = true;
  for (int64_t m : {1, 10, 32, 300, 784, 4096, 100000}) {
    for (int64_t n : {1, 10, 100, 1000, 8192}) {
      for (int64_t k : {1, 16, 100, 784, 8192, 1000000}) {
        for (int processors : {1, 20, 132}) {
          GemmProblem p = problem(m, n, k);
          p.processors = processors;
          const GemmPlan plan = choose_gemm(p);
          if (plan.tier != GemmTier::simt) continue;
          sound &= plan.tile >= 0 && plan.tile < simt_tile_count && plan.splits >= 1;
          sound &= plan.slice % simt_tiles[plan.tile].depth == 0;
          sound &= plan.slice * plan.splits >= k && plan.slice * (plan.splits - 1) < k;
        }
      }
    }
  }
  test::check(sound, "every plan covers k with slices none of which is empty");
  const auto tile = [&](int64_t m, int64_t n, int64_t k) { return simt_tiles[choose_gemm(problem(m, n, k)).tile]; };
  test::check(tile(32, 300, 784).m <= 32, "a batch of 32 has small tiles");
  test::check(tile(1, 4096, 4096).m == 4 && tile(4096, 1, 4096).n == 4, "a product with a vector wastes few rows");
  test::check(tile(8192, 10, 100).n <= 16, "a narrow product has narrow tiles");
  test::check(choose_gemm(problem(64, 64, 1000000)).splits > 8, "a long sum is cut into slices");
  GemmProblem large = problem(4096, 4096, 4096);
  test::check(choose_gemm(large).tier == GemmTier::hopper && choose_gemm(large).products == 6,
              "a large product in full precision takes six products of planes");
  large.capability = 80;
  test::check(choose_gemm(large).tier == GemmTier::simt && simt_tiles[choose_gemm(large).tile].m == 128,
              "where there are no such tensor cores it has large tiles");
  large.capability = 90, large.matrices = false;
  test::check(choose_gemm(large).tier == GemmTier::simt, "and so it does when they cannot read its operands");
  GemmProblem twice = problem(100, 100, 100);
  twice.float64 = true;
  test::check(choose_gemm(twice).tier == GemmTier::generic, "float64 is for the generic kernel");
  test::check(choose_gemm(problem(64, 64, 0)).tier == GemmTier::generic, "an empty sum is for the generic kernel");
  const GemmPlan forced = choose_gemm(problem(500, 500, 500), parse_gemm_force("simt,32x32,3"));
  test::check(forced.tile == 2 && forced.splits == 3, "a tile and a number of slices can be forced");
  test::check(choose_gemm(problem(500, 500, 500), parse_gemm_force("generic")).tier == GemmTier::generic,
              "the generic kernel can be forced");
  GemmProblem half = problem(4096, 4096, 4096);
  half.precision = MatmulPrecision::medium;
  test::check(choose_gemm(half).tier == GemmTier::hopper && choose_gemm(half).products == 1,
              "medium is for the tensor cores");
  const GemmPlan six = choose_gemm(problem(300, 300, 300), parse_gemm_force("hopper"));
  test::check(six.tier == GemmTier::hopper && six.products == 6, "highest on the tensor cores takes six products");
  test::check(!parse_gemm_force("simtx").any && !parse_gemm_force(nullptr).any, "another word forces nothing");
}

}  // namespace

int main() {
  check_generic();
  check_simt<SimtConfig<128, 128, 16, 8, 8, 4, 1, 2, 2>>("128x128");
  check_simt<SimtConfig<64, 64, 16, 8, 4, 4, 1, 4, 5>>("64x64");
  check_simt<SimtConfig<32, 32, 32, 4, 4, 4, 4, 4, 3>>("32x32");
  check_simt<SimtConfig<16, 64, 32, 4, 4, 4, 4, 4, 3>>("16x64");
  check_simt<SimtConfig<64, 16, 32, 4, 4, 8, 4, 4, 3>>("64x16");
  check_simt<SimtConfig<16, 16, 64, 2, 4, 8, 8, 4, 3>>("16x16");
  check_simt<SimtConfig<4, 128, 16, 1, 4, 4, 2, 4, 3>>("4x128");
  check_simt<SimtConfig<128, 4, 16, 4, 1, 8, 2, 4, 3>>("128x4");
  check_hopper_tile<HopperTile<128, 1>>("128x128, one product");
  check_hopper_tile<HopperTile<256, 1>>("128x256, one product");
  check_hopper_tile<HopperTile<128, 3>>("128x128, three products");
  check_hopper_tile<HopperTile<128, 6>>("128x128, six products");
  check_hopper_store<128>("128");
  check_hopper_store<256>("256");
  check_planes();
  check_choice();
  return test::finish("gemm_emulated_test");
}

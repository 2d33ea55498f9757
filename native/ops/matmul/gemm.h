// c[m,n] = gate(act(alpha * sum_k a[m,k] b[k,n] + beta * c + bias[n])): the matrix product under matmul, dense and
// their gradients, for float and double.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hebb {

enum class Activation : int32_t { none, relu };

// Every element is one FMA chain r = fma(a[i,p], b[p,j], r), p = 0..k-1 from r = 0, on every instruction set, path and
// number of threads. Then, each step rounded once:
//   v = alpha * r, or fma(alpha, r, beta * c) when beta != 0 (c is not read when beta == 0);
//   v = v + bias[j];  v = act(v);  v = gate[i,j] > 0 ? v : 0 (gate: the output of the relu whose gradient this is).
template <class T>
struct Gemm {
  int64_t m, n, k;
  const T* a;  // element strides: any of the layouts NN, NT, TN, TT, and general ones
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row, b_col;
  T* c;  // row-major, unit column stride; overlaps neither a nor b
  int64_t c_row;
  T alpha = 1, beta = 0;
  const T* bias = nullptr;  // [n]
  Activation activation = Activation::none;
  const T* gate = nullptr;  // [m,n], unit column stride
  int64_t gate_row = 0;
  bool alone = false;  // for up to three rows: the calling thread wrote b just now, it lies in its cache
};

namespace scalar {
void gemm(const Gemm<float>&);
void gemm(const Gemm<double>&);
}  // namespace scalar
namespace avx2 {
void gemm(const Gemm<float>&);
void gemm(const Gemm<double>&);
}  // namespace avx2
namespace avx512 {
void gemm(const Gemm<float>&);
void gemm(const Gemm<double>&);
}  // namespace avx512
namespace neon {
void gemm(const Gemm<float>&);
void gemm(const Gemm<double>&);
}  // namespace neon

// The calling thread's packing memory, 64-byte aligned, grown and kept: one piece per use, valid until the same use
// asks again on this thread. Throws std::bad_alloc.
enum class Scratch { a, b, chain, panel, count };
void* gemm_scratch(Scratch use, size_t bytes);

// A number that no other product has, never 0.
uint64_t next_product();

}  // namespace hebb

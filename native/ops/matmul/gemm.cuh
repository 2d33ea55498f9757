// The one matrix product of the CUDA device: the Gemm of gemm.h on device pointers, for a batch, queued on stream().
// gemm_generic.cu holds the kernel that takes everything, gemm_simt.cu the fast one of float32, gemm_hopper.cu the one
// on the tensor cores; choose.h decides.
#pragma once

#include "choose.h"
#include "gemm.h"

namespace hebb::cuda {

// Where the matrices of a batch begin, in elements from those of the first: a broadcast dimension has stride 0.
struct Batch {
  static constexpr int max_rank = 6;
  int64_t count = 1;
  int rank = 0;  // of the lists, innermost first
  int64_t dims[max_rank], a[max_rank], b[max_rank];
};

// What is done with a finished sum: the cases that layers need, which have code of their own, and any other. A kernel
// that went through all the questions for every element would spend its time fetching instructions.
enum class Last : int32_t { sum, bias, gate, update, any };

// alpha is -*rate when there is a rate (on the device). Product i of the batch is c + i * m * n; more than one has
// c_row = n and neither bias nor gate.
template <class T>
struct BatchedGemm : Gemm<T> {
  const T* rate = nullptr;
  Batch batch;
  Last last = Last::any;
};

template <class T>
Last last_of(const BatchedGemm<T>& g) {
  const bool plain = g.alpha == T(1) && g.beta == T(0) && !g.rate;
  if (g.rate && g.beta == T(1) && !g.bias && !g.gate && g.activation == Activation::none) return Last::update;
  if (plain && g.bias && !g.gate) return Last::bias;
  if (plain && g.gate && !g.bias && g.activation == Activation::none) return Last::gate;
  if (plain && !g.bias && !g.gate && g.activation == Activation::none) return Last::sum;
  return Last::any;
}

void gemm(const BatchedGemm<float>& g);
void gemm(const BatchedGemm<double>& g);

// How a kernel of gemm_simt.cu cuts the work: tiles of C, and slices of k whose sums are added up by a second kernel.
struct Cut {
  unsigned tiles_m, tiles_n;
  unsigned splits;
  int64_t slice;                // of k; the last one has what is left
  float* partial = nullptr;     // [batch, splits, m, n] when splits > 1
  const int* needed = nullptr;  // if given, a flag on the device: while it is not set, nothing is done
};

void gemm_generic(const BatchedGemm<float>& g);
void gemm_generic(const BatchedGemm<double>& g);
void gemm_simt(const BatchedGemm<float>& g, const GemmPlan& plan);
// The same, but only if the flag on the device is set.
void gemm_simt_if(const BatchedGemm<float>& g, const int* flag);
void gemm_hopper(const BatchedGemm<float>& g, const GemmPlan& plan);

// What choose.h asks of a product.
GemmProblem problem_of(const BatchedGemm<float>& g);

}  // namespace hebb::cuda

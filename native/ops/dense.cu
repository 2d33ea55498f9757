// out = activation(a b + bias), a b gated, or out - rate a b: one product whose last step does the rest.
#include "dense.h"

#include "../cuda/context.h"
#include "matmul/launch.cuh"

namespace hebb::cuda {

namespace {

template <class T>
void run(const Launch& call) {
  const Tensor& third = call.in[2];
  const DenseAttributes attributes = call.get<DenseAttributes>();
  BatchedGemm<T> product = gemm_of<T>(call);
  switch (attributes.extra) {
    case DenseAttributes::bias:
      product.bias = third.data<T>();
      product.activation = attributes.activation;
      break;
    case DenseAttributes::gate:
      product.gate = third.data<T>();
      product.gate_row = third.strides()[0];
      break;
    case DenseAttributes::rate:
      product.rate = third.data<T>();
      product.beta = 1;
      break;
  }
  gemm(product);
}

}  // namespace

void dense_kernel(const Launch& call) {
  if (call.out[0].size() == 0) return;
  if (call.out[0].dtype() == Dtype::float32) return run<float>(call);
  run<double>(call);
}

}  // namespace hebb::cuda

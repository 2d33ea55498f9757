// out = activation(a b + bias), a b gated, or out - rate a b: one GEMM with an epilogue.

template <class T>
void dense_map(const Launch& call) {
  const Tensor &a = call.in[0], &b = call.in[1], &third = call.in[2], &out = call.out[0];
  const DenseAttributes attributes = call.get<DenseAttributes>();
  Gemm<T> product = gemm_of<T>(a, b, out, 0, 0, 0);
  product.alone = attributes.alone;
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
      product.alpha = -*third.data<T>();
      product.beta = 1;
      break;
  }
  gemm(product);
}

void dense_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return dense_map<float>(call);
  dense_map<double>(call);
}

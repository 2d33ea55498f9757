// out[batch..., m, n] = sum over k of a[batch..., m, k] * b[batch..., k, n], one FMA chain per element in order of k.

// The product of the last two dimensions of a and b, at the given element offsets.
template <class T>
Gemm<T> gemm_of(const Tensor& a, const Tensor& b, const Tensor& out, int64_t a_offset, int64_t b_offset,
                int64_t out_offset) {
  Gemm<T> product{};
  product.m = out.dim(-2);
  product.n = out.dim(-1);
  product.k = a.dim(-1);
  product.a = a.data<T>() + a_offset;
  product.a_row = a.strides()[a.rank() - 2];
  product.a_col = a.strides()[a.rank() - 1];
  product.b = b.data<T>() + b_offset;
  product.b_row = b.strides()[b.rank() - 2];
  product.b_col = b.strides()[b.rank() - 1];
  product.c = out.data<T>() + out_offset;
  product.c_row = out.strides()[out.rank() - 2];
  return product;
}

template <class T>
void matmul_map(const Launch& call) {
  const Tensor &a = call.in[0], &b = call.in[1], &out = call.out[0];
  const int rank = out.rank();
  const int64_t matrix = out.dim(-2) * out.dim(-1), batch = matrix ? out.size() / matrix : 0;
  for (int64_t index = 0; index < batch; ++index) {
    int64_t rest = index, a_offset = 0, b_offset = 0;
    for (int axis = rank - 3; axis >= 0; --axis) {
      const int64_t i = rest % out.dim(axis);
      rest /= out.dim(axis);
      const int a_axis = axis - (rank - a.rank()), b_axis = axis - (rank - b.rank());
      if (a_axis >= 0 && a.dim(a_axis) > 1) a_offset += i * a.strides()[a_axis];
      if (b_axis >= 0 && b.dim(b_axis) > 1) b_offset += i * b.strides()[b_axis];
    }
    gemm(gemm_of<T>(a, b, out, a_offset, b_offset, index * matrix));
  }
}

void matmul_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return matmul_map<float>(call);
  matmul_map<double>(call);
}

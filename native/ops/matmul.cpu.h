// out[batch..., m, n] = sum over k of a[batch..., m, k] * b[batch..., k, n], one FMA chain per element in order of k.

template <class T>
void matmul_map(const Launch& call) {
  const Tensor &a = call.in[0], &b = call.in[1], &out = call.out[0];
  const int rank = out.rank();
  const int64_t m = out.dim(-2), n = out.dim(-1), k = a.dim(-1);
  const int64_t matrix = m * n, batch = matrix ? out.size() / matrix : 0;
  for (int64_t index = 0; index < batch; ++index) {
    int64_t rest = index, a_offset = 0, b_offset = 0;
    for (int axis = rank - 3; axis >= 0; --axis) {
      const int64_t i = rest % out.dim(axis);
      rest /= out.dim(axis);
      const int a_axis = axis - (rank - a.rank()), b_axis = axis - (rank - b.rank());
      if (a_axis >= 0 && a.dim(a_axis) > 1) a_offset += i * a.strides()[a_axis];
      if (b_axis >= 0 && b.dim(b_axis) > 1) b_offset += i * b.strides()[b_axis];
    }
    Gemm<T> gemm_call{};
    gemm_call.m = m;
    gemm_call.n = n;
    gemm_call.k = k;
    gemm_call.a = a.data<T>() + a_offset;
    gemm_call.a_row = a.strides()[a.rank() - 2];
    gemm_call.a_col = a.strides()[a.rank() - 1];
    gemm_call.b = b.data<T>() + b_offset;
    gemm_call.b_row = b.strides()[b.rank() - 2];
    gemm_call.b_col = b.strides()[b.rank() - 1];
    gemm_call.c = out.data<T>() + index * matrix;
    gemm_call.c_row = n;
    gemm(gemm_call);
  }
}

void matmul_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return matmul_map<float>(call);
  matmul_map<double>(call);
}

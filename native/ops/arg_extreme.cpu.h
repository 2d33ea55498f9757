// out[row] = position of the extreme element of each contiguous row: first the extreme, then where it stands.

template <class F, class T>
int32_t position_in_row(const T* x, int64_t n) {
  const T extreme = fold_run<F>(x, n);
  for (int64_t i = 0; i < n; ++i) {
    if (x[i] == extreme || x[i] != x[i]) return static_cast<int32_t>(i);
  }
  return 0;
}

template <class F, class T>
void arg_extreme_map(const Launch& call) {
  const Tensor& x = call.in[0];
  const int64_t n = x.dim(-1);
  const T* const source = x.data<T>();
  int32_t* const target = call.out[0].data<int32_t>();
  for_each_row(call.out[0].size(), n, [&](int64_t row) { target[row] = position_in_row<F>(source + row * n, n); });
}

template <class F>
void arg_extreme(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return arg_extreme_map<F, float>(call);
  if (call.in[0].dtype() == Dtype::float64) return arg_extreme_map<F, double>(call);
  arg_extreme_map<F, int32_t>(call);
}

void argmax_kernel(const Launch& call) { arg_extreme<MaxFold>(call); }
void argmin_kernel(const Launch& call) { arg_extreme<MinFold>(call); }

// Loss and slope of the cross entropies in one pass over contiguous rows of logits.

template <class T>
void softmax_cross_entropy_map(const Launch& call) {
  const Tensor& z = call.in[0];
  const int64_t rows = z.dim(0), n = z.dim(1);
  const T* const logits = z.data<T>();
  const int32_t* const labels = call.in[1].data<int32_t>();
  T *const loss = call.out[0].data<T>(), *const slope = call.out[1].data<T>();
  for (int64_t i = 0; i < rows; ++i) {
    if (labels[i] < 0 || labels[i] >= n) fail_label(labels[i], n);
  }
  for_each_row(rows, n, [&](int64_t i) {
    using V = Vec<T>;
    T* row = slope + i * n;
    const T largest = fold_run<MaxFold>(logits + i * n, n);
    const T sum = exp_row(logits + i * n, row, n, largest);
    for (int64_t j = 0; j < n; j += V::lanes) {
      const int count = static_cast<int>(n - j < V::lanes ? n - j : V::lanes);
      V::store_n(row + j, V::load_n(row + j, count) / V(sum), count);
    }
    row[labels[i]] -= T(1);
    loss[i] = log_number(sum) + (largest - logits[i * n + labels[i]]);
  });
}

void softmax_cross_entropy_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return softmax_cross_entropy_map<float>(call);
  softmax_cross_entropy_map<double>(call);
}

template <class T>
void softmax_cross_entropy_dense_map(const Launch& call) {
  const Tensor& z = call.in[0];
  const int64_t n = z.dim(-1), rows = n ? z.size() / n : 0;
  const T *const logits = z.data<T>(), *const targets = call.in[1].data<T>();
  T *const loss = call.out[0].data<T>(), *const slope = call.out[1].data<T>();
  for_each_row(rows, n, [&](int64_t i) {
    using V = Vec<T>;
    const T *in = logits + i * n, *target = targets + i * n;
    T* row = slope + i * n;
    const T largest = fold_run<MaxFold>(in, n);
    const T sum = exp_row(in, row, n, largest);
    const V log_sum(log_number(sum)), top(largest), weight(fold_run<SumFold>(target, n) / sum);
    V total(T(0));
    for (int64_t j = 0; j < n; j += V::lanes) {
      const int count = static_cast<int>(n - j < V::lanes ? n - j : V::lanes);
      const V t = V::load_n(target + j, count);
      // A target of 0 takes no part, whatever the logit: 0 * inf would be NaN.
      total = total + select(t == V(T(0)), V(T(0)), t * (log_sum + (top - V::load_n(in + j, count))));
      V::store_n(row + j, V::load_n(row + j, count) * weight - t, count);
    }
    loss[i] = reduce_add(total);
  });
}

void softmax_cross_entropy_dense_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return softmax_cross_entropy_dense_map<float>(call);
  softmax_cross_entropy_dense_map<double>(call);
}

template <class T>
void sigmoid_cross_entropy_map(const Launch& call) {
  const int64_t n = call.in[0].size();
  const T *const logits = call.in[0].data<T>(), *const targets = call.in[1].data<T>();
  T *const loss = call.out[0].data<T>(), *const slope = call.out[1].data<T>();
  using V = Vec<T>;
  for_each_row((n + V::lanes - 1) / V::lanes, V::lanes, [&](int64_t block) {
    const int64_t i = block * V::lanes;
    const int count = static_cast<int>(n - i < V::lanes ? n - i : V::lanes);
    const V z = V::load_n(logits + i, count), t = V::load_n(targets + i, count);
    V::store_n(loss + i, (max(z, V(T(0))) - z * t) + log1p(exp(-abs(z))), count);
    V::store_n(slope + i, sigmoid(z) - t, count);
  });
}

void sigmoid_cross_entropy_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return sigmoid_cross_entropy_map<float>(call);
  sigmoid_cross_entropy_map<double>(call);
}

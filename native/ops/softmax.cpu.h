// y = exp(x - max(x)) / sum(exp(x - max(x))) and its logarithm, over contiguous rows. Subtracting the row's largest
// element keeps exp from overflowing.

// One row's largest element and, in `out`, exp(x - largest); answers the sum of these.
template <class T>
inline T exp_row(const T* x, T* out, int64_t n, T largest) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  V sum(T(0));
  for (int64_t i = 0; i < n; i += lanes) {
    const int count = static_cast<int>(n - i < lanes ? n - i : lanes);
    V e = exp(V::load_n(x + i, count) - V(largest));
    if (count < lanes) e = select(iota<T>() < V(static_cast<T>(count)), e, V(T(0)));
    V::store_n(out + i, e, count);
    sum = sum + e;
  }
  return reduce_add(sum);
}

template <class T>
inline T log_number(T x) {
  return first(log(Vec<T>(x)));
}

// Calls row(i) for every row, in parallel when there is enough to do.
template <class Row>
inline void for_each_row(int64_t rows, int64_t width, const Row& row) {
  if (rows * width <= 2 * parallel_grain) {
    for (int64_t i = 0; i < rows; ++i) row(i);
    return;
  }
  const int64_t per_chunk = width >= parallel_grain ? 1 : parallel_grain / (width ? width : 1);
  parallel((rows + per_chunk - 1) / per_chunk, [&](int64_t chunk) {
    const int64_t end = (chunk + 1) * per_chunk < rows ? (chunk + 1) * per_chunk : rows;
    for (int64_t i = chunk * per_chunk; i < end; ++i) row(i);
  });
}

template <class T, bool logarithm>
void softmax_map(const Launch& call) {
  const Tensor& x = call.in[0];
  const int64_t n = x.dim(-1), rows = n ? x.size() / n : 0;
  const T* const source = x.data<T>();
  T* const target = call.out[0].data<T>();
  for_each_row(rows, n, [&](int64_t i) {
    using V = Vec<T>;
    const T* in = source + i * n;
    T* out = target + i * n;
    const T largest = fold_run<MaxFold>(in, n);
    const T sum = exp_row(in, out, n, largest);
    const V top(largest), shift(logarithm ? log_number(sum) : T(0)), total(sum);
    for (int64_t j = 0; j < n; j += V::lanes) {
      const int count = static_cast<int>(n - j < V::lanes ? n - j : V::lanes);
      V::store_n(out + j, logarithm ? V::load_n(in + j, count) - top - shift : V::load_n(out + j, count) / total,
                 count);
    }
  });
}

void softmax_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return softmax_map<float, false>(call);
  softmax_map<double, false>(call);
}

void log_softmax_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return softmax_map<float, true>(call);
  softmax_map<double, true>(call);
}

// y = max(x - tau, 0) with sum(y) = 1 (Martins and Astudillo 2016). tau by Newton's method on the convex, piecewise
// linear sum(max(x - tau, 0)) - 1: tau = (sum of the elements above it - 1) / their number, from below, until the
// number stays the same; each round drops at least one element (Michelot 1986). Elements are taken relative to the
// row's largest, so those above tau lie within 1 of it. Backward needs y.

template <class T>
void sparsemax_map(const Launch& call) {
  using V = Vec<T>;
  const Tensor& x = call.in[0];
  const int64_t n = x.dim(-1), rows = n ? x.size() / n : 0;
  const T* const source = x.data<T>();
  T* const target = call.out[0].data<T>();
  for_each_row(rows, n, [&](int64_t row) {
    const T* const in = source + row * n;
    T* const out = target + row * n;
    const V top(fold_run<MaxFold>(in, n));
    const auto each = [&](const auto& f) {
      for (int64_t i = 0; i < n; i += V::lanes) {
        const int count = static_cast<int>(n - i < V::lanes ? n - i : V::lanes);
        f(i, count, V::load_n(in + i, count) - top);
      }
    };
    T tau(-1), members(0);
    while (true) {
      V sum(T(0)), above(T(0));
      each([&](int64_t, int count, V value) {
        const auto member = (value > V(tau)) & (iota<T>() < V(static_cast<T>(count)));
        sum = sum + select(member, value, V(T(0)));
        above = above + select(member, V(T(1)), V(T(0)));
      });
      const T total = reduce_add(above);
      if (!(total > 0) || total == members) break;  // none: the row holds a NaN or an infinity, which y shows
      members = total;
      tau = (reduce_add(sum) - T(1)) / members;
    }
    each([&](int64_t i, int count, V value) { V::store_n(out + i, max(value - V(tau), V(T(0))), count); });
  });
}

void sparsemax_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return sparsemax_map<float>(call);
  sparsemax_map<double>(call);
}

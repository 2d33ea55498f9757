// one_hot: out[i, c] = c == indices[i]. The input is contiguous, the output [..., classes] row-major.

void one_hot_kernel(const Launch& call) {
  const int32_t* const indices = call.in[0].data<int32_t>();
  const int64_t count = call.in[0].size(), classes = call.out[0].dim(-1);
  check_indices("oneHot", indices, count, classes);
  dispatch_stored(call.out[0].dtype(), [&](auto type) {
    using T = decltype(type);
    T* const out = call.out[0].data<T>();
    in_ranges(count, classes, parallel_grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        T* const row = out + i * classes;
        for (int64_t c = 0; c < classes; ++c) row[c] = T(0);
        row[indices[i]] = T(1);
      }
    });
  });
}

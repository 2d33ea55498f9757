// cumsum: [outer, n, inner] row-major, out[o, i, :] = out[o, i - 1, :] + x[o, i, :], strictly in order (from the end
// with `reverse`), so that the bits do not depend on how the columns are shared out.

template <class T>
void cumsum_map(const Launch& call) {
  const Tensor& x = call.in[0];
  const bool reverse = call.get<CumsumAttributes>().reverse;
  const int64_t n = x.dim(1), inner = x.dim(2);
  if (x.size() == 0) return;
  constexpr int64_t width = 512;  // neighbouring columns that one chunk walks down together
  const int64_t blocks = (inner + width - 1) / width;
  const T* const source = x.data<T>();
  T* const target = call.out[0].data<T>();
  in_ranges(x.dim(0) * blocks, n * (inner < width ? inner : width), parallel_grain, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      const int64_t first = chunk / blocks * n * inner + chunk % blocks * width;
      const int64_t left = inner - chunk % blocks * width, columns = left < width ? left : width;
      const int64_t step = reverse ? -inner : inner, start = first + (reverse ? (n - 1) * inner : 0);
      if (inner == 1) {  // the sum stays in a register
        T total = source[start];
        target[start] = total;
        for (int64_t i = 1; i < n; ++i) target[start + i * step] = total = total + source[start + i * step];
        continue;
      }
      for (int64_t j = 0; j < columns; ++j) target[start + j] = source[start + j];
      for (int64_t i = 1; i < n; ++i) {
        const T *const from = source + start + i * step, *const before = target + start + (i - 1) * step;
        T* const to = target + start + i * step;
        for (int64_t j = 0; j < columns; ++j) to[j] = before[j] + from[j];
      }
    }
  });
}

void cumsum_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return cumsum_map<float>(call);
  if (call.in[0].dtype() == Dtype::float64) return cumsum_map<double>(call);
  cumsum_map<uint32_t>(call);  // int32 that wraps
}

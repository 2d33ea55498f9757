// argmax, argmin: [outer, n, inner] of any strides -> int32 [outer, inner], the first position of the extreme. Long
// contiguous rows are folded as vectors in pieces, then the first piece that holds the extreme is searched. A NaN is
// the extreme.

template <class F, class T>
inline bool beats(T a, T b) {
  if (b != b) return false;
  if (a != a) return true;
  if constexpr (__is_same(F, MaxFold)) return a > b;
  return a < b;
}

template <class F, class T>
int32_t first_extreme(const T* x, int64_t n, int64_t step) {
  constexpr int64_t piece = 128;
  if (step == 1 && n >= piece) {
    T extreme = fold_run<F>(x, piece);
    int64_t first = 0;
    for (int64_t i = piece; i < n; i += piece) {
      const T other = fold_run<F>(x + i, n - i < piece ? n - i : piece);
      if (beats<F>(other, extreme)) {
        extreme = other;
        first = i;
      }
    }
    while (x[first] != extreme && x[first] == x[first]) ++first;
    return static_cast<int32_t>(first);
  }
  int64_t best = 0;
  for (int64_t i = 1; i < n; ++i) {
    if (beats<F>(x[i * step], x[best * step])) best = i;
  }
  return static_cast<int32_t>(best);
}

template <class F, class T>
void arg_map(const Launch& call) {
  const Tensor& x = call.in[0];
  const T* const source = x.data<T>();
  int32_t* const target = call.out[0].data<int32_t>();
  const int64_t n = x.dim(1), inner = x.dim(2);
  const int64_t outer_step = x.strides()[0], step = x.strides()[1], inner_step = x.strides()[2];
  in_ranges(x.dim(0) * inner, n, parallel_grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      target[i] = first_extreme<F>(source + i / inner * outer_step + i % inner * inner_step, n, step);
    }
  });
}

template <class F>
void arg_by_dtype(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return arg_map<F, float>(call);
  if (call.in[0].dtype() == Dtype::float64) return arg_map<F, double>(call);
  arg_map<F, int32_t>(call);
}

void argmax_kernel(const Launch& call) { arg_by_dtype<MaxFold>(call); }
void argmin_kernel(const Launch& call) { arg_by_dtype<MinFold>(call); }

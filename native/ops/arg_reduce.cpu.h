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

// The extreme of at least one vector of elements, a NaN if there is one. The last vector may overlap the one before;
// and what is loaded is the left operand of the fold, whose test for NaN then waits for no other.
template <class F, class T>
inline T extreme_of(const T* x, int64_t n) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  const V start = V::load(x);
  V best[4] = {start, start, start, start};
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    for (int j = 0; j < 4; ++j) {
      __builtin_prefetch(x + i + j * lanes + distance_ahead / sizeof(T), 0, 3);
      best[j] = F::fold(V::load(x + i + j * lanes), best[j]);
    }
  }
  for (int j = 0; i < n; ++j, i += lanes) best[j] = F::fold(V::load(x + (i + lanes <= n ? i : n - lanes)), best[j]);
  return F::lanes(F::fold(F::fold(best[0], best[1]), F::fold(best[2], best[3])));
}

// The first position of `wanted`, which is among at least one vector of elements, or of the first NaN if that is one.
template <class T>
inline int64_t position_of(T wanted, const T* x, int64_t n) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  const V value(wanted);
  const bool nan = wanted != wanted;
  const auto found = [&](int64_t i) {
    const V here = V::load(x + i);
    return nan ? here != here : here == value;
  };
  int64_t i = 0;
  while (i + lanes < n && !any(found(i))) i += lanes;
  if (i + lanes > n) i = n - lanes;
  return i + static_cast<int64_t>(reduce_min(select(found(i), iota<T>(), V(static_cast<T>(lanes)))));
}

template <class F, class T>
int32_t first_extreme(const T* x, int64_t n, int64_t step) {
  constexpr int64_t piece = 1024, shortest = 64;
  if (step == 1 && n >= shortest) {
    T extreme = extreme_of<F>(x, n < piece ? n : piece);
    int64_t first = 0;
    for (int64_t i = piece; i < n; i += piece) {
      const int64_t begin = n - i < shortest ? n - shortest : i;
      const T other = extreme_of<F>(x + begin, n - begin < piece ? n - begin : piece);
      if (beats<F>(other, extreme)) {
        extreme = other;
        first = begin;
      }
    }
    return static_cast<int32_t>(first + position_of(extreme, x + first, n - first));
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

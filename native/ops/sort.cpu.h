// argsort: rows [rows, n] -> positions in order; runs of 16 by insertion, then merged pairwise between the result and a
// scratch row. topk: the k first positions, kept in a short ordered list. Both stable, NaN above every number.

// Whether a stands strictly before b.
template <bool descending, class T>
inline bool precedes(T a, T b) {
  if constexpr (descending) return precedes<false>(b, a);
  return a < b || (b != b && a == a);
}

template <bool descending, class T>
void merge_sort(const T* x, int32_t* order, int32_t* scratch, int64_t n) {
  constexpr int64_t run = 16;
  for (int64_t begin = 0; begin < n; begin += run) {
    const int64_t end = begin + run < n ? begin + run : n;
    for (int64_t i = begin; i < end; ++i) {
      int64_t j = i;
      for (; j > begin && precedes<descending>(x[i], x[order[j - 1]]); --j) order[j] = order[j - 1];
      order[j] = static_cast<int32_t>(i);
    }
  }
  int32_t *from = order, *to = scratch;
  for (int64_t width = run; width < n; width *= 2) {
    for (int64_t begin = 0; begin < n; begin += 2 * width) {
      const int64_t middle = begin + width < n ? begin + width : n;
      const int64_t end = begin + 2 * width < n ? begin + 2 * width : n;
      int64_t left = begin, right = middle;
      for (int64_t i = begin; i < end; ++i) {
        const bool take_right = left == middle || (right < end && precedes<descending>(x[from[right]], x[from[left]]));
        to[i] = take_right ? from[right++] : from[left++];
      }
    }
    int32_t* const sorted = to;
    to = from;
    from = sorted;
  }
  if (from != order) __builtin_memcpy(order, from, static_cast<size_t>(n) * sizeof *order);
}

template <bool descending, class T>
void argsort_rows(const Launch& call) {
  const int64_t n = call.in[0].dim(1);
  in_ranges(call.in[0].dim(0), n * 16, parallel_grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      merge_sort<descending>(call.in[0].data<T>() + row * n, call.out[0].data<int32_t>() + row * n,
                             call.out[1].data<int32_t>() + row * n, n);
    }
  });
}

template <bool descending, class T>
void topk_rows(const Launch& call) {
  const int64_t n = call.in[0].dim(1), k = call.out[0].dim(1);
  if (k == 0) return;
  in_ranges(call.in[0].dim(0), n, parallel_grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* const x = call.in[0].data<T>() + row * n;
      int32_t* const best = call.out[0].data<int32_t>() + row * k;
      for (int64_t i = 0, kept = 0; i < n; ++i) {
        if (kept == k && !precedes<descending>(x[i], x[best[k - 1]])) continue;
        int64_t j = kept < k ? kept++ : k - 1;
        for (; j > 0 && precedes<descending>(x[i], x[best[j - 1]]); --j) best[j] = best[j - 1];
        best[j] = static_cast<int32_t>(i);
      }
    }
  });
}

void argsort_kernel(const Launch& call) {
  const bool descending = call.get<SortAttributes>().descending;
  if (call.in[0].dtype() == Dtype::float32) {
    return descending ? argsort_rows<true, float>(call) : argsort_rows<false, float>(call);
  }
  if (call.in[0].dtype() == Dtype::float64) {
    return descending ? argsort_rows<true, double>(call) : argsort_rows<false, double>(call);
  }
  descending ? argsort_rows<true, int32_t>(call) : argsort_rows<false, int32_t>(call);
}

void topk_kernel(const Launch& call) {
  const bool descending = call.get<SortAttributes>().descending;
  if (call.in[0].dtype() == Dtype::float32) {
    return descending ? topk_rows<true, float>(call) : topk_rows<false, float>(call);
  }
  if (call.in[0].dtype() == Dtype::float64) {
    return descending ? topk_rows<true, double>(call) : topk_rows<false, double>(call);
  }
  descending ? topk_rows<true, int32_t>(call) : topk_rows<false, int32_t>(call);
}

// sum, prod, max, min over the trailing dimensions of a view: T is what is computed with, S what is read, bytes as
// int32 or T itself. The order of the operations depends on the layout only:
// a contiguous run is folded into 4 vectors of 16 (8) lanes and these by a fixed tree, in pieces whose size is a
// function of the run's length, joined in order; a column is folded in groups of rows, joined in order.

struct SumFold {
  template <class T>
  static T identity() {
    return T(0);
  }
  template <class V>
  static V fold(V a, V b) {
    return a + b;
  }
  template <class V>
  static auto lanes(V v) {
    return reduce_add(v);
  }
};

template <class V>
inline auto multiply_lanes(V v) {
  using T = decltype(reduce_add(v));
  T lane[V::lanes];
  V::store(lane, v);
  for (int step = V::lanes / 2; step > 0; step /= 2) {
    for (int i = 0; i < step; ++i) lane[i] = lane[i] * lane[i + step];
  }
  return lane[0];
}

struct ProdFold {
  template <class T>
  static T identity() {
    return T(1);
  }
  template <class V>
  static V fold(V a, V b) {
    return a * b;
  }
  template <class V>
  static auto lanes(V v) {
    return multiply_lanes(v);
  }
};

template <class T>
inline T lowest() {
  if constexpr (__is_same(T, int32_t))
    return -2147483647 - 1;
  else
    return static_cast<T>(-__builtin_inf());
}
template <class T>
inline T highest() {
  if constexpr (__is_same(T, int32_t))
    return 2147483647;
  else
    return static_cast<T>(__builtin_inf());
}

struct MaxFold {
  template <class T>
  static T identity() {
    return lowest<T>();
  }
  template <class V>
  static V fold(V a, V b) {
    return max(a, b);
  }
  template <class V>
  static auto lanes(V v) {
    return reduce_max(v);
  }
};

struct MinFold {
  template <class T>
  static T identity() {
    return highest<T>();
  }
  template <class V>
  static V fold(V a, V b) {
    return min(a, b);
  }
  template <class V>
  static auto lanes(V v) {
    return reduce_min(v);
  }
};

// Folds two plain numbers in the way of vectors, so that NaN and rounding agree.
template <class F, class T>
inline T fold_numbers(T a, T b) {
  return F::lanes(select(iota<T>() < Vec<T>(T(1)), F::fold(Vec<T>(a), Vec<T>(b)), Vec<T>(F::template identity<T>())));
}

template <class T>
HEBB_INLINE Vec<T> load_as(const T* x) {
  return Vec<T>::load(x);
}
template <class T>
HEBB_INLINE Vec<T> load_as(const uint8_t* x) {
  return load_bytes(x);
}
template <class T>
HEBB_INLINE Vec<T> load_as(const T* x, int n) {
  return Vec<T>::load_n(x, n);
}
template <class T>
HEBB_INLINE Vec<T> load_as(const uint8_t* x, int n) {
  return load_bytes_n(x, n);
}

template <class F, class S, class T = S>
inline T fold_run(const S* x, int64_t n) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  const V none(F::template identity<T>());
  V sums[4] = {none, none, none, none};
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    for (int j = 0; j < 4; ++j) sums[j] = F::fold(sums[j], load_as<T>(x + i + j * lanes));
  }
  for (int j = 0; i < n; ++j, i += lanes) {
    const int count = static_cast<int>(n - i < lanes ? n - i : lanes);
    const V part = select(iota<T>() < V(static_cast<T>(count)), load_as<T>(x + i, count), none);
    sums[j] = F::fold(sums[j], part);
  }
  return F::lanes(F::fold(F::fold(sums[0], sums[1]), F::fold(sums[2], sums[3])));
}

// A long run in pieces, in parallel; the size of a piece depends on n only.
template <class F, class T, class S>
T fold_long_run(const S* x, int64_t n) {
  constexpr int64_t most_pieces = 1024;
  int64_t piece = parallel_grain;
  while ((n + piece - 1) / piece > most_pieces) piece *= 2;
  if (n <= piece) return fold_run<F, S, T>(x, n);
  const int64_t pieces = (n + piece - 1) / piece;
  T parts[most_pieces];
  parallel(pieces, [&](int64_t i) {
    const int64_t begin = i * piece;
    parts[i] = fold_run<F, S, T>(x + begin, begin + piece < n ? piece : n - begin);
  });
  return fold_run<F>(parts, pieces);
}

inline int64_t offset_at(const LoopShape& loop, int64_t index, int rank) {
  int64_t offset = 0;
  for (int i = rank - 1; i >= 0; --i) {
    offset += index % loop.dims[i] * loop.strides[0][i];
    index /= loop.dims[i];
  }
  return offset;
}

inline int64_t count_of(const LoopShape& loop, int rank) {
  int64_t count = 1;
  for (int i = 0; i < rank; ++i) count *= loop.dims[i];
  return count;
}

// One output: its reduced elements as runs along the innermost reduced dimension.
template <class F, class T, class S>
T fold_element(const S* x, const LoopShape& reduced) {
  const int outer = reduced.rank - 1;
  const int64_t n = reduced.dims[outer], step = reduced.strides[0][outer], runs = count_of(reduced, outer);
  T total = F::template identity<T>();
  for (int64_t run = 0; run < runs; ++run) {
    const S* source = x + offset_at(reduced, run, outer);
    T part = F::template identity<T>();
    if (step == 1) {
      part = fold_long_run<F, T>(source, n);
    } else {
      S block[block_lanes];
      for (int64_t i = 0; i < n; i += block_lanes) {
        const int count = static_cast<int>(n - i < block_lanes ? n - i : block_lanes);
        const T sum = fold_run<F, S, T>(gather_block(source + i * step, step, count, block), count);
        part = i == 0 ? sum : fold_numbers<F>(part, sum);
      }
    }
    total = run == 0 ? part : fold_numbers<F>(total, part);
  }
  return total;
}

// `vectors` vectors of neighbouring outputs at once: a group of rows, `step` apart, is folded before it joins the
// total, which keeps long sums accurate. The last vector has `count` lanes.
template <class F, class T, int vectors, class S>
inline void fold_group(const S* x, int64_t rows, int64_t step, T* total, bool first, int count) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  constexpr int64_t rows_ahead = 8;
  const auto at = [&](const S* row, int j) {
    return vectors == 1 ? load_as<T>(row, count) : load_as<T>(row + j * lanes);
  };
  V part[vectors];
  for (int j = 0; j < vectors; ++j) part[j] = at(x, j);
  for (int64_t row = 1; row < rows; ++row) {
    const S* const here = x + row * step;
    for (int j = 0; j < vectors; ++j) {
      if constexpr (vectors > 1) __builtin_prefetch(here + rows_ahead * step + j * lanes, 0, 3);
      part[j] = F::fold(part[j], at(here, j));
    }
  }
  for (int j = 0; j < vectors; ++j) {
    T* const to = total + j * lanes;
    if (!first) part[j] = F::fold(vectors == 1 ? V::load_n(to, count) : V::load(to), part[j]);
    vectors == 1 ? V::store_n(to, part[j], count) : V::store(to, part[j]);
  }
}

// Neighbouring outputs: all columns of a group of rows before the next group, so that memory is read in long pieces
// (10 M floats in rows of 1,000: 2.0 ms instead of 6.6).
template <class F, class T, class S>
void fold_columns(const S* x, const LoopShape& reduced, T* out, int64_t columns) {
  constexpr int64_t group = 128;
  constexpr int lanes = Vec<T>::lanes, wide = 4;
  const int outer = reduced.rank - 1;
  const int64_t n = reduced.dims[outer], step = reduced.strides[0][outer], runs = count_of(reduced, outer);
  for (int64_t run = 0; run < runs; ++run) {
    const S* source = x + offset_at(reduced, run, outer);
    for (int64_t i = 0; i < n; i += group) {
      const int64_t rows = n - i < group ? n - i : group;
      const bool first = run == 0 && i == 0;
      const S* const here = source + i * step;
      int64_t j = 0;
      for (; j + wide * lanes <= columns; j += wide * lanes) {
        fold_group<F, T, wide>(here + j, rows, step, out + j, first, lanes);
      }
      for (; j < columns; j += lanes) {
        const int count = static_cast<int>(columns - j < lanes ? columns - j : lanes);
        fold_group<F, T, 1>(here + j, rows, step, out + j, first, count);
      }
    }
  }
}

template <class F, class T, class S = T>
void reduce_map(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int kept_rank = call.get<ReduceAttributes>().kept_rank;
  const LoopShape kept = collapse_range(x, 0, kept_rank);
  LoopShape reduced = collapse_range(x, kept_rank, x.rank());
  T* const target = out.data<T>();
  const S* const source = x.data<S>();
  const int64_t outputs = out.size();
  if (outputs == 0) return;
  if (x.size() == 0) {
    for (int64_t i = 0; i < outputs; ++i) target[i] = F::template identity<T>();
    return;
  }
  if (reduced.rank == 0) {
    reduced.rank = 1;
    reduced.dims[0] = 1;
    reduced.strides[0][0] = 1;
  }
  const int64_t work = x.size() / outputs;
  const auto in_chunks = [&](int64_t items, int64_t item_work, auto body) {
    const int64_t per_chunk = item_work >= parallel_grain ? 1 : parallel_grain / item_work;
    const int64_t chunks = (items + per_chunk - 1) / per_chunk;
    const auto chunk = [&](int64_t index) {
      const int64_t end = (index + 1) * per_chunk < items ? (index + 1) * per_chunk : items;
      for (int64_t i = index * per_chunk; i < end; ++i) body(i);
    };
    if (chunks <= 2) {
      for (int64_t i = 0; i < chunks; ++i) chunk(i);
    } else {
      parallel(chunks, chunk);
    }
  };
  const bool columns =
      kept.rank > 0 && kept.strides[0][kept.rank - 1] == 1 && reduced.strides[0][reduced.rank - 1] != 1;
  if (!columns) {
    return in_chunks(outputs, work, [&](int64_t i) {
      target[i] = fold_element<F, T>(source + offset_at(kept, i, kept.rank), reduced);
    });
  }
  constexpr int64_t least = 4 * Vec<T>::lanes, most = 64 * Vec<T>::lanes;
  const int64_t width = kept.dims[kept.rank - 1], share = width / (2 * thread_count()) / least * least;
  const int64_t panel = share < least ? least : share > most ? most : share, panels = (width + panel - 1) / panel;
  in_chunks(outputs / width * panels, work * (width < panel ? width : panel), [&](int64_t i) {
    const int64_t row = i / panels, column = i % panels * panel;
    fold_columns<F, T>(source + offset_at(kept, row, kept.rank - 1) + column, reduced, target + row * width + column,
                       width - column < panel ? width - column : panel);
  });
}

template <class F>
void reduce_by_dtype(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return reduce_map<F, float>(call);
  if (call.in[0].dtype() == Dtype::float64) return reduce_map<F, double>(call);
  if constexpr (!__is_same(F, ProdFold)) {
    if (size_of(call.in[0].dtype()) == 1) return reduce_map<F, int32_t, uint8_t>(call);
  }
  reduce_map<F, int32_t>(call);
}

void sum_kernel(const Launch& call) { reduce_by_dtype<SumFold>(call); }
void prod_kernel(const Launch& call) { reduce_by_dtype<ProdFold>(call); }
void max_kernel(const Launch& call) { reduce_by_dtype<MaxFold>(call); }
void min_kernel(const Launch& call) { reduce_by_dtype<MinFold>(call); }

// gather: out[o, i, :] = x[o, indices[i], :], whole rows by memcpy. gather_scaled (made by fusion): bytes times a
// number, out[i, :] = float(x[0, indices[i], :]) * scale. scatter_add: out[o, indices[i], :] += values[o, i,
// :], each element in the order of i, so the same bits for any number of threads. dynamic_slice: out = x[start ...]. x
// is [outer, n, inner] with a contiguous inner dimension; indices are a contiguous list, checked before any copy.

inline void check_indices(const char* op, const int32_t* indices, int64_t count, int64_t limit) {
  for (int64_t i = 0; i < count; ++i) {
    if (indices[i] < 0 || indices[i] >= limit) fail_index(op, indices[i], limit);
  }
}

// Calls body(begin, end) over [0, count) in chunks of about `grain` units of work each.
template <class Body>
inline void in_ranges(int64_t count, int64_t work_each, int64_t grain, const Body& body) {
  const int64_t per_chunk = work_each >= grain ? 1 : grain / (work_each > 0 ? work_each : 1);
  const int64_t chunks = (count + per_chunk - 1) / per_chunk;
  const auto chunk = [&](int64_t index) {
    const int64_t begin = index * per_chunk;
    body(begin, begin + per_chunk < count ? begin + per_chunk : count);
  };
  if (chunks > 2) return parallel(chunks, chunk);
  for (int64_t i = 0; i < chunks; ++i) chunk(i);
}

constexpr int64_t copy_grain = 128 * 1024;  // bytes per claimed chunk

// Rows far apart come from memory: while one is copied, the next is on its way. A batch of 32 is shared with workers
// that are awake anyway.
inline int64_t gather_grain() { return workers_hot() ? copy_grain / 8 : copy_grain; }

inline void prefetch_row(const std::byte* row, int64_t bytes) {
  for (int64_t at = 0; at < bytes && at < 4096; at += 64) __builtin_prefetch(row + at, 0, 3);
}

// Single elements, T of their size, instead of rows.
template <class T>
void gather_elements(const Tensor& x, const int32_t* indices, const Tensor& out) {
  const int64_t count = out.dim(1), step = x.strides()[1], outer_step = x.strides()[0];
  const T* const source = x.data<T>();
  T* const target = out.data<T>();
  in_ranges(out.size(), 1, parallel_grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin / count; begin < end; ++row) {
      const int64_t row_end = (row + 1) * count < end ? (row + 1) * count : end;
      const T* const from = source + row * outer_step;
      const int32_t* const picked = indices - row * count;
      for (int64_t i = begin; i < row_end; ++i) target[i] = from[picked[i] * step];
      begin = row_end;
    }
  });
}

void gather_kernel(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int32_t* const indices = call.in[1].data<int32_t>();
  const int64_t element = size_of(x.dtype()), outer = x.dim(0), count = out.dim(1), inner = x.dim(2);
  check_indices("gather", indices, count, x.dim(1));
  if (out.size() == 0) return;
  if (inner == 1) {
    if (element == 1) return gather_elements<uint8_t>(x, indices, out);
    if (element == 4) return gather_elements<uint32_t>(x, indices, out);
    return gather_elements<uint64_t>(x, indices, out);
  }
  const std::byte* const source = x.buffer->data + x.offset * element;
  std::byte* const target = out.buffer->data + out.offset * element;
  const int64_t row_bytes = inner * element, step = x.strides()[1] * element, outer_step = x.strides()[0] * element;
  const auto row_at = [&](int64_t row) { return source + row / count * outer_step + indices[row % count] * step; };
  in_ranges(outer * count, row_bytes, gather_grain(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const std::byte* const from = row_at(row);
      if (row + 1 < end && row_bytes >= 64) prefetch_row(row_at(row + 1), row_bytes);
      __builtin_memcpy(target + row * row_bytes, from, static_cast<size_t>(row_bytes));
    }
  });
}

void gather_scaled_kernel(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int32_t* const indices = call.in[1].data<int32_t>();
  const int64_t count = call.in[1].size(), inner = x.dim(2), step = x.strides()[1];
  check_indices("gather", indices, count, x.dim(1));
  const uint8_t* const source = x.data<uint8_t>();
  const float scale = *call.in[2].data<float>();
  float* const target = out.data<float>();
  using V = Vec<float>;
  in_ranges(count, inner * size_of(Dtype::float32), gather_grain(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      if (row + 1 < end) {
        prefetch_row(reinterpret_cast<const std::byte*>(source + indices[row + 1] * step), inner);
      }
      const uint8_t* const from = source + indices[row] * step;
      float* const to = target + row * inner;
      int64_t j = 0;
      for (; j + V::lanes <= inner; j += V::lanes) V::store(to + j, load_u8(from + j) * V(scale));
      if (j < inner) {
        const int rest = static_cast<int>(inner - j);
        V::store_n(to + j, load_u8_n(from + j, rest) * V(scale), rest);
      }
    }
  });
}

template <class T>
void scatter_rows(const Launch& call) {
  const Tensor &values = call.in[0], &out = call.out[0];
  const int32_t* const indices = call.in[1].data<int32_t>();
  const int64_t outer = values.dim(0), count = values.dim(1), inner = values.dim(2), n = out.dim(1);
  constexpr int64_t width = 512;  // elements of a row that one chunk adds, for all rows in order
  const int64_t blocks = (inner + width - 1) / width;
  const T* const source = values.data<T>();
  T* const target = out.data<T>();
  in_ranges(outer * blocks, count * (inner < width ? inner : width), parallel_grain, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      const int64_t o = chunk / blocks, column = chunk % blocks * width;
      const int64_t columns = inner - column < width ? inner - column : width;
      for (int64_t i = 0; i < count; ++i) {
        const T* const from = source + (o * count + i) * inner + column;
        T* const to = target + (o * n + indices[i]) * inner + column;
        for (int64_t j = 0; j < columns; ++j) to[j] += from[j];
      }
    }
  });
}

void scatter_add_kernel(const Launch& call) {
  check_indices("scatterAdd", call.in[1].data<int32_t>(), call.in[1].size(), call.out[0].dim(1));
  if (call.in[0].dtype() == Dtype::float32) return scatter_rows<float>(call);
  if (call.in[0].dtype() == Dtype::float64) return scatter_rows<double>(call);
  scatter_rows<uint32_t>(call);  // int32 that wraps
}

void dynamic_slice_kernel(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int64_t element = size_of(x.dtype()), start = call.in[1].data<int32_t>()[0];
  const int64_t length = out.dim(0), row_bytes = x.dim(2) * element, step = x.strides()[1] * element;
  if (start < 0 || start + length > x.dim(1)) fail_index("sliceAt", start, x.dim(1) - length + 1);
  if (out.size() == 0) return;
  const std::byte* const source = x.buffer->data + x.offset * element + start * step;
  std::byte* const target = out.buffer->data + out.offset * element;
  in_ranges(length, row_bytes, copy_grain, [&](int64_t begin, int64_t end) {
    const int64_t rows = step == row_bytes ? end - begin : 1;  // neighbouring rows go together
    for (int64_t row = begin; row < end; row += rows) {
      __builtin_memcpy(target + row * row_bytes, source + row * step, static_cast<size_t>(rows * row_bytes));
    }
  });
}

// gather: out[o, i, :] = x[o, indices[i], :], whole rows by memcpy. scatter_add: out[o, indices[i], :] += values[o, i,
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

void gather_kernel(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int32_t* const indices = call.in[1].data<int32_t>();
  const int64_t element = size_of(x.dtype()), outer = x.dim(0), count = out.dim(1), inner = x.dim(2);
  check_indices("gather", indices, count, x.dim(1));
  if (out.size() == 0) return;
  const std::byte* const source = x.buffer->data + x.offset * element;
  std::byte* const target = out.buffer->data + out.offset * element;
  const int64_t row_bytes = inner * element, step = x.strides()[1] * element, outer_step = x.strides()[0] * element;
  in_ranges(outer * count, row_bytes, copy_grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const std::byte* const from = source + row / count * outer_step + indices[row % count] * step;
      if (row_bytes == 4) {
        __builtin_memcpy(target + row * 4, from, 4);
      } else {
        __builtin_memcpy(target + row * row_bytes, from, static_cast<size_t>(row_bytes));
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

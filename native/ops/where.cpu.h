// where: out[i] = condition[i] ? a[i] : b[i], broadcast; the bits are moved, so only the element's size matters.

template <class T>
void where_map(const Launch& call) {
  const uint8_t* const conditions = call.in[0].data<uint8_t>();
  const T *const a_data = call.in[1].data<T>(), *const b_data = call.in[2].data<T>();
  T* const out_data = call.out[0].data<T>();
  for_each_run<4>(collapse(call.out[0], call.in, 3), [&](const int64_t* offsets, const int64_t* steps, int64_t n) {
    Contiguous<uint8_t> condition_block;
    Contiguous<T> a_block, b_block;
    const bool strided = steps[0] != 1 || steps[1] != 1 || steps[2] != 1 || steps[3] != 1;
    const int64_t piece = strided ? block_lanes : n, step = steps[0];
    for (int64_t i = 0; i < n; i += piece) {
      const int64_t count = n - i < piece ? n - i : piece;
      const uint8_t* const condition = condition_block.at(conditions + offsets[1], steps[1], i, count);
      const T* const a = a_block.at(a_data + offsets[2], steps[2], i, count);
      const T* const b = b_block.at(b_data + offsets[3], steps[3], i, count);
      T* const out = out_data + offsets[0] + i * step;
      const auto choose = [&](int64_t j) {
        const T yes = a[j], no = b[j];
        return condition[j] ? yes : no;
      };
      if (step == 1) {
        HEBB_INDEPENDENT
        for (int64_t j = 0; j < count; ++j) out[j] = choose(j);
      } else {
        for (int64_t j = 0; j < count; ++j) out[j * step] = choose(j);
      }
    }
  });
}

void where_kernel(const Launch& call) {
  const int64_t element = size_of(call.out[0].dtype());
  if (element == 1) return where_map<uint8_t>(call);
  if (element == 4) return where_map<uint32_t>(call);
  where_map<uint64_t>(call);
}

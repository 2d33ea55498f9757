// where: out[i] = condition[i] ? a[i] : b[i], broadcast; the bits are moved, so only the element's size matters.

template <class T>
void where_map(const Launch& call) {
  const uint8_t* const conditions = call.in[0].data<uint8_t>();
  const T *const a_data = call.in[1].data<T>(), *const b_data = call.in[2].data<T>();
  T* const out_data = call.out[0].data<T>();
  for_each_run<4>(collapse(call.out[0], call.in, 3), [&](const int64_t* offsets, const int64_t* steps, int64_t n) {
    T* const out = out_data + offsets[0];
    const uint8_t* const condition = conditions + offsets[1];
    const T *const a = a_data + offsets[2], *const b = b_data + offsets[3];
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 1 && steps[3] == 1) {
      for (int64_t i = 0; i < n; ++i) out[i] = condition[i] ? a[i] : b[i];
    } else {
      for (int64_t i = 0; i < n; ++i) {
        out[i * steps[0]] = condition[i * steps[1]] ? a[i * steps[2]] : b[i * steps[3]];
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

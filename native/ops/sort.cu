// argsort: rows [rows, n] -> positions in order. topk: the k first positions; the k best of every chunk are the list of
// the next round, until one chunk is left. Both stable, NaN above every number.
#include "sort.h"

#include "../cuda/sort.cuh"

namespace hebb::cuda {
namespace {

template <bool descending, class T>
void argsort_rows(const Launch& call) {
  const Tensor& x = call.in[0];
  if (x.size() == 0) return;
  sort_rows<descending>(x.dim(0), x.dim(1), x.data<T>(), call.out[0].data<int32_t>(), call.out[1].data<int32_t>());
}

template <bool descending, class T>
void topk_rows(const Launch& call) {
  const Tensor& x = call.in[0];
  const int64_t rows = x.dim(0), n = x.dim(1), k = call.out[0].dim(1);
  if (rows == 0 || k == 0) return;
  const T* const keys = x.data<T>();
  const auto chunks_of = [](int64_t count) { return (count + chunk_size(count) - 1) / chunk_size(count); };
  const auto kept_of = [&](int64_t count) {
    const int64_t full = chunks_of(count) - 1, rest = count - full * chunk_size(count);
    return full * k + (rest < k ? rest : k);
  };
  const int64_t first = kept_of(n);
  int32_t* lists[2] = {};
  if (chunks_of(n) > 1) {
    lists[0] = reinterpret_cast<int32_t*>(scratch(rows * (first + kept_of(first)) * 4));
    lists[1] = lists[0] + rows * first;
  }
  const int32_t* list = nullptr;
  for (int64_t count = n, round = 0;; ++round) {
    const int64_t chunks = chunks_of(count), kept = kept_of(count);
    int32_t* const to = chunks == 1 ? call.out[0].data<int32_t>() : lists[round % 2];
    submit(sort_chunks<descending, T>, rows * chunks, chunk_size(count), n, count, chunks, k, kept, keys, list, to);
    if (chunks == 1) return;
    list = to;
    count = kept;
  }
}

template <bool descending>
void argsort_by_dtype(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return argsort_rows<descending, float>(call);
  if (call.in[0].dtype() == Dtype::float64) return argsort_rows<descending, double>(call);
  argsort_rows<descending, int32_t>(call);
}

template <bool descending>
void topk_by_dtype(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return topk_rows<descending, float>(call);
  if (call.in[0].dtype() == Dtype::float64) return topk_rows<descending, double>(call);
  topk_rows<descending, int32_t>(call);
}

}  // namespace

void argsort_kernel(const Launch& call) {
  call.get<SortAttributes>().descending ? argsort_by_dtype<true>(call) : argsort_by_dtype<false>(call);
}

void topk_kernel(const Launch& call) {
  call.get<SortAttributes>().descending ? topk_by_dtype<true>(call) : topk_by_dtype<false>(call);
}

}  // namespace hebb::cuda

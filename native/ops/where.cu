// where: out[i] = condition[i] ? a[i] : b[i], broadcast; the bits are moved, so only the element's size matters.
#include "where.h"

#include "../cuda/map.cuh"

namespace hebb::cuda {
namespace {

template <class T>
struct Choose {
  __device__ T operator()(uint8_t condition, T a, T b) const { return condition ? a : b; }
};

}  // namespace

void where_kernel(const Launch& call) {
  const int64_t element = size_of(call.out[0].dtype());
  if (element == 1) return map<3, uint8_t, uint8_t, uint8_t, uint8_t>(call, Choose<uint8_t>());
  if (element == 4) return map<3, uint32_t, uint8_t, uint32_t, uint32_t>(call, Choose<uint32_t>());
  map<3, uint64_t, uint8_t, uint64_t, uint64_t>(call, Choose<uint64_t>());
}

}  // namespace hebb::cuda

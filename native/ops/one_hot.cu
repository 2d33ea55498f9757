// one_hot: out[i, c] = c == indices[i]. The input is contiguous, the output [..., classes] row-major.
#include "one_hot.h"

#include "../cuda/launch.cuh"
#include "../core/random.h"

namespace hebb::cuda {
namespace {

#include "convert.h"

constexpr int one_hot_threads = 256;

template <class T>
__global__ void __launch_bounds__(one_hot_threads)
    one_hot_elements(int64_t total, int64_t classes, const int32_t* indices, T* out, Fault* fault) {
  for (int64_t item = int64_t{blockIdx.x} * one_hot_threads + threadIdx.x; item < total;
       item += int64_t{gridDim.x} * one_hot_threads) {
    const int64_t row = divide(item, classes), column = item - row * classes;
    const int64_t index = indices[row];
    if (column == 0 && (index < 0 || index >= classes)) report_fault(fault, Fault::index, Op::one_hot, index, classes);
    out[item] = T(column == index);
  }
}

}  // namespace

void one_hot_kernel(const Launch& call) {
  const int64_t total = call.out[0].size(), classes = call.out[0].dim(-1);
  if (total == 0) return;
  dispatch(call.out[0].dtype(), [&](auto type) {
    using T = decltype(type);
    submit(one_hot_elements<T>, block_count(total, one_hot_threads), one_hot_threads, total, classes,
           call.in[0].data<int32_t>(), call.out[0].data<T>(), current().fault);
  });
}

}  // namespace hebb::cuda

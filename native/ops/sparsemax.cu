// y = max(x - tau, 0) with sum(y) = 1; the method and the order of additions are those of sparsemax.cpu.h, a warp per
// row, so the bits are the same.
#include "sparsemax.h"

#include "../cuda/rows.cuh"

namespace hebb::cuda {
namespace {

template <class T>
__global__ void __launch_bounds__(row_threads) sparsemax_rows(const T* x, T* out, int64_t rows, int64_t n) {
  const int64_t row = row_of_warp();
  if (row >= rows) return;
  const int lane = lane_of_warp();
  const T* const in = x + row * n;
  const T top = fold_run<MaxFold, T>(n, [=](int64_t i) { return in[i]; });
  T tau(-1), members(0);
  while (true) {
    VectorSum<T> sum, above;
    for (int64_t base = 0; base < n; base += warp) {
      const int64_t i = base + lane;
      const T value = i < n ? in[i] - top : T(0);
      const bool member = i < n && value > tau;
      sum.add(member ? value : T(0));
      above.add(member ? T(1) : T(0));
    }
    const T total = above.result();
    if (!(total > 0) || total == members) break;  // none: the row holds a NaN or an infinity, which y shows
    members = total;
    tau = (sum.result() - T(1)) / members;
  }
  for (int64_t i = lane; i < n; i += warp) out[row * n + i] = max(Vec<T>(in[i] - top - tau), Vec<T>(T(0))).v;
}

template <class T>
void sparsemax_map(const Launch& call) {
  const Tensor& x = call.in[0];
  const int64_t n = x.dim(-1), rows = n ? x.size() / n : 0;
  if (rows == 0) return;
  submit(sparsemax_rows<T>, (rows + row_warps - 1) / row_warps, row_threads, x.data<T>(), call.out[0].data<T>(), rows,
         n);
}

}  // namespace

void sparsemax_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return sparsemax_map<float>(call);
  sparsemax_map<double>(call);
}

}  // namespace hebb::cuda

#include "cumsum.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

Tensor cumsum(const Tensor& x, int64_t axis_argument, bool reverse) {
  if (x.rank() == 0) fail(ErrorCode::shape, "cumsum: expected at least one dimension, got shape []");
  const int axis = normalize_axis("cumsum", axis_argument, x.rank());
  int64_t sizes[] = {1, x.dim(axis), 1};
  for (int i = 0; i < x.rank(); ++i) {
    if (i != axis) sizes[i < axis ? 0 : 2] *= x.dim(i);
  }
  const Tensor rows = reshape(contiguous(cast(x, promote(x.dtype(), Dtype::int32))), sizes);
  Tensor out = empty(x.device(), rows.dtype(), rows.shape());
  launch(Op::cumsum, {rows}, {out}, CumsumAttributes{reverse});
  return view(out, x.shape(), row_major_strides(x.shape()));
}

}  // namespace hebb

// The shape of a loop over strided operands, its dimensions merged where all of them allow it. Included inside the
// namespace of a target.

struct LoopShape {
  int rank = 0;
  int64_t dims[max_rank];
  int64_t strides[4][max_rank];  // per operand, operand 0 is the output
};

// The loop over out; operand k + 1 is in[k], broadcast.
inline LoopShape collapse(const Tensor& out, const Tensor* in, int in_count) {
  LoopShape loop;
  bool alike = out.contiguous();
  for (int k = 0; k < in_count; ++k) alike &= in[k].layout == out.layout;
  if (alike) {
    loop.rank = 1;
    loop.dims[0] = out.size();
    for (int k = 0; k <= in_count; ++k) loop.strides[k][0] = 1;
    return loop;
  }
  const Shape& shape = out.shape();
  for (int axis = 0; axis < shape.rank; ++axis) {
    if (shape[axis] == 1) continue;
    int64_t strides[4];
    strides[0] = out.strides()[axis];
    for (int k = 0; k < in_count; ++k) {
      const int source = axis - (shape.rank - in[k].rank());
      strides[k + 1] = source < 0 || in[k].dim(source) == 1 ? 0 : in[k].strides()[source];
    }
    bool merge = loop.rank > 0;
    for (int k = 0; merge && k <= in_count; ++k) {
      merge = loop.strides[k][loop.rank - 1] == strides[k] * shape[axis];
    }
    if (!merge) loop.dims[loop.rank++] = 1;
    loop.dims[loop.rank - 1] *= shape[axis];
    for (int k = 0; k <= in_count; ++k) loop.strides[k][loop.rank - 1] = strides[k];
  }
  if (loop.rank == 0) {
    loop.rank = 1;
    loop.dims[0] = 1;
    for (int k = 0; k <= in_count; ++k) loop.strides[k][0] = 1;
  }
  return loop;
}

// The dimensions [from, to) of x, merged where they can be; the last one is the innermost.
inline LoopShape collapse_range(const Tensor& x, int from, int to) {
  LoopShape loop;
  for (int axis = from; axis < to; ++axis) {
    if (x.dim(axis) == 1) continue;
    const int64_t stride = x.strides()[axis];
    if (loop.rank == 0 || loop.strides[0][loop.rank - 1] != stride * x.dim(axis)) loop.dims[loop.rank++] = 1;
    loop.dims[loop.rank - 1] *= x.dim(axis);
    loop.strides[0][loop.rank - 1] = stride;
  }
  return loop;
}

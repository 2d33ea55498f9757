#include "cross_entropy.h"

#include "../core/error.h"
#include "copy.h"

namespace hebb {

namespace {

std::array<Tensor, 2> run(Op op, const Tensor& logits, const Tensor& targets, const Shape& loss_shape) {
  const Tensor z = contiguous(logits);
  Tensor loss = empty(z.device(), z.dtype(), loss_shape);
  Tensor slope = empty(z.device(), z.dtype(), z.shape());
  launch(op, {z, targets}, {loss, slope});
  return {loss, slope};
}

void check_logits(const char* op, const Tensor& logits) {
  if (!is_float(logits.dtype())) fail(ErrorCode::dtype, op, ": logits are float, got ", logits.dtype());
}

void check_alike(const char* op, const Tensor& logits, const Tensor& targets) {
  check_logits(op, logits);
  if (!(logits.shape() == targets.shape())) {
    fail(ErrorCode::shape, op, ": targets ", targets.shape(), " do not fit logits ", logits.shape());
  }
}

}  // namespace

std::array<Tensor, 2> softmax_cross_entropy(const Tensor& logits, const Tensor& labels) {
  check_logits("softmaxCrossEntropy", logits);
  if (logits.rank() != 2 || labels.rank() != 1 || logits.dim(0) != labels.dim(0) || logits.dim(1) == 0) {
    fail(ErrorCode::shape, "softmaxCrossEntropy: labels ", labels.shape(), " do not fit logits ", logits.shape());
  }
  if (labels.dtype() != Dtype::int32 && labels.dtype() != Dtype::uint8) {
    fail(ErrorCode::dtype, "softmaxCrossEntropy: labels are int32 or uint8, got ", labels.dtype());
  }
  return run(Op::softmax_cross_entropy, logits, contiguous(cast(labels, Dtype::int32)), {logits.dim(0)});
}

std::array<Tensor, 2> softmax_cross_entropy_dense(const Tensor& logits, const Tensor& targets) {
  check_alike("softmaxCrossEntropyDense", logits, targets);
  if (logits.rank() == 0) fail(ErrorCode::shape, "softmaxCrossEntropyDense: needs at least one dimension");
  Shape rows = logits.shape();
  --rows.rank;
  return run(Op::softmax_cross_entropy_dense, logits, contiguous(cast(targets, logits.dtype())), rows);
}

std::array<Tensor, 2> sigmoid_cross_entropy(const Tensor& logits, const Tensor& targets) {
  check_alike("sigmoidCrossEntropy", logits, targets);
  return run(Op::sigmoid_cross_entropy, logits, contiguous(cast(targets, logits.dtype())), logits.shape());
}

}  // namespace hebb

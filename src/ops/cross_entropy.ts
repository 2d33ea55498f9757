import { isTracked, record, untracked } from '../autograd.js';
import { nativeOp } from '../native.js';
import { checkTensor, wrapAll, type Tensor } from '../tensor.js';
import { mul, sub } from './binary.js';
import { composed } from './composed.js';
import { cast, reshape } from './copy.js';
import { sum } from './reduce.js';
import { logSoftmax, softmax } from './softmax.js';
import { neg, sigmoid } from './unary.js';

const sparseNative = nativeOp('softmaxCrossEntropy');
const denseNative = nativeOp('softmaxCrossEntropyDense');
const sigmoidNative = nativeOp('sigmoidCrossEntropy');

/** Loss and slope of one native pass; the gradient of the logits is the slope, or made of ops when it is followed itself. */
function crossEntropy(
  native: typeof sparseNative,
  logits: Tensor,
  targets: Tensor,
  slopeOps: (slope: Tensor) => Tensor,
  perRow: boolean,
  targetGradient: ((dy: Tensor) => Tensor) | null,
): Tensor {
  const [loss, slope] = wrapAll(
    native(logits.bytes, logits.offset, logits.layout.id, targets.bytes, targets.offset, targets.layout.id),
    logits,
    targets,
  ) as [Tensor, Tensor];
  record(loss, [logits, targets], (dy) => {
    const each = perRow ? reshape(dy, [...dy.shape, 1]) : dy;
    return [() => mul(isTracked(logits, targets, dy) ? slopeOps(slope) : slope, each), targetGradient && (() => targetGradient(each))];
  });
  return loss;
}

/**
 * Cross entropy of each row from logits and class numbers: logsumexp(z) - z[label], with its gradient softmax(z) -
 * onehot(label) computed in the same pass.
 *
 * @param logits [batch, classes], float
 * @param labels [batch], int32 or uint8
 * @returns [batch]
 * @throws ERR_SHAPE; ERR_ARGUMENT for a label outside [0, classes)
 * @example
 * softmaxCrossEntropy(zeros([1, 2]), tensor([1], { dtype: 'int32' })).toArray(); // [0.6931...]
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  checkTensor('softmaxCrossEntropy', logits, 'logits');
  checkTensor('softmaxCrossEntropy', labels, 'labels');
  // What the native slope subtracts from the softmax, the one-hot rows, does not change with the logits.
  const slope = (value: Tensor): Tensor => sub(softmax(logits), untracked(() => sub(softmax(logits), value)));
  return crossEntropy(sparseNative, logits, labels, slope, true, null);
}

/**
 * Cross entropy of each row from logits and target probabilities: sum(t) logsumexp(z) - sum(t z).
 *
 * @param logits [..., classes], float
 * @param targets [..., classes]
 * @returns [...]
 */
export const softmaxCrossEntropyDense = composed('softmaxCrossEntropyDense', (logits: Tensor, targets: Tensor): Tensor => {
  checkTensor('softmaxCrossEntropyDense', logits, 'logits');
  checkTensor('softmaxCrossEntropyDense', targets, 'targets');
  const t = targets.dtype === logits.dtype ? targets : cast(targets, logits.dtype);
  const slope = (): Tensor => sub(mul(softmax(logits), sum(t, -1, true)), t);
  return crossEntropy(denseNative, logits, t, slope, true, (dy) => mul(neg(logSoftmax(logits)), dy));
});

/**
 * Cross entropy of each element from logits and targets in [0, 1]: max(z, 0) - z t + log(1 + exp(-|z|)).
 *
 * @param logits any shape, float
 * @param targets the same shape
 * @returns the same shape
 */
export const sigmoidCrossEntropy = composed('sigmoidCrossEntropy', (logits: Tensor, targets: Tensor): Tensor => {
  checkTensor('sigmoidCrossEntropy', logits, 'logits');
  checkTensor('sigmoidCrossEntropy', targets, 'targets');
  const t = targets.dtype === logits.dtype ? targets : cast(targets, logits.dtype);
  return crossEntropy(sigmoidNative, logits, t, () => sub(sigmoid(logits), t), false, (dy) => mul(neg(logits), dy));
});

import { record } from '../autograd.js';
import { nativeOp } from '../native.js';
import { wrap, type Tensor, type TensorLike } from '../tensor.js';
import { mul, sub } from './binary.js';
import { composed } from './composed.js';
import { toTensor } from './create.js';
import { rememberLogits } from './logits.js';
import { overAxis } from './over_axis.js';
import { sum } from './reduce.js';
import { exp } from './unary.js';

const softmaxNative = nativeOp('softmax');
const logSoftmaxNative = nativeOp('logSoftmax');

/**
 * exp(x) / sum(exp(x)) along an axis (the last by default), without overflow: the probabilities of classes from logits.
 *
 * @example
 * softmax([0, 0]).toArray(); // [0.5, 0.5]
 */
export const softmax = composed('softmax', (input: TensorLike, axis = -1): Tensor => {
  return overAxis('softmax', toTensor(input), axis, (x) => {
    const y = wrap(softmaxNative(x.bytes, x.offset, x.layout.id), x);
    record(y, [x], (dy) => [() => mul(y, sub(dy, sum(mul(dy, y), -1, true)))]);
    return rememberLogits(y, x, 'softmax');
  });
});

/** log(softmax(x)) along an axis (the last by default), accurate where the softmax underflows. @example logSoftmax([0]).toArray(); // [0] */
export const logSoftmax = composed('logSoftmax', (input: TensorLike, axis = -1): Tensor => {
  return overAxis('logSoftmax', toTensor(input), axis, (x) => {
    const y = wrap(logSoftmaxNative(x.bytes, x.offset, x.layout.id), x);
    record(y, [x], (dy) => [() => sub(dy, mul(exp(y), sum(dy, -1, true)))]);
    return y;
  });
});

import { nativeOp } from '../native.js';
import { wrap, type Tensor, type TensorLike } from '../tensor.js';
import { toTensor } from './create.js';

const argmaxNative = nativeOp('argmax');
const argminNative = nativeOp('argmin');

/** Position (int32) of the largest element along an axis, the last by default; of equals the first, NaN before all. No gradient. @throws ERR_SHAPE when the axis is empty @example argmax([1, 3, 2]).item(); // 1 */
export function argmax(input: TensorLike, axis = -1): Tensor {
  const x = toTensor(input);
  return wrap(argmaxNative(x.bytes, x.offset, x.layout.id, axis), x);
}

/** Position (int32) of the smallest element along an axis, the last by default; of equals the first, NaN before all. No gradient. @throws ERR_SHAPE when the axis is empty @example argmin([1, 3, 0]).item(); // 2 */
export function argmin(input: TensorLike, axis = -1): Tensor {
  const x = toTensor(input);
  return wrap(argminNative(x.bytes, x.offset, x.layout.id, axis), x);
}

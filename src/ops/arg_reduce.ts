import { nativeOp } from '../native.js';
import { wrap, type Tensor, type TensorLike } from '../tensor.js';
import { composed } from './composed.js';
import { reshape } from './copy.js';
import { toTensor } from './create.js';
import { flatten } from './views.js';

function argReduce(name: string): (x: TensorLike, axis?: number, keepDims?: boolean) => Tensor {
  const op = nativeOp(name);
  return composed(name, (input: TensorLike, axis?: number, keepDims = false) => {
    const given = toTensor(input);
    const x = axis === undefined ? flatten(given) : given;
    const y = wrap(op(x.bytes, x.offset, x.layout.id, axis ?? 0, keepDims));
    return axis === undefined && keepDims ? reshape(y, given.shape.map(() => 1)) : y;
  });
}

/**
 * The position (int32) of the first largest element along an axis, by default among all elements in row-major order; a NaN
 * counts as the largest. No gradient.
 *
 * @throws ERR_SHAPE when there is no element; ERR_ARGUMENT for an axis out of range
 * @example
 * argmax([[1, 5], [7, 2]], 1).toArray(); // [1, 0]
 */
export const argmax = argReduce('argmax');

/**
 * The position (int32) of the first smallest element along an axis, by default among all elements in row-major order; a NaN
 * counts as the smallest. No gradient.
 *
 * @throws ERR_SHAPE when there is no element; ERR_ARGUMENT for an axis out of range
 * @example
 * argmin([[1, 5], [7, 2]], 1).toArray(); // [0, 1]
 */
export const argmin = argReduce('argmin');

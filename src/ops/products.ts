import { HebbError } from '../errors.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { mul } from './binary.js';
import { composed } from './composed.js';
import { reshape } from './copy.js';
import { toTensor } from './create.js';
import { matmul } from './matmul.js';

/**
 * The inner product of two vectors of one length.
 *
 * @throws ERR_SHAPE unless both have one dimension and the same size
 * @example
 * dot([1, 2], [3, 4]).item(); // 11
 */
export const dot = composed('dot', (left: TensorLike, right: TensorLike): Tensor => {
  const [a, b] = [toTensor(left), toTensor(right)];
  if (a.rank !== 1 || b.rank !== 1) {
    throw new HebbError('ERR_SHAPE', `dot: expected two vectors, got [${a.shape.join(',')}] and [${b.shape.join(',')}]; matmul() multiplies matrices`);
  }
  return matmul(a, b);
});

/**
 * All products of an element of a and one of b: [m] and [n] give [m, n]; other shapes are read in one dimension.
 *
 * @example
 * outer([1, 2], [3, 4]).toArray(); // [[3, 4], [6, 8]]
 */
export const outer = composed('outer', (left: TensorLike, right: TensorLike): Tensor => {
  const [a, b] = [toTensor(left), toTensor(right)];
  return mul(reshape(a, [a.size, 1]), reshape(b, [1, b.size]));
});

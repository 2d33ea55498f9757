import type { Tensor, TensorLike } from '../tensor.js';
import { equal, less, notEqual } from './binary.js';
import { composed, tidied } from './composed.js';
import { toTensor } from './create.js';
import { abs } from './unary.js';

/** Whether each element is NaN, as bool. @example isNaN([NaN, 1]).toArray(); // [true, false] */
export const isNaN = composed('isNaN', (input: TensorLike): Tensor => {
  const x = toTensor(input);
  return notEqual(x, x);
});

/** Whether each element is neither NaN nor infinite, as bool. @example isFinite([NaN, 1, Infinity]).toArray(); // [false, true, false] */
export const isFinite = composed('isFinite', tidied((x: TensorLike): Tensor =>
  less(abs(x), Infinity)));

/** Whether each element is plus or minus infinity, as bool. @example isInf([NaN, 1, -Infinity]).toArray(); // [false, false, true] */
export const isInf = composed('isInf', tidied((x: TensorLike): Tensor =>
  equal(abs(x), Infinity)));

/** Not x, as bool; numbers count as true unless 0. @example logicalNot([true, false]).toArray(); // [false, true] */
export const logicalNot = composed('logicalNot', (input: TensorLike): Tensor => {
  const x = toTensor(input);
  return equal(x, x.dtype === 'bool' ? false : 0);
});

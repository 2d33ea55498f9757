import { customGradient, untracked } from '../autograd.js';
import { isFloat } from '../dtype.js';
import { HebbError } from '../errors.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { add, div, equal, less, mul, sub } from './binary.js';
import { composed, tidied } from './composed.js';
import { cast, reshape } from './copy.js';
import { toTensor } from './create.js';
import { axesOf, max, mean, sum, type Axes } from './reduce.js';
import { abs, exp, log, sqrt, square } from './unary.js';
import { where } from './where.js';

/** x itself or, for integers, as float32. */
function asFloat(input: TensorLike): Tensor {
  const x = toTensor(input);
  return isFloat(x.dtype) ? x : cast(x, 'float32');
}

/**
 * The variance over the given axes (all by default): the mean squared distance from the mean, in two passes.
 *
 * @param correction subtracted from the count in the denominator: 0 for the population (NumPy's default), 1 for a sample
 * @example
 * variance([1, 2, 3, 4]).item(); // 1.25
 */
export const variance = composed('variance', tidied((input: TensorLike, axis?: Axes, keepDims = false, correction = 0): Tensor => {
  const x = asFloat(input);
  const axes = axesOf('variance', x, axis);
  const count = axes.reduce((product, i) => product * x.shape.at(i)!, 1);
  const total = sum(square(sub(x, mean(x, axes, true))), axes, keepDims);
  return div(total, Math.max(0, count - correction));
}));
const varOf = composed('var', variance);
export { varOf as var };

/**
 * The standard deviation over the given axes (all by default): the square root of variance().
 *
 * @example
 * std([1, 1, 5, 5]).item(); // 2
 */
export const std = composed('std', tidied((x: TensorLike, axis?: Axes, keepDims = false, correction = 0): Tensor =>
  sqrt(variance(x, axis, keepDims, correction))));

const euclidean = (axes: readonly number[]): ((x: Tensor) => Tensor) =>
  customGradient((x: Tensor) => {
    const value = sqrt(sum(square(x), axes, true));
    // x / |x|, and 0 where |x| is 0.
    return { value, gradient: (dy) => [mul(div(dy, where(equal(value, 0), 1, value)), x)] };
  });

/**
 * The norm of the elements over the given axes (all by default): Euclidean (2), the sum of magnitudes (1) or the largest
 * magnitude (Infinity). The gradient at 0 is 0.
 *
 * @throws ERR_ARGUMENT for another order
 * @example
 * norm([3, 4]).item(); // 5
 */
export const norm = composed('norm', tidied((input: TensorLike, axis?: Axes, keepDims = false, order = 2): Tensor => {
  const x = asFloat(input);
  const axes = axesOf('norm', x, axis);
  if (order === 1) return sum(abs(x), axes, keepDims);
  if (order === Infinity) return max(abs(x), axes, keepDims);
  if (order !== 2) throw new HebbError('ERR_ARGUMENT', `norm: the order is 1, 2 or Infinity, got ${order}`);
  const y = euclidean(axes)(x);
  return keepDims ? y : reshape(y, dropped(x, axes));
}));

/**
 * log(sum(exp(x))) over the given axes (all by default), without overflow: the largest element is taken out first.
 *
 * @throws ERR_SHAPE when there is no element
 * @example
 * logsumexp([1000, 1000]).item(); // 1000.6931 (1000 + log 2)
 */
export const logsumexp = composed('logsumexp', tidied((input: TensorLike, axis?: Axes, keepDims = false): Tensor => {
  const x = asFloat(input);
  const axes = axesOf('logsumexp', x, axis);
  const shift = untracked(() => {
    const largest = max(x, axes, true);
    return where(less(abs(largest), Infinity), largest, 0);
  });
  const y = add(log(sum(exp(sub(x, shift)), axes, true)), shift);
  return keepDims ? y : reshape(y, dropped(x, axes));
}));

/** The shape of x without the reduced dimensions. */
function dropped(x: Tensor, axes: readonly number[]): number[] {
  const gone = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
  return x.shape.filter((_, i) => !gone.includes(i));
}

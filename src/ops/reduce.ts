import { record, vjp } from '../autograd.js';
import { isFloat } from '../dtype.js';
import { nativeOp } from '../native.js';
import { checkList } from '../options.js';
import { wrap, type Shape, type Tensor, type TensorLike } from '../tensor.js';
import { div, equal, mul, notEqual } from './binary.js';
import { logicalNot } from './classify.js';
import { composed, tidied } from './composed.js';
import { broadcastTo, cast, reshape, transpose } from './copy.js';
import { onesLike, toTensor, zerosLike } from './create.js';
import { slice } from './slice.js';

const sumNative = nativeOp('sum');
const prodNative = nativeOp('prod');
const maxNative = nativeOp('max');
const minNative = nativeOp('min');

/** The axes a reduction runs over: one, several, or all of them when left out. */
export type Axes = number | readonly number[] | undefined;

/** The shape of x with size 1 where it was reduced, so that a reduced tensor broadcasts against x. */
export function keptShape(x: Tensor, axes: readonly number[]): Shape {
  const kept = [...x.shape];
  for (const axis of axes) kept[axis < 0 ? axis + x.rank : axis] = 1;
  return kept;
}

/** All axes of a tensor by its rank, which is 8 at most. */
const everyAxis: readonly (readonly number[])[] = Array.from({ length: 9 }, (_, rank) => Array.from({ length: rank }, (_, axis) => axis));

/** The axes as a list; all of them when left out. */
export function axesOf(op: string, x: Tensor, axis: Axes): readonly number[] {
  if (axis === undefined) return everyAxis[x.rank]!;
  if (typeof axis === 'number') return [axis];
  checkList(op, 'axis', axis, 'axes');
  return axis;
}

/**
 * The sum over the given axes (all by default). Integers and bool give int32. The order of additions is fixed: the same
 * bits for any number of threads and any instruction set.
 *
 * @throws ERR_ARGUMENT for an axis out of range
 * @example
 * sum([[1, 2], [3, 4]], 0).toArray(); // [4, 6]
 */
export function sum(input: TensorLike, axis?: Axes, keepDims = false): Tensor {
  const x = toTensor(input);
  const axes = axesOf('sum', x, axis);
  const y = wrap(sumNative(x.bytes, x.offset, x.layout.id, axes, keepDims), x);
  record(y, [x], (dy) => [() => broadcastTo(keepDims || dy.rank === 0 ? dy : reshape(dy, keptShape(x, axes)), x.shape)]);
  return y;
}

/**
 * The mean over the given axes (all by default); integers give float32.
 *
 * @example
 * mean([[1, 2], [3, 4]], 1).toArray(); // [1.5, 3.5]
 */
export const mean = composed('mean', (input: TensorLike, axis?: Axes, keepDims = false): Tensor => {
  const x = toTensor(input);
  return isFloat(x.dtype) ? floatMean(x, axis, keepDims) : integerMean(x, axis, keepDims);
});

function floatMean(x: Tensor, axis: Axes, keepDims: boolean): Tensor {
  const count = axis === undefined ? x.size : axesOf('mean', x, axis).reduce((product, i) => product * (x.shape[i < 0 ? i + x.rank : i] ?? 1), 1);
  return div(sum(x, axis, keepDims), count);
}

const integerMean = tidied((x: Tensor, axis: Axes, keepDims: boolean): Tensor =>
  floatMean(cast(x, 'float32'), axis, keepDims));

/**
 * The product over the given axes (all by default). The gradient is the product of the other elements, zeros included.
 *
 * @example
 * prod([2, 3]).item(); // 6
 */
export function prod(input: TensorLike, axis?: Axes, keepDims = false): Tensor {
  const x = toTensor(input);
  const axes = axesOf('prod', x, axis);
  const y = wrap(prodNative(x.bytes, x.offset, x.layout.id, axes, keepDims), x);
  record(y, [x], (dy) => [
    () => (x.size === 0 ? zerosLike(x) : vjp((v) => reshape(productTree(v, axes), y.shape), x, dy)[1]),
  ]);
  return y;
}

/** The product of at least one element by multiplying halves: unlike a division by x, its gradient is right at 0. */
function productTree(x: Tensor, axes: readonly number[]): Tensor {
  const over = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
  const kept = x.shape.map((_, i) => i).filter((i) => !over.includes(i));
  const size = over.reduce((product, i) => product * (x.shape[i] ?? 1), 1);
  let rest: Tensor = reshape(transpose(x, [...kept, ...over]), [...kept.map((i) => x.shape[i] ?? 1), size]);
  const part = (from: number, to: number): Tensor => slice(rest, ...kept.map((): [] => []), [from, to]);
  let odd = onesLike(part(0, 1));
  for (let length = size; length > 1; length = Math.floor(length / 2)) {
    const half = Math.floor(length / 2);
    if (length % 2 === 1) odd = mul(odd, part(length - 1, length));
    rest = mul(part(0, half), part(half, 2 * half));
  }
  return mul(rest, odd);
}

/**
 * Whether any element over the given axes (all by default) is true, as bool; numbers count as true unless 0.
 *
 * @example
 * any([[true, false], [false, false]], 1).toArray(); // [true, false]
 */
export const any = composed('any', tidied((input: TensorLike, axis?: Axes, keepDims = false): Tensor =>
  notEqual(sum(cast(toTensor(input), 'bool'), axis, keepDims), 0)));

/**
 * Whether all elements over the given axes (all by default) are true, as bool; numbers count as true unless 0.
 *
 * @example
 * all([[true, false], [true, true]], 1).toArray(); // [false, true]
 */
export const all = composed('all', tidied((input: TensorLike, axis?: Axes, keepDims = false): Tensor =>
  equal(sum(logicalNot(input), axis, keepDims), 0)));

/** The gradient of an extreme: shared equally by the elements that reach it. */
function extremeGradient(dy: Tensor, x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  const shape = keptShape(x, axes);
  const hits = cast(equal(x, reshape(y, shape)), x.dtype);
  return mul(div(reshape(dy, shape), sum(hits, axes, true)), hits);
}

/** The largest element over the given axes (all by default); NaN propagates. @throws ERR_SHAPE when there is none. @example max([1, 3]).item(); // 3 */
export function max(input: TensorLike, axis?: Axes, keepDims = false): Tensor {
  const x = toTensor(input);
  const axes = axesOf('max', x, axis);
  const y = wrap(maxNative(x.bytes, x.offset, x.layout.id, axes, keepDims), x);
  record(y, [x], (dy) => [() => extremeGradient(dy, x, y, axes)]);
  return y;
}

/** The smallest element over the given axes (all by default); NaN propagates. @throws ERR_SHAPE when there is none. @example min([1, 3]).item(); // 1 */
export function min(input: TensorLike, axis?: Axes, keepDims = false): Tensor {
  const x = toTensor(input);
  const axes = axesOf('min', x, axis);
  const y = wrap(minNative(x.bytes, x.offset, x.layout.id, axes, keepDims), x);
  record(y, [x], (dy) => [() => extremeGradient(dy, x, y, axes)]);
  return y;
}

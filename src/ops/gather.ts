import { record } from '../autograd.js';
import type { TypedArray } from '../dtype.js';
import { HebbError } from '../errors.js';
import { nativeOp } from '../native.js';
import { valueText } from '../options.js';
import { checkTensor, Tensor, wrap, type NestedArray, type ShapeLiteral, type TensorLike } from '../tensor.js';
import { add } from './binary.js';
import { composed } from './composed.js';
import { reshape } from './copy.js';
import { checkShape, tensor, toTensor } from './create.js';

const gatherNative = nativeOp('gather');
const scatterAddNative = nativeOp('scatterAdd');
const dynamicSliceNative = nativeOp('dynamicSlice');

/** Positions: an int32 or uint8 tensor, or whole numbers. */
export type Indices = Tensor | NestedArray | TypedArray;

/** Positions as an integer tensor, numbers on the device of x. @throws ERR_ARGUMENT for a number that is not whole. */
export function toIndices(op: string, indices: Indices, x?: Tensor): Tensor {
  if (indices instanceof Tensor) return indices;
  const device = x && { device: x.device };
  if (indices instanceof Int32Array || indices instanceof Uint8Array) return tensor(indices, device);
  checkWhole(op, indices);
  return tensor(indices, { dtype: 'int32', ...device });
}

function checkWhole(op: string, indices: NestedArray | TypedArray): void {
  if (Array.isArray(indices) || ArrayBuffer.isView(indices)) {
    for (const part of indices) checkWhole(op, part as NestedArray);
  } else if (!Number.isInteger(indices)) {
    throw new HebbError('ERR_ARGUMENT', `${op}: indices are whole numbers, got ${valueText(indices)}`);
  }
}

/**
 * The elements of x at the given positions of one axis, whose place the shape of the indices takes: with axis 0, rows.
 *
 * @param indices int32 or uint8, each in [0, size of the axis)
 * @throws ERR_ARGUMENT for an index out of range, negative ones included; ERR_DTYPE for indices that are not integers
 * @example
 * gather([[1, 2], [3, 4], [5, 6]], [2, 0]).toArray(); // [[5, 6], [1, 2]]
 */
export function gather(input: TensorLike, indices: Indices, axis = 0): Tensor {
  const x = toTensor(input);
  const list = toIndices('gather', indices, x);
  const y = wrap(gatherNative(x.bytes, x.offset, x.layout.id, list.bytes, list.offset, list.layout.id, axis), x, list);
  record(y, [x], (dy) => [() => scatterAdd(dy, list, x.shape, axis)]);
  return y;
}

/**
 * Zeros of `shape` to which values are added at the given positions of one axis; equal positions add up, in order. The
 * gradient of gather.
 *
 * @param values the shape that gather() would have: `shape` with the indices' shape in the place of `axis`
 * @throws ERR_SHAPE, ERR_ARGUMENT for an index out of range, ERR_DTYPE for bool and uint8 values
 * @example
 * scatterAdd([1, 2, 4], [0, 2, 0], [3]).toArray(); // [5, 0, 2]
 */
export function scatterAdd<const S extends ShapeLiteral>(values: TensorLike, indices: Indices, shape: S, axis = 0): Tensor<S> {
  const x = toTensor(values);
  const list = toIndices('scatterAdd', indices, x);
  const y = wrap(
    scatterAddNative(x.bytes, x.offset, x.layout.id, list.bytes, list.offset, list.layout.id, checkShape('scatterAdd', shape), axis),
  );
  record(y, [x], (dy) => [() => gather(dy, list, axis)]);
  return y as Tensor<S>;
}

/**
 * The rows start ... start + length - 1 of x as a copy, where `start` is a tensor: its value is read when the op runs, so a
 * captured program can move it from step to step.
 *
 * @param start one int32
 * @throws ERR_ARGUMENT when the rows are not all there; ERR_DTYPE unless start is int32
 * @example
 * sliceAt([10, 20, 30, 40], tensor(1, { dtype: 'int32' }), 2).toArray(); // [20, 30]
 */
export const sliceAt = composed('sliceAt', (input: TensorLike, start: Tensor, length: number): Tensor => {
  const x = toTensor(input);
  checkTensor('sliceAt', start, 'start');
  const y = wrap(dynamicSliceNative(x.bytes, x.offset, x.layout.id, start.bytes, start.offset, start.layout.id, length), x, start);
  record(y, [x], (dy) => [
    () => scatterAdd(dy, add(tensor(Int32Array.from({ length }, (_, i) => i)), reshape(start, [])), x.shape),
  ]);
  return y;
});

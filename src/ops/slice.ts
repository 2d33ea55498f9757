import { record } from '../autograd.js';
import { HebbError } from '../errors.js';
import { nativeOp } from '../native.js';
import { checkList } from '../options.js';
import { wrap, type Shape, type Tensor, type TensorLike } from '../tensor.js';
import { composed } from './composed.js';
import { reshape } from './copy.js';
import { toTensor } from './create.js';
import { flip } from './flip.js';

const sliceNative = nativeOp('slice');
const unsliceNative = nativeOp('unslice');

/** One range of slice(): begin and end (null for the ends, negative from the end), and a step; or one index. */
export type SliceRange = number | readonly [begin?: number | null, end?: number | null, step?: number];

/** Elements from, from + step, ... below to; reversed afterwards for a negative step. */
interface Steps {
  from: number;
  to: number;
  step: number;
  reversed: boolean;
}

/** One range over an axis of `dim` elements, by Python's rules. */
function stepsOf(range: Exclude<SliceRange, number>, dim: number, axis: number): Steps {
  checkList('slice', `the range of axis ${axis}`, range, 'a begin, an end and a step');
  const [begin, end, step = 1] = range;
  if (!Number.isInteger(step) || step === 0 || ![begin, end].every((bound) => bound == null || Number.isInteger(bound))) {
    throw new HebbError('ERR_ARGUMENT', `slice: range [${range.join(',')}] of axis ${axis} needs whole numbers and a step that is not 0`);
  }
  const low = step > 0 ? 0 : -1;
  const bound = (value: number | null | undefined, whole: number): number =>
    value == null ? whole : Math.min(dim + low, Math.max(low, value < 0 ? value + dim : value));
  const first = bound(begin, step > 0 ? 0 : dim - 1);
  const last = bound(end, step > 0 ? dim : -1);
  if (step > 0) return { from: first, to: Math.max(first, last), step, reversed: false };
  const count = Math.max(0, Math.ceil((first - last) / -step));
  return count === 0
    ? { from: 0, to: 0, step: 1, reversed: false }
    : { from: first + (count - 1) * step, to: first + 1, step: -step, reversed: true };
}

/**
 * A part of x, one range per axis as in NumPy: `[begin, end, step]`, `null` for the ends, negative counting from the end; a
 * plain number picks one index and drops the dimension. Ranges are clipped to the axis; axes left out stay whole. A view,
 * but for negative steps, which copy.
 *
 * @throws ERR_ARGUMENT for an index out of range or a step of 0
 * @example
 * slice(arange(5), [1, -1]).toArray(); // [1, 2, 3]: one axis, one range
 */
export function slice(input: TensorLike, ...ranges: SliceRange[]): Tensor {
  const x = toTensor(input);
  if (ranges.length > x.rank) {
    throw new HebbError('ERR_ARGUMENT', `slice: ${ranges.length} ranges for a tensor of shape [${x.shape.join(',')}]`);
  }
  const begin: number[] = [];
  const end: number[] = [];
  const step: number[] = [];
  const kept: number[] = [];
  const reversed: number[] = [];
  for (const [axis, dim] of x.shape.entries()) {
    const range = ranges[axis] ?? [];
    if (typeof range === 'number') {
      const index = range < 0 ? range + dim : range;
      if (!Number.isInteger(range) || index < 0 || index >= dim) {
        throw new HebbError('ERR_ARGUMENT', `slice: index ${range} is out of range for axis ${axis} of [${x.shape.join(',')}]`);
      }
      begin.push(index);
      end.push(index + 1);
      step.push(1);
      continue;
    }
    const steps = stepsOf(range, dim, axis);
    begin.push(steps.from);
    end.push(steps.to);
    step.push(steps.step);
    kept.push(Math.ceil((steps.to - steps.from) / steps.step));
    if (steps.reversed) reversed.push(axis);
  }
  let part = sliceRegion(x, begin, end, step);
  if (reversed.length > 0) part = flip(part, reversed);
  return kept.length === x.rank ? part : reshape(part, kept);
}

/**
 * The part of x at one index of the first dimension, which is dropped; negative from the end. Further indices go deeper.
 *
 * @throws ERR_ARGUMENT for an index out of range
 * @example
 * at([[1, 2], [3, 4]], -1).toArray(); // [3, 4]
 */
export const at = composed('at', (x: TensorLike, ...indices: number[]): Tensor =>
  slice(x, ...indices));

function sliceRegion(x: Tensor, begin: number[], end: number[], step: number[]): Tensor {
  const y = wrap(sliceNative(x.bytes, x.offset, x.layout.id, begin, end, step), x);
  record(y, [x], (dy) => [() => unslice(dy, x.shape, begin, end, step)]);
  return y;
}

/** Zeros of a shape with dy in one region of it: the gradient of slice. */
function unslice(dy: Tensor, shape: Shape, begin: number[], end: number[], step: number[]): Tensor {
  const y = wrap(unsliceNative(dy.bytes, dy.offset, dy.layout.id, shape, begin, end, step), dy);
  record(y, [dy], (d) => [() => sliceRegion(d, begin, end, step)]);
  return y;
}

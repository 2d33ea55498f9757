import { record } from '../autograd.js';
import { HebbError } from '../errors.js';
import { nativeOp } from '../native.js';
import { checkList } from '../options.js';
import { wrap, type Tensor, type TensorLike } from '../tensor.js';
import { axisIn } from './axis.js';
import { composed } from './composed.js';
import { toTensor } from './create.js';
import { fit } from './fit.js';
import { slice, type SliceRange } from './slice.js';
import { expandDims } from './views.js';

const concatNative = nativeOp('concat');

/** The indices begin ... end - 1 of one axis. */
function part(x: Tensor, axis: number, begin: number, end: number): Tensor {
  const ranges = new Array<SliceRange>(axis).fill([]);
  return slice(x, ...ranges, [begin, end]);
}

/**
 * The tensors joined along an axis, in their promoted type.
 *
 * @throws ERR_SHAPE when they differ in another dimension; ERR_ARGUMENT for no tensor at all
 * @example
 * concat([[1, 2], [3]]).toArray(); // [1, 2, 3]
 */
export function concat(inputs: readonly TensorLike[], axis = 0): Tensor {
  checkList('concat', 'inputs', inputs, 'tensors');
  const tensors = inputs.map((input) => toTensor(input));
  const y = wrap(concatNative(tensors.flatMap((x) => [x.bytes, x.offset, x.layout.id]), axis));
  record(y, tensors, (dy) => {
    const along = axisIn('concat', axis, y.rank);
    let begin = 0;
    return tensors.map((x) => {
      const from = begin;
      const to = (begin += x.shape[along] ?? 0);
      return () => fit(part(dy, along, from, to), x);
    });
  });
  return y;
}

/**
 * Tensors of one shape stacked along a new axis.
 *
 * @throws ERR_SHAPE when the shapes differ
 * @example
 * stack([[1, 2], [3, 4]], 1).toArray(); // [[1, 3], [2, 4]]
 */
export const stack = composed('stack', (inputs: readonly TensorLike[], axis = 0): Tensor => {
  checkList('stack', 'inputs', inputs, 'tensors');
  const tensors = inputs.map((input) => toTensor(input));
  const rank = (tensors[0]?.rank ?? 0) + 1;
  return concat(
    tensors.map((x) => expandDims(x, axis)),
    axisIn('stack', axis, rank),
  );
});

/**
 * x cut along an axis, into equal parts or parts of given sizes; views.
 *
 * @param parts the number of equal parts, or their sizes
 * @throws ERR_ARGUMENT when the axis does not divide so
 * @example
 * split([1, 2, 3, 4], 2).map((x) => x.toArray()); // [[1, 2], [3, 4]]
 */
export const split = composed('split', (input: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] => {
  const x = toTensor(input);
  const along = axisIn('split', axis, x.rank);
  const dim = x.shape[along] ?? 0;
  if (typeof parts !== 'number') checkList('split', 'parts', parts, 'sizes');
  const sizes = typeof parts === 'number' ? new Array<number>(Math.max(0, Math.trunc(parts))).fill(dim / parts) : parts;
  const whole = sizes.every((size) => Number.isInteger(size) && size >= 0);
  if (!whole || sizes.length === 0 || sizes.reduce((sum, size) => sum + size, 0) !== dim) {
    throw new HebbError('ERR_ARGUMENT', `split: ${dim} elements along axis ${axis} do not divide into ${String(parts)}`);
  }
  let begin = 0;
  return sizes.map((size) => part(x, along, begin, (begin += size)));
});

/**
 * The parts of x at each index of an axis, which is dropped; views.
 *
 * @example
 * unstack([[1, 2], [3, 4]]).map((x) => x.toArray()); // [[1, 2], [3, 4]]
 */
export const unstack = composed('unstack', (input: TensorLike, axis = 0): Tensor[] => {
  const x = toTensor(input);
  const along = axisIn('unstack', axis, x.rank);
  const ranges = new Array<SliceRange>(along).fill([]);
  return Array.from({ length: x.shape[along] ?? 0 }, (_, i) => slice(x, ...ranges, i));
});

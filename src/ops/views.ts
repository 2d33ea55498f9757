import { HebbError } from '../errors.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { axisIn } from './axis.js';
import { composed } from './composed.js';
import { reshape, transpose } from './copy.js';
import { toTensor } from './create.js';
import type { Axes } from './reduce.js';

/**
 * x with a new dimension of size 1 at `axis`; a view.
 *
 * @throws ERR_ARGUMENT unless axis is in [-rank - 1, rank]
 * @example
 * expandDims([1, 2], 1).shape; // [2, 1]
 */
export const expandDims = composed('expandDims', (input: TensorLike, axis = 0): Tensor => {
  const x = toTensor(input);
  const shape = [...x.shape];
  shape.splice(axisIn('expandDims', axis, x.rank + 1), 0, 1);
  return reshape(x, shape);
});

/**
 * x without the given dimensions of size 1 (all such by default); a view.
 *
 * @throws ERR_SHAPE when one of them is larger
 * @example
 * squeeze([[[1], [2]]]).shape; // [2]
 */
export const squeeze = composed('squeeze', (input: TensorLike, axis?: Axes): Tensor => {
  const x = toTensor(input);
  const axes = axis === undefined ? undefined : [axis].flat().map((each) => axisIn('squeeze', each, x.rank));
  for (const each of axes ?? []) {
    if (x.shape[each] !== 1) throw new HebbError('ERR_SHAPE', `squeeze: axis ${each} of [${x.shape.join(',')}] is not of size 1`);
  }
  return reshape(
    x,
    x.shape.filter((dim, i) => (axes === undefined ? dim !== 1 : !axes.includes(i))),
  );
});

/** All elements in one dimension, row-major; a view where the layout allows. @example flatten([[1, 2], [3, 4]]).toArray(); // [1, 2, 3, 4] */
export const flatten = composed('flatten', (x: TensorLike): Tensor =>
  reshape(toTensor(x), [-1]));

/**
 * x with one dimension moved to another place, the others in their order; a view.
 *
 * @example
 * moveAxis(zeros([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 */
export const moveAxis = composed('moveAxis', (input: TensorLike, from: number, to: number): Tensor => {
  const x = toTensor(input);
  const source = axisIn('moveAxis', from, x.rank);
  const order = x.shape.map((_, i) => i).filter((i) => i !== source);
  order.splice(axisIn('moveAxis', to, x.rank), 0, source);
  return order.every((axis, i) => axis === i) ? x : transpose(x, order);
});

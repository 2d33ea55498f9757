import { HebbError } from '../errors.js';
import { checkList } from '../options.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { axisIn } from './axis.js';
import { composed } from './composed.js';
import { broadcastTo, reshape } from './copy.js';
import { toTensor } from './create.js';
import { flatten } from './views.js';

function checkCount(op: string, count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) throw new HebbError('ERR_ARGUMENT', `${op}: counts are whole numbers >= 0, got ${count}`);
  return count;
}

/**
 * x laid side by side, `counts[i]` times along axis i; as in NumPy the shorter of shape and counts is filled up with ones
 * on the left.
 *
 * @throws ERR_ARGUMENT unless the counts are whole numbers >= 0
 * @example
 * tile([1, 2], [2, 2]).toArray(); // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export const tile = composed('tile', (input: TensorLike, counts: readonly number[]): Tensor => {
  const x = toTensor(input);
  checkList('tile', 'counts', counts, 'whole numbers');
  const rank = Math.max(x.rank, counts.length);
  const shape = [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
  const times = [...new Array<number>(rank - counts.length).fill(1), ...counts.map((count) => checkCount('tile', count))];
  // A dimension n that is repeated c times becomes [1, n], is broadcast to [c, n] and joined to c * n.
  const apart = shape.flatMap((dim, i) => (times[i] === 1 ? [dim] : [1, dim]));
  const repeated = shape.flatMap((dim, i) => (times[i] === 1 ? [dim] : [times[i]!, dim]));
  const joined = shape.map((dim, i) => dim * times[i]!);
  return reshape(broadcastTo(reshape(x, apart), repeated), joined);
});

/**
 * Every element (or, with an axis, every slice) `count` times in a row.
 *
 * @param axis along which; all elements in one dimension by default
 * @throws ERR_ARGUMENT
 * @example
 * repeat([1, 2], 2).toArray(); // [1, 1, 2, 2]
 */
export const repeat = composed('repeat', (input: TensorLike, count: number, axis?: number): Tensor => {
  const x = axis === undefined ? flatten(input) : toTensor(input);
  const along = axisIn('repeat', axis ?? 0, x.rank);
  checkCount('repeat', count);
  const [outer, inner] = [x.shape.slice(0, along + 1), x.shape.slice(along + 1)];
  const joined = x.shape.map((dim, i) => (i === along ? dim * count : dim));
  return reshape(broadcastTo(reshape(x, [...outer, 1, ...inner]), [...outer, count, ...inner]), joined);
});

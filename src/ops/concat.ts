import { record, untracked } from '../autograd.js';
import { promote } from '../dtype.js';
import { HebbError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { assign, slice, type SliceRange } from './copy.js';
import { full } from './create.js';

/**
 * Tensors one after the other along an axis; their other sizes are equal, types are promoted.
 *
 * @throws ERR_ARGUMENT without tensors; ERR_SHAPE when the other sizes differ
 * @example
 * concat([tensor([1]), tensor([2, 3])], 0).toArray(); // [1, 2, 3]
 */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  const [head] = parts;
  if (head === undefined) throw new HebbError('ERR_ARGUMENT', 'concat: needs at least one tensor');
  const at = axis < 0 ? axis + head.rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= head.rank) {
    throw new HebbError('ERR_ARGUMENT', `concat: axis ${axis} is out of range for a tensor of rank ${head.rank}`);
  }
  const others = (x: Tensor): string => x.shape.map((dim, i) => (i === at ? '*' : dim)).join();
  for (const part of parts) {
    if (others(part) !== others(head)) {
      throw new HebbError('ERR_SHAPE', `concat: [${part.shape.join(',')}] does not fit [${head.shape.join(',')}] along axis ${axis}`);
    }
  }
  const ends: number[] = [];
  let total = 0;
  for (const part of parts) ends.push((total += part.shape[at] ?? 0));
  const region = (i: number): SliceRange[] => head.shape.map((_, k) => (k === at ? [ends[i - 1] ?? 0, ends[i] ?? 0] : []));
  const shape = head.shape.map((dim, i) => (i === at ? total : dim));
  const y = full(shape, 0, { dtype: parts.map(({ dtype }) => dtype).reduce(promote) });
  untracked(() => {
    for (const [i, part] of parts.entries()) assign(slice(y, ...region(i)), part);
  });
  record(y, parts, (dy) => parts.map((_, i) => () => slice(dy, ...region(i))));
  return y;
}

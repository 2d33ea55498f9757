import { record, untracked } from '../autograd.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { axisIn } from './axis.js';
import { composed } from './composed.js';
import { tensor, toTensor } from './create.js';
import { gather } from './gather.js';
import { axesOf, type Axes } from './reduce.js';

/**
 * The elements in reverse order along the given axes (all by default), as a copy.
 *
 * @throws ERR_ARGUMENT for an axis out of range
 * @example
 * flip([1, 2, 3]).toArray(); // [3, 2, 1]
 */
export const flip = composed('flip', (input: TensorLike, axis?: Axes): Tensor => {
  const x = toTensor(input);
  const axes = axesOf('flip', x, axis);
  const y = untracked(() =>
    axes.reduce((part, each) => {
      const i = axisIn('flip', each, x.rank);
      const dim = x.shape[i] ?? 0;
      return gather(part, tensor(Int32Array.from({ length: dim }, (_, k) => dim - 1 - k)), i);
    }, x),
  );
  if (y === x) return x;
  record(y, [x], (dy) => [() => flip(dy, axes)]);
  return y;
});

import { record, untracked } from '../autograd.js';
import { HebbError } from '../errors.js';
import { checkList } from '../options.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { composed, tidied } from './composed.js';
import { assign } from './copy.js';
import { full, toTensor } from './create.js';
import { slice } from './slice.js';

/**
 * x with `value` around it: paddings[i] elements before and after along axis i.
 *
 * @throws ERR_ARGUMENT unless there is one pair of whole numbers >= 0 per axis
 * @example
 * pad([1, 2], [[1, 2]]).toArray(); // [0, 1, 2, 0, 0]
 */
export const pad = composed('pad', (input: TensorLike, paddings: readonly (readonly [before: number, after: number])[], value = 0): Tensor => {
  const x = toTensor(input);
  checkList('pad', 'paddings', paddings, 'pairs');
  if (paddings.length !== x.rank || !paddings.flat().every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new HebbError(
      'ERR_ARGUMENT',
      `pad: expected one pair of whole numbers >= 0 for each of ${x.rank} dimensions, got ${JSON.stringify(paddings)}`,
    );
  }
  const region = x.shape.map((dim, i): [number, number] => [paddings[i]![0], paddings[i]![0] + dim]);
  const y = untracked(tidied(() => {
    const around = full(
      x.shape.map((dim, i) => paddings[i]![0] + dim + paddings[i]![1]),
      value,
      x,
    );
    assign(slice(around, ...region), x);
    return around;
  }));
  record(y, [x], (dy) => [() => slice(dy, ...region)]);
  return y;
});

import { nativeOp } from '../native.js';
import { wrap, type Tensor, type TensorLike } from '../tensor.js';
import { add } from './binary.js';
import { composed, tidied } from './composed.js';
import { reshape } from './copy.js';
import { tensor, toTensor } from './create.js';
import { gather } from './gather.js';
import { flatten, moveAxis } from './views.js';

const argsortNative = nativeOp('argsort');
const topkNative = nativeOp('topk');

function order(x: Tensor, descending: boolean): Tensor {
  return wrap(argsortNative(x.bytes, x.offset, x.layout.id, descending));
}

/** x[..., positions[...]] for positions within the rows of x: made of gather, so that gradients flow. */
function pick(x: Tensor, positions: Tensor): Tensor {
  const n = x.shape[x.rank - 1] ?? 0;
  const rows = n === 0 ? 0 : x.size / n;
  const starts = tensor(Int32Array.from({ length: rows }, (_, row) => row * n), {
    shape: [...positions.shape.slice(0, -1), 1],
  });
  return n === 0 ? x : gather(flatten(x), add(positions, starts));
}

/**
 * The elements in order along an axis; a NaN counts as larger than every number.
 *
 * @throws ERR_ARGUMENT for an axis out of range; ERR_SHAPE for a number
 * @example
 * sort([3, 1, 2]).toArray(); // [1, 2, 3]
 */
export const sort = composed('sort', tidied((input: TensorLike, axis = -1, descending = false): Tensor => {
  const rows = moveAxis(input, axis, -1);
  return moveAxis(pick(rows, order(rows, descending)), -1, axis);
}));

/**
 * The positions (int32) of the elements in order along an axis. Stable: equal elements keep their order, in both
 * directions. No gradient.
 *
 * @throws ERR_ARGUMENT for an axis out of range; ERR_SHAPE for a number
 * @example
 * argsort([3, 1, 2]).toArray(); // [1, 2, 0]
 */
export const argsort = composed('argsort', (input: TensorLike, axis = -1, descending = false): Tensor =>
  moveAxis(order(moveAxis(input, axis, -1), descending), -1, axis));

/**
 * The k largest (or smallest) elements of the last dimension, best first, and their positions (int32); of equal elements the
 * first come first.
 *
 * @throws ERR_ARGUMENT unless 0 <= k <= the size of the last dimension
 * @example
 * topk([3, 1, 2], 2).values.toArray(); // [3, 2]
 */
export function topk(input: TensorLike, k: number, largest = true): { values: Tensor; indices: Tensor } {
  const x = toTensor(input);
  const indices = wrap(topkNative(x.bytes, x.offset, x.layout.id, k, largest));
  const values = k === 0 ? reshape(gather(flatten(x), indices), indices.shape) : pick(x, indices);
  return { values, indices };
}

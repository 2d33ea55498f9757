import { record } from '../autograd.js';
import { nativeOp } from '../native.js';
import { Tensor, wrap, type TensorLike } from '../tensor.js';
import { toTensor } from './create.js';
import { fit } from './fit.js';

const whereNative = nativeOp('where');

/**
 * a where the condition holds, b elsewhere; all three broadcast, a and b meet in their promoted type.
 *
 * @param condition bool; numbers count as true unless 0
 * @throws ERR_SHAPE
 * @example
 * where([true, false], [1, 2], 0).toArray(); // [1, 0]
 */
export function where(condition: TensorLike, left: TensorLike, right: TensorLike): Tensor {
  const test = toTensor(condition);
  const a = toTensor(left, right instanceof Tensor ? right : undefined);
  const b = toTensor(right, a);
  const y = wrap(
    whereNative(test.bytes, test.offset, test.layout.id, a.bytes, a.offset, a.layout.id, b.bytes, b.offset, b.layout.id),
    test,
    a,
    b,
  );
  record(y, [a, b], (dy) => [() => fit(where(test, dy, 0), a), () => fit(where(test, 0, dy), b)]);
  return y;
}

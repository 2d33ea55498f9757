import { record } from '../autograd.js';
import { nativeOp } from '../native.js';
import { wrap, type Tensor, type TensorLike } from '../tensor.js';
import { toTensor } from './create.js';

const cumsumNative = nativeOp('cumsum');

/**
 * Running sums along an axis, from its beginning or, with `reverse`, from its end; bool and uint8 give int32.
 *
 * @throws ERR_ARGUMENT for an axis out of range
 * @example
 * cumsum([1, 2, 3]).toArray(); // [1, 3, 6]
 */
export function cumsum(input: TensorLike, axis = 0, reverse = false): Tensor {
  const x = toTensor(input);
  const y = wrap(cumsumNative(x.bytes, x.offset, x.layout.id, axis, reverse), x);
  record(y, [x], (dy) => [() => cumsum(dy, axis, !reverse)]);
  return y;
}

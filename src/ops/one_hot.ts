import { dtypeIndex, type Dtype } from '../dtype.js';
import { nativeOp } from '../native.js';
import { wrap, type Tensor } from '../tensor.js';
import { checkDtype } from './create.js';
import { toIndices, type Indices } from './gather.js';

const oneHotNative = nativeOp('oneHot');

/**
 * Class numbers [...] as rows [..., classes] that are 1 at the class and 0 elsewhere. No gradient.
 *
 * @throws ERR_ARGUMENT for a class out of range; ERR_DTYPE unless the indices are integers
 * @example
 * oneHot([1, 0], 3).toArray(); // [[0, 1, 0], [1, 0, 0]]
 */
export function oneHot(indices: Indices, classes: number, dtype: Dtype = 'float32'): Tensor {
  const list = toIndices('oneHot', indices);
  return wrap(oneHotNative(list.bytes, list.offset, list.layout.id, classes, dtypeIndex[checkDtype('oneHot', dtype)]));
}

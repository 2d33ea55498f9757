import type { Dtype } from '../dtype.js';
import { HebbError } from '../errors.js';
import { composed } from '../ops/composed.js';
import { checkDtype, toTensor } from '../ops/create.js';
import { hostEmpty, hostView, placed, type Tensor, type TensorLike } from '../tensor.js';

/**
 * Labels as one-hot rows: 1 in the column of the label, else 0. As in Keras, a last dimension of size 1 is dropped.
 *
 * @param labels whole numbers >= 0 of any shape [...]
 * @param numClasses number of columns; by default the largest label + 1
 * @returns [..., numClasses], float32 unless another dtype is asked for
 * @throws ERR_ARGUMENT for a label that is not a whole number from 0 to numClasses - 1
 * @example
 * toCategorical([0, 2, 1]).toArray(); // [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
 */
export const toCategorical = composed('toCategorical', (labels: TensorLike, numClasses?: number, options: { dtype?: Dtype } = {}): Tensor => {
  const y = toTensor(labels);
  const values = y.dataSync();
  if (numClasses === undefined ? values.length === 0 : !Number.isSafeInteger(numClasses) || numClasses < 1) {
    const fault =
      numClasses === undefined ? 'needed where there are no labels' : `a whole number >= 1, got ${numClasses}`;
    throw new HebbError('ERR_ARGUMENT', `toCategorical: numClasses is ${fault}`);
  }
  let largest = 0;
  for (const [i, label] of values.entries()) {
    if (!Number.isInteger(label) || label < 0 || (numClasses !== undefined && label >= numClasses)) {
      const range = numClasses === undefined ? '>= 0' : `from 0 to ${numClasses - 1}`;
      throw new HebbError('ERR_ARGUMENT', `toCategorical: label ${label} at ${i} is not a whole number ${range}`);
    }
    largest = Math.max(largest, label);
  }
  const classes = numClasses ?? largest + 1;
  const shape = y.rank > 1 && y.shape.at(-1) === 1 ? y.shape.slice(0, -1) : y.shape;
  const out = hostEmpty(checkDtype('toCategorical', options.dtype ?? 'float32'), [...shape, classes]);
  const target = hostView(out).fill(0);
  for (const [i, label] of values.entries()) target[i * classes + label] = 1;
  return placed(out);
});

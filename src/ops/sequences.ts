import { deviceIndex } from '../device.js';
import { HebbError } from '../errors.js';
import { hostEmpty, hostView, placed, type Tensor } from '../tensor.js';
import { tidied } from './composed.js';
import { assign, reshape } from './copy.js';
import { tensor, zeros } from './create.js';
import { checkTensorOptions, type TensorOptions } from './create_options.js';
import { slice } from './slice.js';

/** start, start + step, ... as a tensor, of which the last may be given: float32 unless the options say otherwise. */
function sequence(length: number, start: number, step: number, options: TensorOptions, last?: number): Tensor {
  const { dtype = 'float32', device } = options;
  const out = dtype === 'float32' || dtype === 'float64' ? hostEmpty(dtype, [length]) : undefined;
  const values = out ? hostView(out) : new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = start + i * step;
  if (last !== undefined && length > 1) values[length - 1] = last;
  return out ? placed(out, deviceIndex(device)) : tensor(values, options); // where what does not fit saturates
}

/**
 * Numbers from start (0) to below stop, step (1) apart; float32 unless `dtype` says otherwise.
 *
 * @throws ERR_ARGUMENT for a step of 0 or numbers that are not finite
 * @example
 * arange(3).toArray(); // [0, 1, 2]
 * arange(1, 2, 0.5).toArray(); // [1, 1.5]
 */
export function arange(stop: number, options?: TensorOptions): Tensor;
export function arange(start: number, stop: number, step?: number, options?: TensorOptions): Tensor;
export function arange(first: number, second?: number | TensorOptions, step = 1, options: TensorOptions = {}): Tensor {
  const given = typeof second === 'object' ? second : options;
  checkTensorOptions('arange', given);
  const [start, stop] = typeof second === 'number' ? [first, second] : [0, first];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isSafeInteger(length)) {
    throw new HebbError('ERR_ARGUMENT', `arange: cannot go from ${start} to ${stop} in steps of ${step}`);
  }
  return sequence(length, start, step, given);
}

/**
 * `count` evenly spaced numbers from start to stop, both included; float32 unless `dtype` says otherwise.
 *
 * @throws ERR_ARGUMENT unless count is a whole number >= 0
 * @example
 * linspace(0, 1, 5).toArray(); // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, stop: number, count = 50, options: TensorOptions = {}): Tensor {
  checkTensorOptions('linspace', options);
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new HebbError('ERR_ARGUMENT', `linspace: the count is a whole number >= 0, got ${count}`);
  }
  const step = (stop - start) / Math.max(1, count - 1);
  return sequence(count, start, step, options, stop);
}

/**
 * A matrix with ones on its diagonal and zeros elsewhere; square unless the columns are given.
 *
 * @throws ERR_SHAPE
 * @example
 * eye(2).toArray(); // [[1, 0], [0, 1]]
 */
export function eye(rows: number, columns = rows, options: TensorOptions = {}): Tensor {
  checkTensorOptions('eye', options);
  const size = rows * columns;
  if (!Number.isSafeInteger(size) || rows < 0 || columns < 0 || !Number.isInteger(rows)) {
    throw new HebbError('ERR_SHAPE', `eye: sizes are whole numbers >= 0, got [${rows},${columns}]`);
  }
  return tidied(() => {
    const y = zeros([rows, columns], options);
    assign(slice(reshape(y, [size]), [0, Math.min(rows, columns) * (columns + 1), columns + 1]), 1);
    return y;
  })();
}

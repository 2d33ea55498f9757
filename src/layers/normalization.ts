import { getDevice } from '../device.js';
import { addInPlace, assign, cast, div, maximum, ones, reshape, slice, sqrt, square, sub, sum, to, zeros } from '../ops/index.js';
import type { Shape, Tensor, TensorLike } from '../tensor.js';
import { toRows } from '../train/rows.js';
import { toFloat } from './shaping.js';
import { Layer, type Config, type LayerOptions } from './layer.js';

/** Below this a standard deviation counts as 0 and does not divide (Keras). */
const epsilon = 1e-7;

/** (x - mean) / standard deviation, per feature (the last dimension), with the statistics that adapt() finds. */
export class Normalization extends Layer {
  private mean: Tensor | undefined;
  private variance: Tensor | undefined;

  constructor(options: LayerOptions = {}) {
    super('normalization', options);
  }
  outputShape(inputShape: Shape): Shape {
    if (inputShape.length === 0) throw this.error('ERR_SHAPE', 'needs inputs of at least one dimension, got [*]');
    return inputShape;
  }
  protected override createWeights(inputShape: Shape): void {
    const features = inputShape[inputShape.length - 1] ?? 0;
    this.mean = this.addWeight({ name: 'mean', value: zeros([features], { dtype: this.dtype }), trainable: false });
    this.variance = this.addWeight({ name: 'variance', value: ones([features], { dtype: this.dtype }), trainable: false });
  }
  /** Takes the mean and variance of each feature from data [rows, ..., features]. @throws ERR_SHAPE, ERR_ARGUMENT without rows */
  adapt(data: TensorLike): void {
    const rows = to(toRows(this.name || this.kind, 'what adapt() takes', data), getDevice());
    if (rows.size === 0) throw this.error('ERR_ARGUMENT', `adapt: there are no rows in [${rows.shape.join(',')}]`);
    this.build(rows.shape.slice(1));
    const average = meanOfRows(rows, (x) => x);
    const variance = meanOfRows(rows, (x) => square(sub(x, average)));
    if (this.mean !== undefined) assign(this.mean, average);
    if (this.variance !== undefined) assign(this.variance, variance);
  }
  call(x: Tensor): Tensor {
    if (this.mean === undefined || this.variance === undefined) throw this.error('ERR_ARGUMENT', 'is not built: call adapt(data) first');
    return div(sub(toFloat(x, this.dtype), this.mean), maximum(sqrt(this.variance), epsilon));
  }
  getConfig(): Config {
    return {};
  }
}

/** The mean of f of each feature, in float64, some rows at a time: a feature that does not vary has a variance of exactly 0. */
function meanOfRows(data: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const features = data.shape[data.rank - 1] ?? 1;
  const total = zeros([features], { dtype: 'float64' });
  const rowsAtATime = 4096;
  for (let i = 0; i < (data.shape[0] ?? 0); i += rowsAtATime) {
    const part = cast(slice(data, [i, i + rowsAtATime]), 'float64');
    addInPlace(total, sum(reshape(f(part), [-1, features]), 0));
  }
  return div(total, data.size / features);
}

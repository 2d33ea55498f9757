import { assign, div, maximum, mean, ones, sqrt, square, sub, toTensor, zeros} from '../ops/index.js';
import type { Shape, Tensor, TensorLike } from '../tensor.js';
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
    const rows = toTensor(data);
    if (rows.size === 0) throw this.error('ERR_ARGUMENT', `adapt: there are no rows in [${rows.shape.join(',')}]`);
    this.build(rows.shape.slice(1));
    const x = toFloat(rows, this.dtype);
    const axes = x.shape.map((_, i) => i).slice(0, -1);
    const average = mean(x, axes);
    if (this.mean !== undefined) assign(this.mean, average);
    if (this.variance !== undefined) assign(this.variance, mean(square(sub(x, average)), axes));
  }
  call(x: Tensor): Tensor {
    if (this.mean === undefined || this.variance === undefined) throw this.error('ERR_ARGUMENT', 'is not built: call adapt(data) first');
    return div(sub(toFloat(x, this.dtype), this.mean), maximum(sqrt(this.variance), epsilon));
  }
  getConfig(): Config {
    return {};
  }
}

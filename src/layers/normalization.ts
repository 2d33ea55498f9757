import { div, maximum, mean, ones, sqrt, square, sub, zeros } from '../ops/index.js';
import type { Shape, Tensor } from '../tensor.js';
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
    this.mean = this.addWeight({ name: 'mean', value: zeros([features]), trainable: false });
    this.variance = this.addWeight({ name: 'variance', value: ones([features]), trainable: false });
  }
  /** Takes the mean and variance of each feature from data [rows, ..., features]. */
  adapt(data: Tensor): void {
    this.build(data.shape.slice(1));
    const x = toFloat(data);
    const axes = x.shape.map((_, i) => i).slice(0, -1);
    const average = mean(x, axes);
    this.mean?.assign(average);
    this.variance?.assign(mean(square(sub(x, average)), axes));
  }
  call(x: Tensor): Tensor {
    if (this.mean === undefined || this.variance === undefined) throw this.error('ERR_ARGUMENT', 'is not built: call adapt(data) first');
    return div(sub(toFloat(x), this.mean), maximum(sqrt(this.variance), epsilon));
  }
  getConfig(): Config {
    return {};
  }
}

import type { ConstraintLike } from '../constraints.js';
import type { InitializerLike } from '../initializers.js';
import { untracked } from '../autograd.js';
import { add, assign, mean, mul, reshape, rsqrt, square, sub } from '../ops/index.js';
import type { RegularizerLike } from '../regularizers.js';
import type { Shape, Tensor } from '../tensor.js';
import { Layer, type CallContext, type Config, type LayerOptions } from './layer.js';
import { describe, describeParts, getInitializer, initialValue, trainableWeight, type WeightParts } from './parts.js';
import { toFloat } from './shaping.js';
import { flag } from '../options.js';

/** Options of layerNormalization() and batchNormalization(). */
export interface ScalingOptions extends LayerOptions {
  /** The dimension with a scale and an offset of its own for each position; the last, -1, by default; 0 is the batch. */
  axis?: number;
  /** Added to the variance; 0.001 by default. */
  epsilon?: number;
  /** Whether the offset beta is added; true by default. */
  center?: boolean;
  /** Whether the result is multiplied by gamma; true by default. */
  scale?: boolean;
  /** zeros by default. */
  betaInitializer?: InitializerLike;
  /** ones by default. */
  gammaInitializer?: InitializerLike;
  betaRegularizer?: RegularizerLike;
  gammaRegularizer?: RegularizerLike;
  betaConstraint?: ConstraintLike;
  gammaConstraint?: ConstraintLike;
}

/** Options of batchNormalization(). */
export interface BatchNormalizationOptions extends ScalingOptions {
  /** Share of the moving averages that is kept at each step, in [0, 1]; 0.99 by default. */
  momentum?: number;
  /** zeros by default. */
  movingMeanInitializer?: InitializerLike;
  /** ones by default. */
  movingVarianceInitializer?: InitializerLike;
}

/** A layer that brings its inputs to mean 0 and variance 1, then scales them by gamma and adds beta. */
abstract class Scaling extends Layer {
  private gamma: Tensor | undefined;
  private beta: Tensor | undefined;
  protected readonly axis: number;
  protected readonly epsilon: number;

  constructor(kind: string, private readonly scaling: ScalingOptions) {
    super(kind, scaling);
    this.axis = scaling.axis ?? -1;
    this.epsilon = scaling.epsilon ?? 1e-3;
    for (const name of ['center', 'scale'] as const) flag(kind, name, scaling[name] ?? true);
    if (!Number.isSafeInteger(this.axis) || this.axis === 0) {
      throw this.error('ERR_ARGUMENT', `axis is a whole number other than 0, the batch, got ${this.axis}`);
    }
    if (typeof this.epsilon !== 'number' || !(this.epsilon > 0 && this.epsilon < Infinity)) throw this.error('ERR_ARGUMENT', `epsilon is a number > 0, got ${String(this.epsilon)}`);
    describeParts('gamma', this.parts.gamma);
    describeParts('beta', this.parts.beta);
  }

  private get parts(): { gamma: WeightParts; beta: WeightParts } {
    const { gammaInitializer = 'ones', gammaRegularizer, gammaConstraint } = this.scaling;
    const { betaInitializer = 'zeros', betaRegularizer, betaConstraint } = this.scaling;
    return {
      gamma: { initializer: gammaInitializer, regularizer: gammaRegularizer, constraint: gammaConstraint },
      beta: { initializer: betaInitializer, regularizer: betaRegularizer, constraint: betaConstraint },
    };
  }
  /** The axis as a position in the shape of a batch of this rank. */
  protected axisIn(rank: number): number {
    return this.axis < 0 ? this.axis + rank : this.axis;
  }
  /** The number of positions along the axis. */
  protected features(inputShape: Shape): number {
    return inputShape[this.axisIn(inputShape.length + 1) - 1] ?? 1;
  }
  outputShape(inputShape: Shape): Shape {
    const at = this.axisIn(inputShape.length + 1);
    if (at < 1 || at > inputShape.length) throw this.error('ERR_SHAPE', `there is no axis ${this.axis} in inputs [*,${inputShape.join(',')}]`);
    return inputShape;
  }
  protected override createWeights(inputShape: Shape): void {
    const { center = true, scale = true } = this.scaling;
    const shape = [this.features(inputShape)];
    if (scale) this.gamma = this.addWeight(trainableWeight('gamma', shape, this.dtype, this.parts.gamma));
    if (center) this.beta = this.addWeight(trainableWeight('beta', shape, this.dtype, this.parts.beta));
  }
  /** Numbers for each position along the axis in a shape that broadcasts against x. */
  protected along(x: Tensor, values: Tensor): Tensor {
    const at = this.axisIn(x.rank);
    return reshape(values, x.shape.map((dim, i) => (i === at ? dim : 1)));
  }
  /** (x - average) / sqrt(variance + epsilon), times gamma, plus beta. */
  protected scaled(x: Tensor, average: Tensor, variance: Tensor): Tensor {
    const unit = mul(sub(x, average), rsqrt(add(variance, this.epsilon)));
    const wide = this.gamma === undefined ? unit : mul(unit, this.along(x, this.gamma));
    return this.beta === undefined ? wide : add(wide, this.along(x, this.beta));
  }
  getConfig(): Config {
    const { center = true, scale = true } = this.scaling;
    const { axis, epsilon } = this;
    return { axis, epsilon, center, scale, ...describeParts('gamma', this.parts.gamma), ...describeParts('beta', this.parts.beta) };
  }
}

/** Mean 0 and variance 1 along the axis of each row (Ba et al. 2016). */
export class LayerNormalization extends Scaling {
  constructor(options: ScalingOptions = {}) {
    super('layerNormalization', options);
  }
  call(input: Tensor): Tensor {
    if (this.builtShape === undefined) throw this.error('ERR_ARGUMENT', 'is not built: its input shape is not known yet');
    const x = toFloat(input, this.dtype);
    const average = mean(x, this.axisIn(x.rank), true);
    return this.scaled(x, average, mean(square(sub(x, average)), this.axisIn(x.rank), true));
  }
}

/**
 * Mean 0 and variance 1 for each position along the axis (Ioffe and Szegedy 2015): by the statistics of the batch in
 * training, which moving averages follow, and by those averages otherwise or when the layer is not trainable.
 */
export class BatchNormalization extends Scaling {
  private readonly momentum: number;
  private movingMean: Tensor | undefined;
  private movingVariance: Tensor | undefined;

  constructor(private readonly options: BatchNormalizationOptions = {}) {
    super('batchNormalization', options);
    this.momentum = options.momentum ?? 0.99;
    if (typeof this.momentum !== 'number' || !(this.momentum >= 0 && this.momentum <= 1)) throw this.error('ERR_ARGUMENT', `momentum is in [0, 1], got ${String(this.momentum)}`);
    getInitializer(options.movingMeanInitializer ?? 'zeros', 'movingMeanInitializer');
    getInitializer(options.movingVarianceInitializer ?? 'ones', 'movingVarianceInitializer');
  }
  protected override createWeights(inputShape: Shape): void {
    super.createWeights(inputShape);
    const average = (name: string, initializer: InitializerLike): Tensor =>
      this.addWeight({ name, value: initialValue(initializer, [this.features(inputShape)], this.dtype), trainable: false });
    this.movingMean = average('movingMean', this.options.movingMeanInitializer ?? 'zeros');
    this.movingVariance = average('movingVariance', this.options.movingVarianceInitializer ?? 'ones');
  }
  call(input: Tensor, { training }: CallContext): Tensor {
    const { movingMean, movingVariance, momentum } = this;
    if (movingMean === undefined || movingVariance === undefined) {
      throw this.error('ERR_ARGUMENT', 'is not built: its input shape is not known yet');
    }
    const x = toFloat(input, this.dtype);
    if (!training || !this.trainable) return this.scaled(x, this.along(x, movingMean), this.along(x, movingVariance));
    const others = x.shape.map((_, i) => i).filter((i) => i !== this.axisIn(x.rank));
    const average = mean(x, others, true);
    const variance = mean(square(sub(x, average)), others, true);
    untracked(() => {
      const follow = (moving: Tensor, now: Tensor): Tensor =>
        assign(moving, add(mul(moving, momentum), mul(reshape(now, moving.shape), 1 - momentum)));
      follow(movingMean, average);
      follow(movingVariance, variance);
    });
    return this.scaled(x, average, variance);
  }
  override getConfig(): Config {
    const { movingMeanInitializer = 'zeros', movingVarianceInitializer = 'ones' } = this.options;
    return {
      ...super.getConfig(),
      momentum: this.momentum,
      movingMeanInitializer: describe(getInitializer(movingMeanInitializer)),
      movingVarianceInitializer: describe(getInitializer(movingVarianceInitializer)),
    };
  }
}

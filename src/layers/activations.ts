import type { ConstraintLike } from '../constraints.js';
import type { InitializerLike } from '../initializers.js';
import { elu, leakyRelu, mul, neg, relu, softmax, sub } from '../ops/index.js';
import type { RegularizerLike } from '../regularizers.js';
import type { Shape, Tensor } from '../tensor.js';
import { Layer, type Config, type LayerOptions } from './layer.js';
import { describeParts, trainableWeight, type WeightParts } from './parts.js';
import { toFloat } from './shaping.js';
import { checkList, checkOptions } from '../options.js';

/** A layer whose outputs have the shape of its inputs and that is a function with numbers as options. */
class Activating extends Layer {
  constructor(kind: string, options: LayerOptions, private readonly config: Config, private readonly f: (x: Tensor) => Tensor) {
    super(kind, options);
  }
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  call(x: Tensor): Tensor {
    return this.f(toFloat(x));
  }
  getConfig(): Config {
    return this.config;
  }
  protected checkPositive(name: string, value: number): void {
    if (typeof value !== 'number' || !(value >= 0)) throw this.error('ERR_ARGUMENT', `${name} is a number >= 0, got ${String(value)}`);
  }
}

/** x from 0 on, negativeSlope x below; the slope is 0.3 by default (Keras's layer). */
export class LeakyReLU extends Activating {
  constructor(options: LayerOptions & { negativeSlope?: number } = {}) {
    const { negativeSlope = 0.3 } = checkOptions('leakyReLU', options);
    super('leakyReLU', options, { negativeSlope }, (x) => leakyRelu(x, negativeSlope));
    this.checkPositive('negativeSlope', negativeSlope);
  }
}

/** x from 0 on, alpha (exp(x) - 1) below (Clevert et al. 2016); alpha is 1 by default. */
export class ELU extends Activating {
  constructor(options: LayerOptions & { alpha?: number } = {}) {
    const { alpha = 1 } = checkOptions('elu', options);
    super('elu', options, { alpha }, (x) => elu(x, alpha));
    if (!Number.isFinite(alpha)) throw this.error('ERR_ARGUMENT', `alpha is a number, got ${alpha}`);
  }
}

/** Options of relu(). */
export interface ReLUOptions extends LayerOptions {
  /** Largest output; none by default. */
  maxValue?: number | null;
  /** Slope below the threshold; 0 by default. */
  negativeSlope?: number;
  /** Where the ramp begins; 0 by default. */
  threshold?: number;
}

/** max(x, 0), with options as in ops.relu(). */
export class ReLU extends Activating {
  constructor(options: ReLUOptions = {}) {
    const { maxValue = null, negativeSlope = 0, threshold = 0 } = checkOptions('relu', options);
    const config = { maxValue, negativeSlope, threshold };
    super('relu', options, config, (x) => relu(x, config));
    for (const [name, value] of Object.entries({ ...config, maxValue: maxValue ?? 0 })) this.checkPositive(name, value);
  }
}

/** exp(x) / sum(exp(x)) along an axis of the batch's shape, the last by default. */
export class Softmax extends Activating {
  constructor(options: LayerOptions & { axis?: number } = {}) {
    const { axis = -1 } = checkOptions('softmax', options);
    super('softmax', options, { axis }, (x) => softmax(x, axis));
    if (!Number.isSafeInteger(axis)) throw this.error('ERR_ARGUMENT', `axis is a whole number, got ${axis}`);
  }
}

/** Options of prelu(). */
export interface PReLUOptions extends LayerOptions {
  /** zeros by default. */
  alphaInitializer?: InitializerLike;
  alphaRegularizer?: RegularizerLike;
  alphaConstraint?: ConstraintLike;
  /** Dimensions, from 1 on, along which all positions have one slope; none by default. */
  sharedAxes?: readonly number[];
}

/** x from 0 on, alpha x below, with a trained slope alpha for each input (He et al. 2015). */
export class PReLU extends Layer {
  private alpha: Tensor | undefined;

  constructor(private readonly options: PReLUOptions = {}) {
    super('prelu', options);
    const { sharedAxes = [] } = options;
    checkList(this.kind, 'sharedAxes', sharedAxes, 'dimensions from 1 on');
    for (const axis of sharedAxes) {
      if (!Number.isSafeInteger(axis) || axis < 1) throw this.error('ERR_ARGUMENT', `sharedAxes holds whole numbers >= 1, got ${axis}`);
    }
    describeParts('alpha', this.parts);
  }
  private get parts(): WeightParts {
    const { alphaInitializer = 'zeros', alphaRegularizer, alphaConstraint } = this.options;
    return { initializer: alphaInitializer, regularizer: alphaRegularizer, constraint: alphaConstraint };
  }
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  protected override createWeights(inputShape: Shape): void {
    const shape = inputShape.map((dim, i) => (this.options.sharedAxes?.includes(i + 1) === true ? 1 : dim));
    this.alpha = this.addWeight(trainableWeight('alpha', shape, this.dtype, this.parts));
  }
  call(input: Tensor): Tensor {
    if (this.alpha === undefined) throw this.error('ERR_ARGUMENT', 'is not built: its input shape is not known yet');
    const x = toFloat(input, this.dtype);
    return sub(relu(x), mul(this.alpha, relu(neg(x))));
  }
  getConfig(): Config {
    return { ...describeParts('alpha', this.parts), sharedAxes: this.options.sharedAxes };
  }
}

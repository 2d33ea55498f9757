import { activated, activatedShape, getActivation, savedActivation, type ActivationLike } from '../activations.js';
import type { ConstraintLike } from '../constraints.js';
import type { InitializerLike } from '../initializers.js';
import { add, matmul} from '../ops/index.js';
import type { RegularizerLike } from '../regularizers.js';
import type { Shape, Tensor } from '../tensor.js';
import { Layer, type CallContext, type Config, type LayerOptions } from './layer.js';
import { describe, describeParts, getRegularizer, penalise, trainableWeight, type WeightParts } from './parts.js';
import { toFloat } from './shaping.js';
import { flag } from '../options.js';

/** Options of dense(). */
export interface DenseOptions extends LayerOptions {
  /** The number of outputs. */
  units: number;
  /** Applied to the output; none by default. */
  activation?: ActivationLike;
  /** Whether there is a bias; true by default. */
  useBias?: boolean;
  /** glorotUniform by default. */
  kernelInitializer?: InitializerLike;
  /** zeros by default. */
  biasInitializer?: InitializerLike;
  /** Added to the loss. */
  kernelRegularizer?: RegularizerLike;
  /** Added to the loss. */
  biasRegularizer?: RegularizerLike;
  /** Of the outputs, added to the loss for each row. */
  activityRegularizer?: RegularizerLike;
  /** Applied to the kernel after each step. */
  kernelConstraint?: ConstraintLike;
  /** Applied to the bias after each step. */
  biasConstraint?: ConstraintLike;
}

/** y = activation(x W + b), over the last dimension: kernel W [inputs, units], bias b [units]. */
export class Dense extends Layer {
  private kernel: Tensor | undefined;
  private bias: Tensor | undefined;

  constructor(private readonly options: DenseOptions) {
    super('dense', options);
    if (!Number.isSafeInteger(options.units) || options.units < 1) {
      throw this.error('ERR_ARGUMENT', `units is a whole number >= 1, got ${options.units}`);
    }
    flag('dense', 'useBias', options.useBias ?? true);
    getActivation(options.activation);
    describeParts('kernel', this.parts.kernel);
    describeParts('bias', this.parts.bias);
    getRegularizer(options.activityRegularizer, 'activityRegularizer');
  }

  private get parts(): { kernel: WeightParts; bias: WeightParts } {
    const { kernelInitializer = 'glorotUniform', kernelRegularizer, kernelConstraint } = this.options;
    const { biasInitializer = 'zeros', biasRegularizer, biasConstraint } = this.options;
    return {
      kernel: { initializer: kernelInitializer, regularizer: kernelRegularizer, constraint: kernelConstraint },
      bias: { initializer: biasInitializer, regularizer: biasRegularizer, constraint: biasConstraint },
    };
  }

  outputShape(inputShape: Shape): Shape {
    if (inputShape.length === 0) throw this.error('ERR_SHAPE', 'needs inputs of at least one dimension, got [*]');
    return activatedShape(this.options.activation, [...inputShape.slice(0, -1), this.options.units]);
  }

  protected override createWeights(inputShape: Shape): void {
    const { units, useBias = true } = this.options;
    const inputs = inputShape[inputShape.length - 1] ?? 0;
    this.kernel = this.addWeight(trainableWeight('kernel', [inputs, units], this.dtype, this.parts.kernel));
    if (useBias) this.bias = this.addWeight(trainableWeight('bias', [units], this.dtype, this.parts.bias));
  }

  call(x: Tensor, context: CallContext): Tensor {
    if (this.kernel === undefined) throw this.error('ERR_ARGUMENT', 'is not built: its input shape is not known yet');
    const inputs = this.kernel.shape[0];
    if (x.rank < 2 || x.shape[x.rank - 1] !== inputs) {
      throw this.error('ERR_SHAPE', `expected input [*,${inputs}], got [${x.shape.join(',')}]`);
    }
    const product = matmul(toFloat(x, this.dtype), this.kernel);
    const y = activated(this.options.activation, this.bias === undefined ? product : add(product, this.bias));
    penalise(y, getRegularizer(this.options.activityRegularizer), context);
    return y;
  }

  getConfig(): Config {
    const { units, activation, useBias = true, activityRegularizer } = this.options;
    return {
      units,
      activation: savedActivation(activation),
      useBias,
      ...describeParts('kernel', this.parts.kernel),
      ...describeParts('bias', this.parts.bias),
      activityRegularizer: describe(getRegularizer(activityRegularizer)),
    };
  }
}

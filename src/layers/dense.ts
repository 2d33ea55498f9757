import { activatedShape, activationName, getActivation, type ActivationLike } from '../activations.js';
import type { InitializerLike } from '../initializers.js';
import { add, matmul} from '../ops/index.js';
import type { RegularizerLike } from '../regularizers.js';
import type { Shape, Tensor } from '../tensor.js';
import { Layer, type CallContext, type Config, type LayerOptions } from './layer.js';
import { getInitializer, getRegularizer } from './parts.js';
import { toFloat } from './shaping.js';

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
    getActivation(options.activation);
    getInitializer(options.kernelInitializer ?? 'glorotUniform');
    getInitializer(options.biasInitializer ?? 'zeros');
    getRegularizer(options.kernelRegularizer);
  }

  outputShape(inputShape: Shape): Shape {
    if (inputShape.length === 0) throw this.error('ERR_SHAPE', 'needs inputs of at least one dimension, got [*]');
    return activatedShape(this.options.activation, [...inputShape.slice(0, -1), this.options.units]);
  }

  protected override createWeights(inputShape: Shape): void {
    const { units, useBias = true, kernelInitializer = 'glorotUniform', biasInitializer = 'zeros' } = this.options;
    const inputs = inputShape[inputShape.length - 1] ?? 0;
    const regularizer = getRegularizer(this.options.kernelRegularizer);
    this.kernel = this.addWeight({
      name: 'kernel',
      value: getInitializer(kernelInitializer).call([inputs, units], this.dtype),
      trainable: true,
      ...(regularizer && { regularizer: (w: Tensor) => regularizer.call(w) }),
    });
    if (useBias) this.bias = this.addWeight({ name: 'bias', value: getInitializer(biasInitializer).call([units], this.dtype), trainable: true });
  }

  call(x: Tensor, _context: CallContext): Tensor {
    if (this.kernel === undefined) throw this.error('ERR_ARGUMENT', 'is not built: its input shape is not known yet');
    const inputs = this.kernel.shape[0];
    if (x.rank < 2 || x.shape[x.rank - 1] !== inputs) {
      throw this.error('ERR_SHAPE', `expected input [*,${inputs}], got [${x.shape.join(',')}]`);
    }
    const product = matmul(toFloat(x, this.dtype), this.kernel);
    return getActivation(this.options.activation).call(this.bias === undefined ? product : add(product, this.bias));
  }

  getConfig(): Config {
    const { units, activation, useBias = true, kernelInitializer, biasInitializer, kernelRegularizer } = this.options;
    return {
      units,
      activation: activationName(this.name, activation),
      useBias,
      kernelInitializer: describe(getInitializer(kernelInitializer ?? 'glorotUniform')),
      biasInitializer: describe(getInitializer(biasInitializer ?? 'zeros')),
      kernelRegularizer: describe(getRegularizer(kernelRegularizer)),
    };
  }
}

function describe(part: { name: string; config: Config } | undefined): unknown {
  return part && { name: part.name, config: part.config };
}

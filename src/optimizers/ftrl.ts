import type { Config } from '../layers/layer.js';
import { add, addInPlace, assign, clip, div, full, mul, pow, sqrt, square, sub, zerosLike } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';
import { known, notNegative, notPositive } from './options.js';

/** Options of ftrl(). */
export interface FtrlOptions extends OptimizerOptions {
  /** How the learning rate falls with the sum of squares, <= 0; -0.5 by default, 0 keeps it. */
  learningRatePower?: number;
  /** What the sums of squares begin with; 0.1 by default. */
  initialAccumulatorValue?: number;
  /** Drives weights to exactly 0; 0 by default. */
  l1RegularizationStrength?: number;
  /** Keeps weights small; 0 by default. */
  l2RegularizationStrength?: number;
  /** Keeps weights small through the gradient; 0 by default. */
  l2ShrinkageRegularizationStrength?: number;
  /** The beta of the paper; 0 by default. */
  beta?: number;
}

class Ftrl extends Optimizer {
  private readonly own: Required<Omit<FtrlOptions, keyof OptimizerOptions>>;

  constructor({
    learningRatePower = -0.5, initialAccumulatorValue = 0.1, l1RegularizationStrength = 0, l2RegularizationStrength = 0,
    l2ShrinkageRegularizationStrength = 0, beta = 0, ...options
  }: FtrlOptions) {
    super('ftrl', 0.001, options);
    notPositive('ftrl', 'learningRatePower', learningRatePower);
    const rest = {
      initialAccumulatorValue, l1RegularizationStrength, l2RegularizationStrength, l2ShrinkageRegularizationStrength, beta,
    };
    for (const [name, value] of Object.entries(rest)) notNegative('ftrl', name, value);
    this.own = { learningRatePower, ...rest };
  }
  protected slots(w: Tensor): Tensor[] {
    return [full(w.shape, this.own.initialAccumulatorValue, w), zerosLike(w)];
  }
  protected override numbers(): readonly Tensor[] {
    const { l2RegularizationStrength, beta } = this.own;
    return [this.learningRate, add(div(beta, this.learningRate), 2 * l2RegularizationStrength)];
  }
  protected update(w: Tensor, gradient: Tensor, [squares, linear]: readonly Tensor[], [rate, quadratic]: readonly Tensor[]): void {
    const { learningRatePower, l1RegularizationStrength: l1, l2ShrinkageRegularizationStrength: shrinkage } = this.own;
    const root = (x: Tensor): Tensor => (learningRatePower === -0.5 ? sqrt(x) : pow(x, -learningRatePower));
    const power = (x: Tensor): Tensor => div(root(x), rate!);
    const before = power(squares!);
    addInPlace(squares!, square(gradient));
    const after = power(squares!);
    const shrunk = shrinkage > 0 ? add(gradient, mul(w, 2 * shrinkage)) : gradient;
    addInPlace(linear!, sub(shrunk, mul(sub(after, before), w)));
    assign(w, div(sub(clip(linear!, -l1, l1), linear!), add(after, quadratic!)));
  }
  protected ownConfig(): Config {
    return this.own;
  }
}

/**
 * FTRL, "follow the regularised leader" (McMahan et al. 2013): with s += g^2, p = s^-power / lr and
 * z += g + 2 shrinkage w - (p - p before) w, every weight is made anew from all gradients so far:
 * w = (clip(z, -l1, l1) - z) / (p + 2 l2 + beta / lr), as in Keras. Learning rate 0.001 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const w = tensor([1, 1]);
 * optimizers.ftrl({ learningRate: 0.1, l1RegularizationStrength: 10 }).apply([w], [tensor([0.5, 5])]);
 * w.toArray()[0]; // 0
 */
export function ftrl(options: FtrlOptions = {}): Optimizer {
  return known('ftrl', options, (given) => new Ftrl(given));
}

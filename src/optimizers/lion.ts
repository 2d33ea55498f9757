import type { Config } from '../layers/layer.js';
import { add, addInPlace, mul, neg, sign, zerosLike } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';
import { between, known } from './options.js';
import { moveMean } from './running_mean.js';

/** Options of lion(). */
export interface LionOptions extends OptimizerOptions {
  /** Share of the running mean in the direction of a step, in [0, 1]; 0.9 by default. */
  beta1?: number;
  /** Decay of the running mean of the gradients, in [0, 1]; 0.99 by default. */
  beta2?: number;
}

class Lion extends Optimizer {
  private readonly beta1: number;
  private readonly beta2: number;

  constructor({ beta1 = 0.9, beta2 = 0.99, ...options }: LionOptions) {
    super('lion', 0.001, options);
    this.beta1 = between('lion', 'beta1', beta1, 0, 1);
    this.beta2 = between('lion', 'beta2', beta2, 0, 1);
  }
  protected slots(w: Tensor): Tensor[] {
    return [zerosLike(w)];
  }
  protected update(w: Tensor, gradient: Tensor, [m]: readonly Tensor[], [rate]: readonly Tensor[]): void {
    addInPlace(w, mul(sign(add(mul(m!, this.beta1), mul(gradient, 1 - this.beta1))), neg(rate!)));
    moveMean(m!, gradient, this.beta2);
  }
  protected ownConfig(): Config {
    return { beta1: this.beta1, beta2: this.beta2 };
  }
}

/**
 * Lion (Chen et al. 2023): steps of one size in the direction of a sign, w -= lr sign(beta1 m + (1 - beta1) g), then
 * m = beta2 m + (1 - beta2) g. Learning rate 0.001 by default; a third to a tenth of Adam's is advised.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const w = tensor([1, 1, 1]);
 * optimizers.lion({ learningRate: 0.5 }).apply([w], [tensor([3, 0, -0.1])]);
 * w.toArray(); // [0.5, 1, 1.5]
 */
export function lion(options: LionOptions = {}): Optimizer {
  return known('lion', options, (given) => new Lion(given));
}

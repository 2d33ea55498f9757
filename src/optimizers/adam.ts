import type { Config } from '../layers/layer.js';
import { adamUpdate } from '../ops/optimizer_updates.js';
import { zerosLike } from '../ops/index.js';
import { flag } from '../options.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';
import { known, notNegative, share } from './options.js';

/** Options of the optimisers with two moments. */
export interface MomentsOptions extends OptimizerOptions {
  /** Decay of the first moment; 0.9 by default. */
  beta1?: number;
  /** Decay of the second moment; 0.999 by default. */
  beta2?: number;
  /** Added to the divisor; 1e-7 by default. */
  epsilon?: number;
}

/** Options of adam() and adamw(). */
export interface AdamOptions extends MomentsOptions {
  /** Divides by the largest second moment so far (Reddi et al. 2018). */
  amsgrad?: boolean;
}

/** What the optimisers with two moments have in common. */
export abstract class Moments extends Optimizer {
  protected readonly beta1: number;
  protected readonly beta2: number;
  protected readonly epsilon: number;

  constructor(kind: string, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, ...options }: MomentsOptions) {
    super(kind, 0.001, options);
    this.beta1 = share(kind, 'beta1', beta1);
    this.beta2 = share(kind, 'beta2', beta2);
    this.epsilon = notNegative(kind, 'epsilon', epsilon);
  }
  protected slots(w: Tensor): Tensor[] {
    return [zerosLike(w), zerosLike(w)];
  }
  protected ownConfig(): Config {
    return { beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon };
  }
}

class Adam extends Moments {
  private readonly amsgrad: boolean;

  constructor(kind: string, { amsgrad = false, ...options }: AdamOptions) {
    super(kind, options);
    this.amsgrad = flag(kind, 'amsgrad', amsgrad);
  }
  protected override slots(w: Tensor): Tensor[] {
    return [...super.slots(w), ...(this.amsgrad ? [zerosLike(w)] : [])];
  }
  protected update(w: Tensor, gradient: Tensor, [m, v, largest]: readonly Tensor[], [rate]: readonly Tensor[]): void {
    adamUpdate(w, m!, v!, gradient, rate!, this.iterations, this.beta1, this.beta2, this.epsilon, largest);
  }
  protected override ownConfig(): Config {
    return { ...super.ownConfig(), amsgrad: this.amsgrad };
  }
}

/**
 * Adam (Kingma and Ba 2015) with bias-corrected moments as in Keras: w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m /
 * (sqrt(v) + epsilon). Learning rate 0.001 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
 * net.compile({ optimizer: optimizers.adam({ amsgrad: true, gradientAccumulationSteps: 4 }), loss: 'mse' });
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return known('adam', options, (given) => new Adam('adam', given));
}

/**
 * AdamW (Loshchilov and Hutter 2019): adam() with a weight decay that stays out of the moments, 0.004 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * optimizers.adamw().getConfig().weightDecay; // 0.004
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  return known('adamw', options, (given) => new Adam('adamw', { ...given, weightDecay: given.weightDecay ?? 0.004 }));
}

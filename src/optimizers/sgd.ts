import type { Config } from '../layers/layer.js';
import { momentumUpdate, sgdUpdate } from '../ops/optimizer_updates.js';
import { zerosLike } from '../ops/index.js';
import { flag } from '../options.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';
import { known, share } from './options.js';

/** Options of sgd(). */
export interface SgdOptions extends OptimizerOptions {
  /** Share of the last velocity that is kept, in [0, 1); 0 by default. */
  momentum?: number;
  /** Looks ahead along the velocity (Nesterov 1983). */
  nesterov?: boolean;
}

class Sgd extends Optimizer {
  private readonly momentum: number;
  private readonly nesterov: boolean;

  constructor({ momentum = 0, nesterov = false, ...options }: SgdOptions) {
    super('sgd', 0.01, options);
    this.momentum = share('sgd', 'momentum', momentum);
    this.nesterov = flag('sgd', 'nesterov', nesterov);
  }
  protected slots(w: Tensor): Tensor[] {
    return this.momentum > 0 ? [zerosLike(w)] : [];
  }
  protected update(w: Tensor, gradient: Tensor, [velocity]: readonly Tensor[], [rate]: readonly Tensor[]): void {
    if (velocity === undefined) sgdUpdate(w, gradient, rate!);
    else momentumUpdate(w, velocity, gradient, rate!, this.momentum, this.nesterov);
  }
  protected ownConfig(): Config {
    return { momentum: this.momentum, nesterov: this.nesterov };
  }
}

/**
 * Stochastic gradient descent: w -= lr g; with momentum v = m v - lr g, w += v (Keras: the learning rate is inside the
 * velocity); Nesterov w += m v - lr g. Learning rate 0.01 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const w = tensor([1]);
 * optimizers.sgd({ learningRate: 0.5, weightDecay: 0.5 }).apply([w], [tensor([1])]);
 * w.toArray(); // [0.25]
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  return known('sgd', options, (given) => new Sgd(given));
}

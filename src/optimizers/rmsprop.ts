import type { Config } from '../layers/layer.js';
import { rmspropUpdate } from '../ops/optimizer_updates.js';
import { zerosLike } from '../ops/index.js';
import { flag } from '../options.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';
import { known, notNegative, share } from './options.js';

/** Options of rmsprop(). */
export interface RmspropOptions extends OptimizerOptions {
  /** Decay of the mean square; 0.9 by default. */
  rho?: number;
  /** Share of the last step that is kept; 0 by default. */
  momentum?: number;
  /** Added to the mean square under the root; 1e-7 by default. */
  epsilon?: number;
  /** Subtracts the squared mean gradient. */
  centered?: boolean;
}

class Rmsprop extends Optimizer {
  private readonly rho: number;
  private readonly momentum: number;
  private readonly epsilon: number;
  private readonly centered: boolean;

  constructor({ rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false, ...options }: RmspropOptions) {
    super('rmsprop', 0.001, options);
    this.rho = share('rmsprop', 'rho', rho);
    this.momentum = share('rmsprop', 'momentum', momentum);
    this.epsilon = notNegative('rmsprop', 'epsilon', epsilon);
    this.centered = flag('rmsprop', 'centered', centered);
  }
  protected slots(w: Tensor): Tensor[] {
    const count = 1 + (this.momentum > 0 ? 1 : 0) + (this.centered ? 1 : 0);
    return Array.from({ length: count }, () => zerosLike(w));
  }
  protected update(w: Tensor, gradient: Tensor, slots: readonly Tensor[], [rate]: readonly Tensor[]): void {
    const [meanSquare, ...rest] = slots;
    const velocity = this.momentum > 0 ? rest.shift() : undefined;
    const average = this.centered ? rest.shift() : undefined;
    rmspropUpdate(w, meanSquare!, gradient, rate!, this.rho, this.momentum, this.epsilon, velocity, average);
  }
  protected ownConfig(): Config {
    return { rho: this.rho, momentum: this.momentum, epsilon: this.epsilon, centered: this.centered };
  }
}

/**
 * RMSprop (Hinton 2012): steps divided by the root of a running mean square, w -= lr g / sqrt(s + epsilon). Learning rate
 * 0.001 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
 * net.compile({ optimizer: optimizers.rmsprop({ momentum: 0.9, centered: true }), loss: 'mse' });
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  return known('rmsprop', options, (given) => new Rmsprop(given));
}

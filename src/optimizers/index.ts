import { HebbError } from '../errors.js';
import { adamUpdate, momentumUpdate, rmspropUpdate, sgdUpdate } from '../ops/optimizer_updates.js';
import type { Config } from '../layers/layer.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';

export { Optimizer, type OptimizerOptions };

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

  constructor(options: SgdOptions = {}) {
    super('sgd', options.learningRate ?? 0.01, options);
    this.momentum = inUnit('sgd', 'momentum', options.momentum ?? 0);
    this.nesterov = options.nesterov ?? false;
  }
  protected slotCount(): number {
    return this.momentum > 0 ? 1 : 0;
  }
  protected update(w: Tensor, gradient: Tensor, rate: Tensor, [velocity]: readonly Tensor[]): void {
    if (velocity === undefined) sgdUpdate(w, gradient, rate);
    else momentumUpdate(w, velocity, gradient, rate, this.momentum, this.nesterov);
  }
  protected ownConfig(): Config {
    return { momentum: this.momentum, nesterov: this.nesterov };
  }
}

/** Options of adam(). */
export interface AdamOptions extends OptimizerOptions {
  /** Decay of the first moment; 0.9 by default. */
  beta1?: number;
  /** Decay of the second moment; 0.999 by default. */
  beta2?: number;
  /** Added to the root of the second moment; 1e-7 by default. */
  epsilon?: number;
  /** Divides by the largest second moment so far (Reddi et al. 2018). */
  amsgrad?: boolean;
}

class Adam extends Optimizer {
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;
  private readonly amsgrad: boolean;

  constructor(options: AdamOptions = {}) {
    super('adam', options.learningRate ?? 0.001, options);
    this.beta1 = inUnit('adam', 'beta1', options.beta1 ?? 0.9);
    this.beta2 = inUnit('adam', 'beta2', options.beta2 ?? 0.999);
    this.epsilon = options.epsilon ?? 1e-7;
    this.amsgrad = options.amsgrad ?? false;
  }
  protected slotCount(): number {
    return this.amsgrad ? 3 : 2;
  }
  protected update(w: Tensor, gradient: Tensor, rate: Tensor, [m, v, vhat]: readonly Tensor[]): void {
    if (m === undefined || v === undefined) return;
    adamUpdate(w, m, v, gradient, rate, this.iterations, this.beta1, this.beta2, this.epsilon, vhat);
  }
  protected ownConfig(): Config {
    return { beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon, amsgrad: this.amsgrad };
  }
}

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

  constructor(options: RmspropOptions = {}) {
    super('rmsprop', options.learningRate ?? 0.001, options);
    this.rho = inUnit('rmsprop', 'rho', options.rho ?? 0.9);
    this.momentum = inUnit('rmsprop', 'momentum', options.momentum ?? 0);
    this.epsilon = options.epsilon ?? 1e-7;
    this.centered = options.centered ?? false;
  }
  protected slotCount(): number {
    return 1 + (this.momentum > 0 ? 1 : 0) + (this.centered ? 1 : 0);
  }
  protected update(w: Tensor, gradient: Tensor, rate: Tensor, slots: readonly Tensor[]): void {
    const [meanSquare, ...rest] = slots;
    if (meanSquare === undefined) return;
    const velocity = this.momentum > 0 ? rest.shift() : undefined;
    const average = this.centered ? rest.shift() : undefined;
    rmspropUpdate(w, meanSquare, gradient, rate, this.rho, this.momentum, this.epsilon, velocity, average);
  }
  protected ownConfig(): Config {
    return { rho: this.rho, momentum: this.momentum, epsilon: this.epsilon, centered: this.centered };
  }
}

function inUnit(kind: string, name: string, value: number): number {
  if (!(value >= 0 && value < 1)) throw new HebbError('ERR_ARGUMENT', `${kind}: ${name} is in [0, 1), got ${value}`);
  return value;
}

/**
 * Stochastic gradient descent: w -= lr g; with momentum v = m v - lr g, w += v (Keras: the learning rate is inside the
 * velocity); Nesterov w += m v - lr g. Learning rate 0.01 by default.
 *
 * @example
 * net.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), loss: 'mse' });
 */
export function sgd(options?: SgdOptions): Optimizer {
  return new Sgd(options);
}

/** Adam (Kingma and Ba 2015) with bias-corrected moments as in Keras; learning rate 0.001 by default. */
export function adam(options?: AdamOptions): Optimizer {
  return new Adam(options);
}

/** RMSprop (Hinton 2012): steps divided by the root of a running mean square; learning rate 0.001 by default. */
export function rmsprop(options?: RmspropOptions): Optimizer {
  return new Rmsprop(options);
}

import type { Config } from '../layers/layer.js';
import { add, addInPlace, div, mul, neg, sqrt, square, zerosLike } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';
import { known, notNegative, share } from './options.js';
import { moveMean } from './running_mean.js';

/** Options of adadelta(). */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of both mean squares; 0.95 by default. */
  rho?: number;
  /** Added to the mean squares under the roots; 1e-7 by default. */
  epsilon?: number;
}

class Adadelta extends Optimizer {
  private readonly rho: number;
  private readonly epsilon: number;

  constructor({ rho = 0.95, epsilon = 1e-7, ...options }: AdadeltaOptions) {
    super('adadelta', 0.001, options);
    this.rho = share('adadelta', 'rho', rho);
    this.epsilon = notNegative('adadelta', 'epsilon', epsilon);
  }
  protected slots(w: Tensor): Tensor[] {
    return [zerosLike(w), zerosLike(w)];
  }
  protected update(w: Tensor, gradient: Tensor, [squares, changes]: readonly Tensor[], [rate]: readonly Tensor[]): void {
    const root = (x: Tensor): Tensor => sqrt(add(x, this.epsilon));
    moveMean(squares!, square(gradient), this.rho);
    const change = div(mul(root(changes!), gradient), root(squares!));
    moveMean(changes!, square(change), this.rho);
    addInPlace(w, mul(change, neg(rate!)));
  }
  protected ownConfig(): Config {
    return { rho: this.rho, epsilon: this.epsilon };
  }
}

/**
 * Adadelta (Zeiler 2012): with s and d running means of the squared gradients and changes, change = sqrt(d + epsilon) /
 * sqrt(s + epsilon) g, w -= lr change. Learning rate 0.001 by default, as in Keras; 1 is that of the paper.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
 * net.compile({ optimizer: optimizers.adadelta({ learningRate: 1 }), loss: 'mse' });
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  return known('adadelta', options, (given) => new Adadelta(given));
}

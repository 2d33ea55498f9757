import type { Config } from '../layers/layer.js';
import { add, addInPlace, div, full, mul, neg, sqrt, square } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';
import { known, notNegative } from './options.js';

/** Options of adagrad(). */
export interface AdagradOptions extends OptimizerOptions {
  /** What the sums of squares begin with; 0.1 by default. */
  initialAccumulatorValue?: number;
  /** Added to the sum under the root; 1e-7 by default. */
  epsilon?: number;
}

class Adagrad extends Optimizer {
  private readonly initialAccumulatorValue: number;
  private readonly epsilon: number;

  constructor({ initialAccumulatorValue = 0.1, epsilon = 1e-7, ...options }: AdagradOptions) {
    super('adagrad', 0.001, options);
    this.initialAccumulatorValue = notNegative('adagrad', 'initialAccumulatorValue', initialAccumulatorValue);
    this.epsilon = notNegative('adagrad', 'epsilon', epsilon);
  }
  protected slots(w: Tensor): Tensor[] {
    return [full(w.shape, this.initialAccumulatorValue, w)];
  }
  protected update(w: Tensor, gradient: Tensor, [squares]: readonly Tensor[], [rate]: readonly Tensor[]): void {
    addInPlace(squares!, square(gradient));
    addInPlace(w, div(mul(gradient, neg(rate!)), sqrt(add(squares!, this.epsilon))));
  }
  protected ownConfig(): Config {
    return { initialAccumulatorValue: this.initialAccumulatorValue, epsilon: this.epsilon };
  }
}

/**
 * Adagrad (Duchi et al. 2011): steps divided by the root of the sum of all squares, s += g^2, w -= lr g / sqrt(s + epsilon).
 * Learning rate 0.001 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
 * net.compile({ optimizer: optimizers.adagrad({ learningRate: 0.1 }), loss: 'mse' });
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  return known('adagrad', options, (given) => new Adagrad(given));
}

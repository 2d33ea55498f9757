import { add, addInPlace, assign, div, full, mul, pow, sqrt, square, sub } from '../ops/index.js';
import { keep } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { Moments, type MomentsOptions } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { known } from './options.js';
import { moveMean } from './running_mean.js';

class Nadam extends Moments {
  /** The product of the momenta of all steps. */
  private readonly product = keep(full([], 1, { dtype: 'float64' }));

  protected override get shared(): readonly Tensor[] {
    return [this.product];
  }
  /** beta1 (1 - 0.96^t / 2). */
  private momentum(step: Tensor): Tensor {
    return mul(sub(1, mul(pow(0.96, step), 0.5)), this.beta1);
  }
  protected override numbers(): readonly Tensor[] {
    const [now, next] = [this.momentum(this.iterations), this.momentum(add(this.iterations, 1))];
    assign(this.product, mul(this.product, now));
    return [
      div(mul(this.learningRate, next), sub(mul(this.product, next), 1)),
      div(mul(this.learningRate, sub(1, now)), sub(this.product, 1)),
      sub(1, pow(this.beta2, this.iterations)),
    ];
  }
  protected update(w: Tensor, gradient: Tensor, [m, v]: readonly Tensor[], [onMean, onGradient, correction]: readonly Tensor[]): void {
    moveMean(m!, gradient, this.beta1);
    moveMean(v!, square(gradient), this.beta2);
    const step = add(mul(m!, onMean!), mul(gradient, onGradient!));
    addInPlace(w, div(step, add(sqrt(div(v!, correction!)), this.epsilon)));
  }
}

/**
 * Nadam (Dozat 2016), Adam with Nesterov's momentum: with u = beta1 (1 - 0.96^t / 2) and U the product of the u so far,
 * w -= lr (u' m / (1 - U u') + (1 - u) g / (1 - U)) / (sqrt(v / (1 - beta2^t)) + epsilon), u' being the u of the next step,
 * as in Keras. Learning rate 0.001 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
 * net.compile({ optimizer: optimizers.nadam({ learningRate: 0.01 }), loss: 'mse' });
 */
export function nadam(options: MomentsOptions = {}): Optimizer {
  return known('nadam', options, (given) => new Nadam('nadam', given));
}

import { abs, add, addInPlace, assign, div, maximum, mul, pow, sub } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Moments, type MomentsOptions } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { known } from './options.js';
import { kept, moveMean } from './running_mean.js';

class Adamax extends Moments {
  protected override numbers(): readonly Tensor[] {
    return [div(this.learningRate, sub(pow(this.beta1, this.iterations), 1))];
  }
  protected update(w: Tensor, gradient: Tensor, [m, largest]: readonly Tensor[], [rate]: readonly Tensor[]): void {
    moveMean(m!, gradient, this.beta1);
    assign(largest!, kept(maximum(mul(largest!, this.beta2), abs(gradient))));
    addInPlace(w, div(mul(m!, rate!), add(largest!, this.epsilon)));
  }
}

/**
 * Adamax (Kingma and Ba 2015, section 7.1), Adam by the largest gradient: u = max(beta2 u, |g|),
 * w -= lr / (1 - beta1^t) m / (u + epsilon). Learning rate 0.001 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
 * net.compile({ optimizer: optimizers.adamax({ learningRate: 0.002 }), loss: 'mse' });
 */
export function adamax(options: MomentsOptions = {}): Optimizer {
  return known('adamax', options, (given) => new Adamax('adamax', given));
}

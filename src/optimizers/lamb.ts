import { add, addInPlace, div, greater, logicalAnd, mul, neg, pow, sqrt, square, sub, sum, where } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Moments, type MomentsOptions } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { known } from './options.js';
import { moveMean } from './running_mean.js';

class Lamb extends Moments {
  protected override numbers(): readonly Tensor[] {
    const correction = (beta: number): Tensor => sub(1, pow(beta, this.iterations));
    return [neg(this.learningRate), correction(this.beta1), correction(this.beta2)];
  }
  protected update(w: Tensor, gradient: Tensor, [m, v]: readonly Tensor[], [rate, first, second]: readonly Tensor[]): void {
    moveMean(m!, gradient, this.beta1);
    moveMean(v!, square(gradient), this.beta2);
    const change = div(div(m!, first!), add(sqrt(div(v!, second!)), this.epsilon));
    const [wNorm, changeNorm] = [w, change].map((x) => sqrt(sum(square(x)))) as [Tensor, Tensor];
    const trust = where(logicalAnd(greater(wNorm, 0), greater(changeNorm, 0)), div(wNorm, changeNorm), 1);
    addInPlace(w, mul(change, mul(trust, rate!)));
  }
}

/**
 * LAMB (You et al. 2020), Adam for large batches: Adam's bias-corrected change, scaled for each parameter to the norm of the
 * parameter, w -= lr |w| / |change| change; unscaled where a norm is 0. Learning rate 0.001 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
 * net.compile({ optimizer: optimizers.lamb({ learningRate: 0.01 }), loss: 'mse' });
 */
export function lamb(options: MomentsOptions = {}): Optimizer {
  return known('lamb', options, (given) => new Lamb('lamb', given));
}

import type { Config } from '../layers/layer.js';
import { add, addInPlace, div, full, maximum, mean, minimum, mul, neg, pow, reshape, rsqrt, sqrt, square, sub, zerosLike } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Optimizer, type OptimizerOptions } from './optimizer.js';
import { known, notNegative, notPositive, positive } from './options.js';

/** Options of adafactor(). */
export interface AdafactorOptions extends OptimizerOptions {
  /** The power d of the decay 1 - t^d of the second moments, <= 0; -0.8 by default. */
  beta2Decay?: number;
  /** Added to the squared gradients; 1e-30 by default. */
  epsilon1?: number;
  /** Least size of a parameter that a step is relative to; 0.001 by default. */
  epsilon2?: number;
  /** Root mean square above which a change is scaled down; 1 by default. */
  clipThreshold?: number;
}

const rootMeanSquare = (x: Tensor): Tensor => sqrt(mean(square(x)));

class Adafactor extends Optimizer {
  private readonly own: Required<Omit<AdafactorOptions, keyof OptimizerOptions>>;

  constructor({ beta2Decay = -0.8, epsilon1 = 1e-30, epsilon2 = 1e-3, clipThreshold = 1, ...options }: AdafactorOptions) {
    super('adafactor', 0.001, options);
    this.own = {
      beta2Decay: notPositive('adafactor', 'beta2Decay', beta2Decay),
      epsilon1: notNegative('adafactor', 'epsilon1', epsilon1),
      epsilon2: notNegative('adafactor', 'epsilon2', epsilon2),
      clipThreshold: positive('adafactor', 'clipThreshold', clipThreshold),
    };
  }
  /** Mean squares of the rows and of the columns; of every element where there are no rows. */
  protected slots(w: Tensor): Tensor[] {
    const { shape, rank } = w;
    if (rank < 2) return [zerosLike(w)];
    return [full(shape.slice(0, -1), 0, w), full([...shape.slice(0, -2), shape[rank - 1]!], 0, w)];
  }
  protected override numbers(): readonly Tensor[] {
    const rate = minimum(this.learningRate, rsqrt(this.iterations));
    return [neg(rate), pow(this.iterations, this.own.beta2Decay)];
  }
  /**
   * The gradient over the roots of the second moments. The moment of an element is a product of one of its row and one of its
   * column; where both have no gradients, a black pixel and a dead unit, the product itself is 0 in float32.
   */
  private normalized(gradient: Tensor, slots: readonly Tensor[], fresh: Tensor): Tensor {
    const squares = add(square(gradient), this.own.epsilon1);
    const move = (m: Tensor, x: Tensor): Tensor => addInPlace(m, mul(sub(x, m), fresh));
    const [first, columns] = slots;
    if (columns === undefined) return div(gradient, sqrt(move(first!, squares)));
    const rows = move(first!, mean(squares, -1));
    move(columns, mean(squares, -2));
    const byRow = rsqrt(div(rows, mean(rows, -1, true)));
    const { shape } = gradient;
    return mul(mul(gradient, reshape(byRow, [...rows.shape, 1])), reshape(rsqrt(columns), [...shape.slice(0, -2), 1, shape.at(-1)!]));
  }
  protected update(w: Tensor, gradient: Tensor, slots: readonly Tensor[], [rate, fresh]: readonly Tensor[]): void {
    const { epsilon2, clipThreshold } = this.own;
    const size = maximum(rootMeanSquare(w), epsilon2);
    const change = this.normalized(gradient, slots, fresh!);
    const clipped = div(change, maximum(div(rootMeanSquare(change), clipThreshold), 1));
    addInPlace(w, mul(clipped, mul(size, rate!)));
  }
  protected ownConfig(): Config {
    return this.own;
  }
}

/**
 * Adafactor (Shazeer and Stern 2018): the second moments of a matrix are kept as means of its rows and columns, a step is
 * relative to the size of the parameter and at most lr and 1 / sqrt(t), as in Keras (whose relative_step changes nothing).
 * Learning rate 0.001 by default.
 *
 * @throws ERR_ARGUMENT naming the option that makes no sense
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [3] })]);
 * net.compile({ optimizer: optimizers.adafactor({ learningRate: 0.1 }), loss: 'mse' });
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer {
  return known('adafactor', options, (given) => new Adafactor(given));
}

import { add, mul, sub } from '../ops/index.js';
import { bernoulli, randn } from '../random.js';
import type { Shape, Tensor } from '../tensor.js';
import type { DropoutOptions } from './dropout.js';
import { Layer, type CallContext, type Config, type LayerOptions } from './layer.js';
import { toFloat } from './shaping.js';
import { checkOptions } from '../options.js';

/** Options of gaussianNoise(). */
export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation of the noise, in [0, 1]. */
  stddev: number;
}

/** A layer that changes its inputs at random in training only. */
abstract class Noise<O extends LayerOptions> extends Layer {
  constructor(
    kind: string,
    protected readonly options: O,
    private readonly amount: { name: string; value: number; most: string; fits: boolean },
  ) {
    super(kind, options);
    const { name, value, most, fits } = amount;
    if (!fits) throw this.error('ERR_ARGUMENT', `${name} is in [0, ${most}, got ${String(value)}`);
  }
  /** The inputs as they are in training. */
  protected abstract disturbed(x: Tensor): Tensor;

  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  call(x: Tensor, { training }: CallContext): Tensor {
    return training && this.amount.value > 0 ? this.disturbed(toFloat(x)) : x;
  }
  getConfig(): Config {
    return { [this.amount.name]: this.amount.value };
  }
}

function share(kind: string, options: DropoutOptions): ConstructorParameters<typeof Noise>[2] {
  const { rate } = checkOptions(kind, options);
  return { name: 'rate', value: rate, most: '1)', fits: typeof rate === 'number' && rate >= 0 && rate < 1 };
}

/** In training, adds normal noise. */
export class GaussianNoise extends Noise<GaussianNoiseOptions> {
  constructor(options: GaussianNoiseOptions) {
    const { stddev } = checkOptions('gaussianNoise', options);
    super('gaussianNoise', options, { name: 'stddev', value: stddev, most: '1]', fits: typeof stddev === 'number' && stddev >= 0 && stddev <= 1 });
  }
  protected disturbed(x: Tensor): Tensor {
    return add(x, mul(randn(x.shape, { dtype: x.dtype }), this.options.stddev));
  }
}

/** In training, multiplies by normal noise of mean 1 and variance rate / (1 - rate) (Srivastava et al. 2014). */
export class GaussianDropout extends Noise<DropoutOptions> {
  constructor(options: DropoutOptions) {
    super('gaussianDropout', options, share('gaussianDropout', options));
  }
  protected disturbed(x: Tensor): Tensor {
    const { rate } = this.options;
    return mul(x, add(mul(randn(x.shape, { dtype: x.dtype }), Math.sqrt(rate / (1 - rate))), 1));
  }
}

/** The value of selu far below 0. */
const lowest = -1.7580993408473766;

/** In training, sets a random share to selu's lowest value and keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export class AlphaDropout extends Noise<DropoutOptions> {
  constructor(options: DropoutOptions) {
    super('alphaDropout', options, share('alphaDropout', options));
  }
  protected disturbed(x: Tensor): Tensor {
    const { rate } = this.options;
    const kept = bernoulli(1 - rate, x.shape, { dtype: x.dtype });
    const scale = ((1 - rate) * (1 + rate * lowest ** 2)) ** -0.5;
    return add(mul(add(mul(x, kept), mul(sub(1, kept), lowest)), scale), -scale * lowest * rate);
  }
}

import { mul} from '../ops/index.js';
import { bernoulli } from '../random.js';
import type { Shape, Tensor } from '../tensor.js';
import { Layer, type CallContext, type Config, type LayerOptions } from './layer.js';
import { valueText } from '../options.js';

/** Options of dropout(). */
export interface DropoutOptions extends LayerOptions {
  /** Share of the inputs that are dropped, in [0, 1). */
  rate: number;
}

/** In training, sets a random share of the inputs to 0 and scales the others by 1 / (1 - rate) (Srivastava et al. 2014). */
export class Dropout extends Layer {
  constructor(private readonly options: DropoutOptions) {
    super('dropout', options);
    const { rate } = options;
    if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) throw this.error('ERR_ARGUMENT', `rate is in [0, 1), got ${valueText(rate)}`);
  }
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  call(x: Tensor, { training }: CallContext): Tensor {
    const { rate } = this.options;
    if (!training || rate === 0) return x;
    return mul(mul(x, bernoulli(1 - rate, x.shape, { dtype: x.dtype })), 1 / (1 - rate));
  }
  getConfig(): Config {
    return { rate: this.options.rate };
  }
}

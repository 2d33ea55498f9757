import { HebbError } from '../errors.js';
import { add, addInPlace, cast, clip, div, full, maximum, mul, sqrt, square, sum, zerosLike} from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import type { Config } from '../layers/layer.js';

/** Options of every optimiser. */
export interface OptimizerOptions {
  /** Step size; 0.01 or 0.001 by default, see each optimiser. */
  learningRate?: number;
  /** Scales each gradient so that its Euclidean norm is at most this. */
  clipNorm?: number;
  /** Scales all gradients together so that their joint norm is at most this. */
  globalClipNorm?: number;
  /** Limits every element of a gradient to [-clipValue, clipValue]. */
  clipValue?: number;
}

/**
 * Changes parameters in place from their gradients. What changes from step to step (learning rate, step count, moments)
 * is kept in tensors, so that a captured training step can be replayed.
 */
export abstract class Optimizer {
  /** The step size, a rank-0 float64 tensor: assign() to it at any time. */
  readonly learningRate: Tensor;
  /** Steps taken, a rank-0 float64 tensor. */
  readonly iterations: Tensor;
  private readonly slots = new Map<Tensor, Tensor[]>();

  constructor(
    readonly kind: string,
    private readonly initialRate: number,
    private readonly options: OptimizerOptions,
  ) {
    for (const [name, value] of Object.entries<number | boolean | string | undefined>({ ...options, learningRate: initialRate })) {
      const least = name.startsWith('clip') || name === 'globalClipNorm' ? Number.MIN_VALUE : 0;
      const fits = typeof value === 'boolean' || value === undefined || (typeof value === 'number' && value >= least && value < Infinity);
      if (!fits) throw new HebbError('ERR_ARGUMENT', `${kind}: ${name} is a number ${least > 0 ? '>' : '>='} 0, got ${value}`);
    }
    this.learningRate = full([], initialRate, { dtype: 'float64' });
    this.iterations = full([], 0, { dtype: 'float64' });
  }

  /** How many tensors of state each parameter has. */
  protected abstract slotCount(): number;
  /** One step for one parameter, in place; the rate is a number of the parameter's type. */
  protected abstract update(w: Tensor, gradient: Tensor, rate: Tensor, slots: readonly Tensor[]): void;
  /** The optimiser's own options, as JSON. */
  protected abstract ownConfig(): Config;

  /** The options that make the same optimiser again. */
  getConfig(): Config {
    const { clipNorm, globalClipNorm, clipValue } = this.options;
    return { learningRate: this.initialRate, clipNorm, globalClipNorm, clipValue, ...this.ownConfig() };
  }

  /** Creates the state of parameters that are new; apply() needs it before a program is captured. */
  build(params: readonly Tensor[]): void {
    for (const w of params) {
      if (!this.slots.has(w)) this.slots.set(w, Array.from({ length: this.slotCount() }, () => zerosLike(w)));
    }
  }

  /**
   * One step: w changes in place for every parameter w.
   *
   * @param params float tensors
   * @param gradients one for each, of the same shape
   */
  apply(params: readonly Tensor[], gradients: readonly Tensor[]): void {
    if (params.length !== gradients.length) {
      throw new HebbError('ERR_ARGUMENT', `${this.kind}: ${params.length} parameters but ${gradients.length} gradients`);
    }
    this.build(params);
    addInPlace(this.iterations, 1);
    const rates = new Map([...new Set(params.map(({ dtype }) => dtype))].map((dtype) => [dtype, cast(this.learningRate, dtype)]));
    for (const [i, gradient] of this.clipped(gradients).entries()) {
      const w = params[i];
      const rate = w && rates.get(w.dtype);
      if (w !== undefined && rate !== undefined) this.update(w, gradient, rate, this.slots.get(w) ?? []);
    }
  }

  /** Every tensor of state, in a fixed order, for saving: step count, learning rate, then each parameter's slots. */
  state(params: readonly Tensor[]): Tensor[] {
    this.build(params);
    return [this.iterations, this.learningRate, ...params.flatMap((w) => this.slots.get(w) ?? [])];
  }

  private clipped(gradients: readonly Tensor[]): readonly Tensor[] {
    const { clipNorm, globalClipNorm, clipValue } = this.options;
    if (clipNorm !== undefined) return gradients.map((g) => mul(g, shrink(sum(square(g)), clipNorm)));
    if (globalClipNorm !== undefined) {
      const total = gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b));
      const factor = shrink(total, globalClipNorm);
      return gradients.map((g) => mul(g, factor));
    }
    if (clipValue !== undefined) return gradients.map((g) => clip(g, -clipValue, clipValue));
    return gradients;
  }
}

/** The factor that brings a squared norm down to `limit` squared, at most 1. */
function shrink(squaredNorm: Tensor, limit: number): Tensor {
  return div(limit, maximum(sqrt(squaredNorm), limit));
}

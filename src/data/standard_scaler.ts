import type { TypedArray } from '../dtype.js';
import { add, div, mul, sub } from '../ops/binary.js';
import { tensor } from '../ops/create.js';
import { withDefaults } from '../options.js';
import type { Tensor } from '../tensor.js';
import { FeatureScaler } from './feature_scaler.js';

/** Options of standardScaler(). */
export interface StandardScalerOptions {
  /** Whether the mean is subtracted; true by default. */
  withMean?: boolean | undefined;
  /** Whether the result is divided by the standard deviation; true by default. */
  withStd?: boolean | undefined;
}

type Statistics = Readonly<Record<'mean' | 'variance' | 'scale', Tensor>>;

/** Mean and variance of one column, in two passes whose rounding errors are taken back (Chan, Golub, LeVeque 1983). */
function momentsOf(
  values: TypedArray,
  column: number,
  columns: number,
): { count: number; mean: number; variance: number } {
  let [count, sum] = [0, 0];
  for (let i = column; i < values.length; i += columns) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  const center = sum / count;
  let [squares, remainder] = [0, 0];
  for (let i = column; i < values.length; i += columns) {
    const difference = values[i]! - center;
    if (Number.isNaN(difference)) continue;
    squares += difference * difference;
    remainder += difference;
  }
  return { count, mean: center + remainder / count, variance: (squares - (remainder * remainder) / count) / count };
}

/** What standardScaler() makes: learns mean and deviation of each feature, then applies them. */
export class StandardScaler extends FeatureScaler<Required<StandardScalerOptions>, Statistics> {
  constructor(options: StandardScalerOptions = {}) {
    super('standardScaler', (given: StandardScalerOptions) => withDefaults('standardScaler', given, { withMean: true, withStd: true }), options);
  }

  /** Mean of each feature, float64 [features]. @throws ERR_ARGUMENT before fit() */
  get mean(): Tensor {
    return this.fitted('mean').mean;
  }
  /** Variance of each feature (divided by n), float64 [features]. @throws ERR_ARGUMENT before fit() */
  get variance(): Tensor {
    return this.fitted('variance').variance;
  }
  /** Divisors, float64 [features]: the standard deviations, 1 where that is 0. @throws ERR_ARGUMENT before fit() */
  get scale(): Tensor {
    return this.fitted('scale').scale;
  }

  protected learn(values: TypedArray, features: number): Statistics {
    const mean = new Float64Array(features);
    const variance = new Float64Array(features);
    const scale = new Float64Array(features).fill(1);
    for (let j = 0; j < features; j++) {
      const moments = momentsOf(values, j, features);
      mean[j] = moments.mean;
      variance[j] = moments.variance;
      // What rounding alone can leave of a constant feature counts as 0.
      const { EPSILON } = Number;
      const noise = moments.count * EPSILON * moments.variance + (moments.count * moments.mean * EPSILON) ** 2;
      if (this.settings.withStd && moments.variance > noise) scale[j] = Math.sqrt(moments.variance);
    }
    return { mean: tensor(mean), variance: tensor(variance), scale: tensor(scale) };
  }

  /** (x - mean) / scale */
  protected scaled(x: Tensor, { mean, scale }: Statistics): Tensor {
    const centered = this.settings.withMean ? sub(x, mean) : x;
    return this.settings.withStd ? div(centered, scale) : centered;
  }

  /** x * scale + mean */
  protected unscaled(x: Tensor, { mean, scale }: Statistics): Tensor {
    const spread = this.settings.withStd ? mul(x, scale) : x;
    return this.settings.withMean ? add(spread, mean) : spread;
  }
}

/**
 * Scales features to mean 0 and variance 1, as scikit-learn's `StandardScaler`: `z = (x - mean) / scale`, with the
 * statistics of the data given to fit().
 *
 * @example
 * const scaler = standardScaler();
 * const trained = scaler.fitTransform([[1, 10], [3, 10]]);
 * trained.toArray(); // [[-1, 0], [1, 0]]
 * scaler.transform([[2, 11]]).toArray(); // [[0, 1]]
 */
export function standardScaler(options?: StandardScalerOptions): StandardScaler {
  return new StandardScaler(options);
}

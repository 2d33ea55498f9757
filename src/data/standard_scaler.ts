import { isFloat, type TypedArray } from '../dtype.js';
import { HebbError } from '../errors.js';
import { add, div, mul, sub } from '../ops/binary.js';
import { cast } from '../ops/copy.js';
import { tensor, toTensor } from '../ops/create.js';
import type { Tensor, TensorLike } from '../tensor.js';

/** Options of standardScaler(). */
export interface StandardScalerOptions {
  /** Whether the mean is subtracted; true by default. */
  withMean?: boolean | undefined;
  /** Whether the result is divided by the standard deviation; true by default. */
  withStd?: boolean | undefined;
}

interface Statistics {
  mean: Tensor;
  variance: Tensor;
  scale: Tensor;
}

/** Mean and variance of one column, in two passes whose rounding errors are taken back (Chan, Golub, LeVeque 1983). */
function momentsOf(
  values: TypedArray,
  column: number,
  columns: number,
): { count: number; mean: number; variance: number } {
  let [count, sum] = [0, 0];
  for (let i = column; i < values.length; i += columns) {
    const value = values[i]!;
    if (Math.abs(value) === Infinity) {
      const row = (i - column) / columns;
      throw new HebbError('ERR_ARGUMENT', `standardScaler.fit: ${value} in row ${row}, feature ${column}`);
    }
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
export class StandardScaler {
  readonly #withMean: boolean;
  readonly #withStd: boolean;
  #statistics: Statistics | undefined;

  constructor(options: StandardScalerOptions = {}) {
    this.#withMean = options.withMean ?? true;
    this.#withStd = options.withStd ?? true;
  }

  #fitted(op: string): Statistics {
    if (this.#statistics === undefined) {
      throw new HebbError('ERR_ARGUMENT', `standardScaler.${op}: nothing was learned yet, call fit(x) first`);
    }
    return this.#statistics;
  }

  /** Mean of each feature, float64 [features]. @throws ERR_ARGUMENT before fit() */
  get mean(): Tensor {
    return this.#fitted('mean').mean;
  }
  /** Variance of each feature (divided by n), float64 [features]. @throws ERR_ARGUMENT before fit() */
  get variance(): Tensor {
    return this.#fitted('variance').variance;
  }
  /** Divisors, float64 [features]: the standard deviations, 1 where that is 0. @throws ERR_ARGUMENT before fit() */
  get scale(): Tensor {
    return this.#fitted('scale').scale;
  }

  /**
   * Learns mean and variance of each feature over all rows; NaN counts as missing.
   *
   * @param x [..., features]
   * @throws ERR_SHAPE without rows or features, ERR_ARGUMENT for infinite values
   */
  fit(x: TensorLike): this {
    const data = toTensor(x);
    const features = data.shape.at(-1) ?? 0;
    if (data.rank < 2 || data.size === 0) {
      throw new HebbError('ERR_SHAPE', `standardScaler.fit: x is [rows, features], got [${data.shape.join(',')}]`);
    }
    const values = data.dataSync();
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
      if (this.#withStd && moments.variance > noise) scale[j] = Math.sqrt(moments.variance);
    }
    this.#statistics = { mean: tensor(mean), variance: tensor(variance), scale: tensor(scale) };
    return this;
  }

  #prepare(op: string, x: TensorLike): { data: Tensor; mean: Tensor; scale: Tensor } {
    const { mean, scale } = this.#fitted(op);
    const given = toTensor(x);
    if (given.shape.at(-1) !== mean.size) {
      throw new HebbError(
        'ERR_SHAPE',
        `standardScaler.${op}: expected ${mean.size} features, got the shape [${given.shape.join(',')}]`,
      );
    }
    const data = isFloat(given.dtype) ? given : cast(given, 'float32');
    return { data, mean: cast(mean, data.dtype), scale: cast(scale, data.dtype) };
  }

  /** (x - mean) / scale in the float type of x, float32 for integers. @throws ERR_SHAPE for other features */
  transform(x: TensorLike): Tensor {
    const { data, mean, scale } = this.#prepare('transform', x);
    const centered = this.#withMean ? sub(data, mean) : data;
    return this.#withStd ? div(centered, scale) : centered;
  }

  /** fit(x), then transform(x). */
  fitTransform(x: TensorLike): Tensor {
    return this.fit(x).transform(x);
  }

  /** x * scale + mean: takes transform() back. @throws ERR_SHAPE for another number of features */
  inverseTransform(x: TensorLike): Tensor {
    const { data, mean, scale } = this.#prepare('inverseTransform', x);
    const spread = this.#withStd ? mul(data, scale) : data;
    return this.#withMean ? add(spread, mean) : spread;
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

import type { TypedArray } from '../dtype.js';
import { add, div, mul, sub } from '../ops/binary.js';
import { tensor } from '../ops/create.js';
import { clip } from '../ops/unary.js';
import { checkKinds } from '../options.js';
import { checkerOf, completed } from '../params.js';
import type { Tensor } from '../tensor.js';
import { FeatureScaler } from './feature_scaler.js';

/** Options of minMaxScaler(). */
export interface MinMaxScalerOptions {
  /** Where the least and the greatest value of each feature go; [0, 1] by default. */
  featureRange?: readonly [number, number] | undefined;
  /** Whether transform() keeps values of other data inside the range; false by default. */
  clip?: boolean | undefined;
}

type Statistics = Readonly<Record<'dataMin' | 'dataMax' | 'scale' | 'min', Tensor>>;
type Settings = Required<MinMaxScalerOptions> & { featureRange: readonly [number, number] };

function settingsOf(given: object): Settings {
  const settings = completed<Settings>('minMaxScaler', given, { featureRange: [0, 1], clip: false });
  checkKinds('minMaxScaler', settings, { featureRange: Array, clip: Boolean });
  const [low, high] = settings.featureRange;
  checkerOf('minMaxScaler', settings)('featureRange', low < high && Number.isFinite(high - low), 'two numbers, the smaller first');
  return settings;
}

/** What minMaxScaler() makes: learns the range of each feature, then moves it to another. */
export class MinMaxScaler extends FeatureScaler<Settings, Statistics> {
  constructor(options: MinMaxScalerOptions = {}) {
    super('minMaxScaler', settingsOf, options);
  }

  /** The least value of each feature, float64 [features]. @throws ERR_ARGUMENT before fit() */
  get dataMin(): Tensor {
    return this.fitted('dataMin').dataMin;
  }
  /** The greatest value of each feature, float64 [features]. @throws ERR_ARGUMENT before fit() */
  get dataMax(): Tensor {
    return this.fitted('dataMax').dataMax;
  }
  /** The factors, float64 [features]; those of a constant feature as if its range were 1. @throws ERR_ARGUMENT before fit() */
  get scale(): Tensor {
    return this.fitted('scale').scale;
  }
  /** What is added after the factors, float64 [features]. @throws ERR_ARGUMENT before fit() */
  get min(): Tensor {
    return this.fitted('min').min;
  }

  protected learn(values: TypedArray, features: number): Statistics {
    const [low, high] = this.settings.featureRange;
    const dataMin = new Float64Array(features).fill(NaN);
    const dataMax = new Float64Array(features).fill(NaN);
    for (const [i, value] of values.entries()) {
      const j = i % features;
      if (!(value >= dataMin[j]!) && !Number.isNaN(value)) dataMin[j] = value;
      if (!(value <= dataMax[j]!) && !Number.isNaN(value)) dataMax[j] = value;
    }
    const scale = dataMin.map((least, j) => (high - low) / (dataMax[j]! - least || 1));
    const min = dataMin.map((least, j) => low - least * scale[j]!);
    return { dataMin: tensor(dataMin), dataMax: tensor(dataMax), scale: tensor(scale), min: tensor(min) };
  }

  /** x * scale + min */
  protected scaled(x: Tensor, { scale, min }: Statistics): Tensor {
    const moved = add(mul(x, scale), min);
    return this.settings.clip ? clip(moved, ...this.settings.featureRange) : moved;
  }

  /** (x - min) / scale */
  protected unscaled(x: Tensor, { scale, min }: Statistics): Tensor {
    return div(sub(x, min), scale);
  }
}

/**
 * Moves the range of each feature to [0, 1] or another, as scikit-learn's `MinMaxScaler`: `x * scale + min`, with the
 * ranges of the data given to fit().
 *
 * @throws ERR_ARGUMENT for an unknown option, or a range whose end is not above its beginning
 * @example
 * const scaler = minMaxScaler();
 * scaler.fitTransform([[1, 10], [3, 30], [2, 10]]).toArray(); // [[0, 0], [1, 1], [0.5, 0]]
 * scaler.transform([[5, 20]]).toArray(); // [[2, 0.5]]
 */
export function minMaxScaler(options?: MinMaxScalerOptions): MinMaxScaler {
  return new MinMaxScaler(options);
}

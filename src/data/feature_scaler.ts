import { isFloat, type TypedArray } from '../dtype.js';
import { HebbError } from '../errors.js';
import { cast } from '../ops/copy.js';
import { Configured } from '../params.js';
import { keep } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { toRows } from '../train/rows.js';

/** Learns numbers about each feature, then scales features by them: what the scalers have in common. */
export abstract class FeatureScaler<S extends object, Statistics extends Readonly<Record<string, Tensor>>> extends Configured<S> {
  private statistics: Statistics | undefined;

  /** What is learned from the elements, row by row; NaN counts as missing. */
  protected abstract learn(values: TypedArray, features: number): Statistics;
  /** The elements, scaled; the statistics are of their type. */
  protected abstract scaled(x: Tensor, statistics: Statistics): Tensor;
  /** What scaled() was made of. */
  protected abstract unscaled(x: Tensor, statistics: Statistics): Tensor;

  /** @throws ERR_ARGUMENT before fit() */
  protected fitted(method: string): Statistics {
    if (this.statistics === undefined) {
      throw new HebbError('ERR_ARGUMENT', `${this.op}.${method}: nothing was learned yet, call fit(x) first`);
    }
    return this.statistics;
  }

  /**
   * Learns from all rows; NaN counts as missing.
   *
   * @param x [..., features]
   * @throws ERR_SHAPE without rows or features, ERR_ARGUMENT for infinite values
   */
  fit(x: TensorLike): this {
    const data = toRows(`${this.op}.fit`, 'x', x);
    const features = data.shape.at(-1) ?? 0;
    if (data.rank < 2 || data.size === 0) {
      throw new HebbError('ERR_SHAPE', `${this.op}.fit: x is [rows, features], got [${data.shape.join(',')}]`);
    }
    const values = data.dataSync();
    const infinite = values.findIndex((value) => Math.abs(value) === Infinity);
    if (infinite >= 0) {
      const at = `row ${Math.floor(infinite / features)}, feature ${infinite % features}`;
      throw new HebbError('ERR_ARGUMENT', `${this.op}.fit: ${values[infinite] ?? NaN} in ${at}`);
    }
    const statistics = this.learn(values, features);
    for (const numbers of Object.values(statistics)) keep(numbers); // they outlive a scope() around this
    this.statistics = statistics;
    return this;
  }

  private prepare(method: string, x: TensorLike): { data: Tensor; statistics: Statistics } {
    const statistics = this.fitted(method);
    const given = toRows(`${this.op}.${method}`, 'x', x);
    const features = Object.values(statistics)[0]?.size ?? 0;
    if (given.shape.at(-1) !== features) {
      throw new HebbError('ERR_SHAPE', `${this.op}.${method}: expected ${features} features, got the shape [${given.shape.join(',')}]`);
    }
    const data = isFloat(given.dtype) ? given : cast(given, 'float32');
    const alike = Object.entries(statistics).map(([name, numbers]) => [name, cast(numbers, data.dtype)]);
    return { data, statistics: Object.fromEntries(alike) as Statistics };
  }

  /** The features scaled, in the float type of x, float32 for integers. @throws ERR_SHAPE for other features, ERR_ARGUMENT before fit() */
  transform(x: TensorLike): Tensor {
    const { data, statistics } = this.prepare('transform', x);
    return this.scaled(data, statistics);
  }

  /** fit(x), then transform(x). */
  fitTransform(x: TensorLike): Tensor {
    return this.fit(x).transform(x);
  }

  /** Takes transform() back. @throws ERR_SHAPE for another number of features, ERR_ARGUMENT before fit() */
  inverseTransform(x: TensorLike): Tensor {
    const { data, statistics } = this.prepare('inverseTransform', x);
    return this.unscaled(data, statistics);
  }
}

import { HebbError } from '../errors.js';
import { tensor } from '../ops/create.js';
import { scope } from '../scope.js';
import { Tensor, type TensorLike } from '../tensor.js';
import { heldOutRows } from './held_out.js';
import { linearSettings, regressorLosses, type RegressorLoss, type SgdOptions } from './linear_options.js';
import { LinearSgd, inputRows, type LinearFitOptions } from './linear_sgd.js';
import { anyRandomState, regressionSeed } from './seeds.js';
import { sgdDefaults } from './sgd_classifier.js';

/** Options of SGDRegressor. */
export interface SgdRegressorOptions extends SgdOptions {
  /** squaredError by default. */
  loss?: RegressorLoss;
}

/**
 * A linear regression trained one row at a time, with the rules and, in float64, the weights of scikit-learn 1.9's
 * `SGDRegressor`. y as a matrix is one task per column.
 *
 * @throws ERR_ARGUMENT for an unknown option or a value outside its range
 * @example
 * const model = await new SGDRegressor({ randomState: 42 }).fit([[0], [1], [2]], [1, 3, 5]);
 * model.predict([[3]]).shape; // [1]
 */
export class SGDRegressor extends LinearSgd {
  constructor(options: SgdRegressorOptions = {}) {
    const defaults = { ...sgdDefaults, loss: 'squaredError', learningRate: 'invscaling', powerT: 0.25 } as const;
    super('SGDRegressor', linearSettings('SGDRegressor', regressorLosses, options, defaults));
  }

  /**
   * Trains from zero weights (warmStart: from those there are), off the JavaScript thread.
   *
   * @param x rows [rows, features]
   * @param y targets [rows] or [rows, outputs]
   * @throws ERR_SHAPE; ERR_ARGUMENT when the weights leave the range of float64
   */
  async fit(x: TensorLike, y: TensorLike, options: LinearFitOptions = {}): Promise<this> {
    return this.learn(x, y, 'fit', options);
  }

  /** One epoch on some rows, from the weights there are. @throws as fit(), and ERR_ARGUMENT with earlyStopping */
  async partialFit(x: TensorLike, y: TensorLike, options: LinearFitOptions = {}): Promise<this> {
    if (this.settings.earlyStopping) {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: partialFit does not work with earlyStopping`);
    }
    return this.learn(x, y, 'continue', options);
  }

  /** x.w + b, float64 [rows], or [rows, outputs]. @throws ERR_ARGUMENT before fit(); ERR_SHAPE */
  predict(x: TensorLike): Tensor {
    return scope(() => {
      const scores = this.scores(x);
      return scores.shape[1] === 1 ? scores.reshape([scores.shape[0] ?? 0]) : scores;
    });
  }

  /** R2 = 1 - sum (y - p)^2 / sum (y - mean)^2, the mean over outputs. @throws as predict() */
  score(x: TensorLike, y: TensorLike): number {
    const predicted = scope(() => ({ data: this.predict(x).dataSync() })).data;
    const { values, columns } = this.readTargets(y);
    if (values.length !== predicted.length) {
      throw new HebbError('ERR_SHAPE', `${this.op}: y has ${values.length} numbers, expected ${predicted.length}`);
    }
    let score = 0;
    for (let column = 0; column < columns; column++) {
      const of = (array: ArrayLike<number>): number[] => Array.from(array).filter((_, i) => i % columns === column);
      const [truth, found] = [of(values), of(predicted)];
      const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
      const residual = truth.reduce((sum, value, i) => sum + (value - found[i]!) ** 2, 0);
      const total = truth.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      score += total > 0 ? 1 - residual / total : residual > 0 ? 0 : 1;
    }
    return score / columns;
  }

  private readTargets(y: TensorLike): { values: Float64Array; rows: number; columns: number } {
    return scope(() => {
      const targets = y instanceof Tensor ? y : tensor(y, { dtype: 'float64' });
      const values = Float64Array.from(targets.dataSync());
      if ((targets.rank !== 1 && targets.rank !== 2) || !values.every(Number.isFinite)) {
        throw new HebbError('ERR_SHAPE', `${this.op}: y is finite numbers [rows] or [rows,outputs], got [${targets.shape.join(',')}]`);
      }
      return { values, rows: targets.shape[0] ?? 0, columns: targets.shape[1] ?? 1 };
    });
  }

  private async learn(x: TensorLike, y: TensorLike, mode: 'fit' | 'continue', options: LinearFitOptions): Promise<this> {
    const input = inputRows(this.op, x);
    const { values, rows, columns } = this.readTargets(y);
    if (rows !== input.rows) throw new HebbError('ERR_SHAPE', `${this.op}: x has ${input.rows} rows, y ${rows}`);
    const seed = this.settings.randomState ?? anyRandomState();
    const byColumn = Float64Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
    let validation: Uint8Array | undefined;
    if (this.settings.earlyStopping) {
      const mask = heldOutRows(this.op, rows, this.settings.validationFraction, seed);
      validation = Uint8Array.from(values, (_, i) => mask[i % rows]!);
    }
    const each = Array.from({ length: columns }, () => regressionSeed(seed));
    await this.train(input, { y: byColumn, validation, classWeights: each.flatMap(() => [1, 1]), seeds: each }, mode, options);
    return this;
  }
}

import { HebbError } from '../errors.js';
import { checkNames } from '../options.js';
import { scope } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { heldOutRows, markOf } from './held_out.js';
import { linearDefaults, linearSettings, regressorLosses, type RegressorLoss, type SgdOptions } from './linear_options.js';
import { LinearSgd, withRows, type InputRows, type LinearFitOptions } from './linear_sgd.js';
import { MT19937 } from './mt19937.js';
import { anyRandomState, regressionSeed } from './seeds.js';
import { determination, readTargets } from './targets.js';

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
  readonly estimatorType = 'regressor';

  constructor(options: SgdRegressorOptions = {}) {
    const defaults = { ...linearDefaults, loss: 'squaredError', learningRate: 'invscaling', powerT: 0.25 } as const;
    super('SGDRegressor', (given) => linearSettings('SGDRegressor', regressorLosses, given, defaults), options);
  }

  /**
   * Trains from zero weights (warmStart: from those there are), off the JavaScript thread.
   *
   * @param x rows [rows, features], read where they are when float64, float32 or uint8: they must not be assigned to meanwhile
   * @param y targets [rows] or [rows, outputs]
   * @throws ERR_SHAPE; ERR_ARGUMENT when the weights leave the range of float64
   */
  async fit(x: TensorLike, y: TensorLike, options: LinearFitOptions = {}): Promise<this> {
    checkNames(`${this.op}.fit`, options, ['sampleWeight']);
    await withRows(this.op, x, (input) => this.learn(input, y, 'fit', options));
    return this;
  }

  /** One epoch on some rows, from the weights there are. @throws as fit(), and ERR_ARGUMENT with earlyStopping */
  async partialFit(x: TensorLike, y: TensorLike, options: LinearFitOptions = {}): Promise<this> {
    checkNames(`${this.op}.partialFit`, options, ['sampleWeight']);
    if (this.settings.earlyStopping) {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: partialFit does not work with earlyStopping`);
    }
    await withRows(this.op, x, (input) => this.learn(input, y, 'continue', options));
    return this;
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
    const found = scope(() => ({ data: this.predict(x).dataSync() })).data;
    return determination(this.op, found, readTargets(this.op, y));
  }

  private async learn(input: InputRows, y: TensorLike, mode: 'fit' | 'continue', options: LinearFitOptions): Promise<void> {
    const { values, rows, columns } = readTargets(this.op, y);
    if (rows !== input.rows) throw new HebbError('ERR_SHAPE', `${this.op}: x has ${input.rows} rows, y ${rows}`);
    const seed = this.settings.randomState ?? anyRandomState();
    const byColumn = Float64Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
    let validation: Uint8Array | undefined;
    if (this.settings.earlyStopping) {
      const mask = markOf(heldOutRows(this.op, rows, this.settings.validationFraction, new MT19937(seed)));
      validation = Uint8Array.from(values, (_, i) => mask[i % rows]!);
    }
    const each = Array.from({ length: columns }, () => regressionSeed(seed));
    await this.train(input, { y: byColumn, validation, classWeights: each.flatMap(() => [1, 1]), seeds: each }, mode, options);
  }
}

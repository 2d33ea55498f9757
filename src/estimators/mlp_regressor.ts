import { HebbError } from '../errors.js';
import { determination, readTargets, takeRows } from '../neurons/targets.js';
import { reshape, tensor } from '../ops/index.js';
import { checkNames } from '../options.js';
import { scope } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { Mlp, type MlpFitOptions } from './mlp.js';
import { mlpDefaults, mlpSettings, type MlpRegressorOptions } from './mlp_options.js';

/**
 * A multilayer perceptron that predicts numbers: scikit-learn's `MLPRegressor`, with its rules and, for the same
 * randomState, its random numbers. y as a matrix is one output per column. Trains on captured steps, off the JavaScript
 * thread.
 *
 * @throws ERR_ARGUMENT for an unknown option or a value outside its range
 * @example
 * const x = linspace(-1, 1, 50).reshape([50, 1]);
 * const net = new MLPRegressor({ hiddenLayerSizes: [20], activation: 'tanh', learningRateInit: 0.02, maxIter: 500, randomState: 1 });
 * await net.fit(x, x.mul(3).sin().reshape([50]));
 * net.predict([[0.5], [1]]).shape; // [2]
 */
export class MLPRegressor extends Mlp {
  readonly estimatorType = 'regressor';
  private flat = true;

  constructor(options: MlpRegressorOptions = {}) {
    super('MLPRegressor', (given) => mlpSettings('MLPRegressor', given, { ...mlpDefaults, loss: 'squaredError' }), options);
  }

  /**
   * Trains from new weights (warmStart: from those there are).
   *
   * @param x rows [rows, features]; computes in float64 where they are float64 or no tensor, in float32 otherwise
   * @param y targets [rows] or [rows, outputs]
   * @throws ERR_SHAPE; ERR_ARGUMENT when the weights leave the range of their type; ERR_ABORTED
   */
  async fit(x: TensorLike, y: TensorLike, options: MlpFitOptions = {}): Promise<this> {
    checkNames(`${this.op}.fit`, options, ['sampleWeight', 'signal']);
    await scope(() => this.learn(x, y, 'fit', options));
    return this;
  }

  /** One epoch on some rows, from the weights there are. @throws as fit(), and ERR_ARGUMENT with earlyStopping or 'lbfgs' */
  async partialFit(x: TensorLike, y: TensorLike, options: MlpFitOptions = {}): Promise<this> {
    checkNames(`${this.op}.partialFit`, options, ['sampleWeight', 'signal']);
    this.checkPartial();
    await scope(() => this.learn(x, y, 'continue', options));
    return this;
  }

  /** The predictions [rows], or [rows, outputs] where y was a matrix. @throws ERR_ARGUMENT before fit(); ERR_SHAPE */
  predict(x: TensorLike): Tensor {
    return scope(() => {
      const answers = this.answers(x);
      return this.flat ? reshape(answers, [-1]) : answers;
    });
  }

  /** R2 = 1 - sum (y - p)^2 / sum (y - mean)^2, the mean over outputs. @throws as predict() */
  score(x: TensorLike, y: TensorLike): number {
    const found = scope(() => ({ data: this.predict(x).dataSync() })).data;
    return determination(this.op, found, readTargets(this.op, y));
  }

  private async learn(x: TensorLike, y: TensorLike, mode: 'fit' | 'continue', options: MlpFitOptions): Promise<void> {
    const rows = this.trainingRows(x, mode);
    const targets = readTargets(this.op, y);
    const { values, columns } = targets;
    if (targets.rows !== rows.shape[0]) throw new HebbError('ERR_SHAPE', `${this.op}: x has ${rows.shape[0] ?? 0} rows, y ${targets.rows}`);
    const poisson = this.settings.loss === 'poisson';
    if (poisson && !values.every((value) => value >= 0)) throw new HebbError('ERR_ARGUMENT', `${this.op}: y is numbers >= 0 with the loss 'poisson'`);
    const task = {
      x: rows,
      y: tensor(values, { shape: [targets.rows, columns], dtype: rows.dtype }),
      outputs: columns,
      output: poisson ? 'exp' : 'identity',
      score: (answers: Tensor, some: readonly number[], weights?: ArrayLike<number>): number =>
        determination(this.op, answers.dataSync(), { values: takeRows(values, columns, some), rows: some.length, columns }, weights),
    } as const;
    await this.train(task, mode, options);
    this.flat = columns === 1;
  }
}

import type { Dtype } from '../dtype.js';
import { HebbError } from '../errors.js';
import { distinct, kindsOf, readLabels, shareRight, type Labels } from '../neurons/labels.js';
import { takeRows } from '../neurons/targets.js';
import { concat, greater, reshape, sub, tensor, toTensor } from '../ops/index.js';
import { checkNames } from '../options.js';
import { scope } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { Mlp, type MlpFitOptions, type MlpTask } from './mlp.js';
import { mlpDefaults, mlpSettings, type MlpOptions } from './mlp_options.js';

/**
 * A multilayer perceptron that tells classes apart: scikit-learn's `MLPClassifier`, with its rules and, for the same
 * randomState, its random numbers. Two classes are one logistic output, more are a softmax; y as a matrix of 0 and 1 is one
 * logistic output per column (multilabel). Trains on captured steps, off the JavaScript thread.
 *
 * @throws ERR_ARGUMENT for an unknown option or a value outside its range
 * @example
 * const { x, y } = datasets.iris();
 * const clf = await new MLPClassifier({ hiddenLayerSizes: [5], learningRateInit: 0.05, randomState: 1 }).fit(x, y);
 * clf.predictProba(x).shape; // [150, 3]
 * clf.score(x, y) > 0.95; // true
 */
export class MLPClassifier extends Mlp {
  readonly estimatorType = 'classifier';
  private kinds: Kinds = { classes: [], dtype: 'int32', columns: 1 };

  constructor(options: MlpOptions = {}) {
    super('MLPClassifier', (given) => mlpSettings('MLPClassifier', given, mlpDefaults), options);
  }

  /** The labels in ascending order, which are the columns of predictProba(); 0 and 1 where there are several labels. */
  get classes(): readonly number[] {
    return this.kinds.classes;
  }

  /**
   * Trains from new weights (warmStart: from those there are).
   *
   * @param x rows [rows, features]; computes in float64 where they are float64 or no tensor, in float32 otherwise
   * @param y labels [rows], or 0 and 1 [rows, labels]
   * @throws ERR_SHAPE; ERR_ARGUMENT for one class only, or when the weights leave the range of their type; ERR_ABORTED
   */
  async fit(x: TensorLike, y: TensorLike, options: MlpFitOptions = {}): Promise<this> {
    checkNames(`${this.op}.fit`, options, ['sampleWeight', 'signal']);
    await scope(() => {
      const rows = this.trainingRows(x, 'fit');
      const labels = readLabels(this.op, y, rows.shape[0] ?? 0);
      const classes = distinct(labels.values);
      if (this.goesOn('fit') && labels.columns === 1 && this.kinds.columns === 1 && classes.join() !== this.classes.join()) {
        throw new HebbError('ERR_ARGUMENT', `${this.op}: warmStart needs the classes of the last fit(), ${this.classes.join(', ')}, got ${classes.join(', ')}`);
      }
      return this.learn(rows, labels, classes, 'fit', options);
    });
    return this;
  }

  /**
   * One epoch on some rows, from the weights there are.
   *
   * @param options classes: all labels there will be, needed in the first call
   * @throws as fit(), ERR_ARGUMENT for a label that is not among the classes, or with earlyStopping or 'lbfgs'
   */
  async partialFit(x: TensorLike, y: TensorLike, options: MlpFitOptions & { classes?: readonly number[] } = {}): Promise<this> {
    checkNames(`${this.op}.partialFit`, options, ['sampleWeight', 'signal', 'classes']);
    this.checkPartial();
    await scope(() => {
      const rows = this.trainingRows(x, 'continue');
      const labels = readLabels(this.op, y, rows.shape[0] ?? 0);
      return this.learn(rows, labels, this.isFitted ? this.kinds.classes : distinct(options.classes ?? []), 'continue', options);
    });
    return this;
  }

  /** Probabilities [rows, classes], or of each label [rows, labels]. @throws ERR_ARGUMENT before fit(); ERR_SHAPE */
  predictProba(x: TensorLike): Tensor {
    return scope(() => {
      const answers = this.answers(x);
      return isBinary(this.kinds) ? concat([sub(1, answers), answers], 1) : answers;
    });
  }

  /** The labels [rows] (or 0 and 1 [rows, labels]) in the dtype of those it was trained on. @throws as predictProba() */
  predict(x: TensorLike): Tensor {
    return scope(() => labelsOf(this.kinds, this.answers(x)));
  }

  /** The share of rows whose label (or all of whose labels) is right. @throws as predictProba() */
  score(x: TensorLike, y: TensorLike): number {
    const found = scope(() => ({ data: this.predict(x).dataSync(), rows: toTensor(x).shape[0] ?? 0 }));
    return shareRight(this.op, found.data, readLabels(this.op, y, found.rows));
  }

  private async learn(x: Tensor, labels: Labels, known: number[], mode: 'fit' | 'continue', options: MlpFitOptions): Promise<void> {
    const { columns, values, dtype } = labels;
    const classes = kindsOf(this.op, labels, known);
    const kinds = { classes, dtype, columns };
    const multiclass = columns === 1 && classes.length > 2;
    const indices = Float64Array.from(values, (value) => classes.indexOf(value));
    const task: MlpTask = {
      x,
      y: multiclass ? tensor(indices, { dtype: 'int32' }) : tensor(indices, { shape: [values.length / columns, columns], dtype: x.dtype }),
      outputs: multiclass ? classes.length : columns,
      output: multiclass ? 'softmax' : 'logistic',
      ...(isBinary(kinds) && { stratify: values }),
      score: (answers, rows, weights) => {
        const found = scope(() => ({ data: labelsOf(kinds, answers).dataSync() })).data;
        return shareRight(this.op, found, { values: takeRows(values, columns, rows), dtype, columns }, weights);
      },
    };
    await this.train(task, mode, options);
    this.kinds = kinds;
  }
}

/** What the labels of a training were. */
interface Kinds {
  readonly classes: number[];
  readonly dtype: Dtype;
  readonly columns: number;
}

function isBinary({ classes, columns }: Kinds): boolean {
  return columns === 1 && classes.length === 2;
}

function labelsOf({ classes, dtype, columns }: Kinds, answers: Tensor): Tensor {
  if (columns > 1) return greater(answers, 0.5).cast(dtype);
  const index = classes.length === 2 ? greater(reshape(answers, [-1]), 0.5).cast('int32') : answers.argmax(1);
  return tensor(Float64Array.from(index.dataSync(), (i) => classes[i] ?? NaN), { dtype });
}

import type { Dtype } from '../dtype.js';
import { HebbError } from '../errors.js';
import { tensor, toTensor } from '../ops/create.js';
import { scope } from '../scope.js';
import { Tensor, type TensorLike } from '../tensor.js';
import { heldOutByLabel } from './held_out.js';
import { classifierLosses, linearSettings, type ClassifierLoss, type LinearSettings, type SgdOptions } from './linear_options.js';
import { LinearSgd, inputRows, type InputRows, type LinearFitOptions } from './linear_sgd.js';
import { anyRandomState, classSeeds, taskSeed } from './seeds.js';

/** The weight of each class: 'balanced' (rows / (classes x rows of the class)), or label -> weight, 1 where it is missing. */
export type ClassWeight = 'balanced' | Readonly<Record<string, number>>;

/** Options of SGDClassifier. */
export interface SgdClassifierOptions extends SgdOptions {
  /** hinge (linear SVM) by default; logLoss is logistic regression. */
  loss?: ClassifierLoss;
  classWeight?: ClassWeight | null;
}

interface Labels {
  values: Float64Array;
  dtype: Dtype;
  columns: number;
}

/** The defaults of SGDClassifier and, but for the loss and the rate, of SGDRegressor. */
export const sgdDefaults: LinearSettings = {
  loss: 'hinge', penalty: 'l2', alpha: 1e-4, l1Ratio: 0.15, fitIntercept: true, maxIter: 1000, tol: 1e-3, shuffle: true, eta0: 0.01,
  randomState: null, earlyStopping: false, validationFraction: 0.1, nIterNoChange: 5, warmStart: false, epsilon: 0.1,
  learningRate: 'optimal', powerT: 0.5, average: false,
};

/**
 * A linear classifier trained one row at a time, with the rules and, in float64, the weights of scikit-learn 1.9's
 * `SGDClassifier`. More than two classes are learned one against the rest; y as a matrix of 0 and 1 is one task per column.
 *
 * @throws ERR_ARGUMENT for an unknown option or a value outside its range
 * @example
 * const { x, y } = datasets.iris();
 * const clf = await new SGDClassifier({ loss: 'logLoss', randomState: 42 }).fit(x, y);
 * clf.score(x, y); // the share of rows that are right
 */
export class SGDClassifier extends LinearSgd {
  /** The labels in ascending order; the second of two is the positive one. */
  classes: number[] = [];
  private labelDtype: Dtype = 'int32';
  private columns = 0;
  private readonly classWeight: ClassWeight | null;

  constructor(options: SgdClassifierOptions = {}, op = 'SGDClassifier', defaults = sgdDefaults) {
    super(op, linearSettings(op, classifierLosses, options, defaults));
    this.classWeight = options.classWeight ?? null;
    const given: unknown = this.classWeight;
    const weights: unknown[] = typeof given === 'object' ? Object.values(given ?? {}) : given === 'balanced' ? [] : [given];
    if (!weights.every((weight) => typeof weight === 'number' && weight >= 0 && weight < Infinity)) {
      throw new HebbError('ERR_ARGUMENT', `${op}: classWeight is 'balanced', or numbers >= 0 by label`);
    }
  }

  /**
   * Trains from zero weights (warmStart: from those there are), off the JavaScript thread.
   *
   * @param x rows [rows, features], kept as they are when float64, float32 or uint8
   * @param y labels [rows], or 0 and 1 [rows, outputs]
   * @throws ERR_SHAPE; ERR_ARGUMENT for one class only, or when the weights leave the range of float64
   */
  async fit(x: TensorLike, y: TensorLike, options: LinearFitOptions = {}): Promise<this> {
    const input = inputRows(this.op, x);
    const labels = this.readLabels(y, input.rows);
    await this.learn(input, labels, [...new Set(labels.values)].sort((a, b) => a - b), 'fit', options);
    return this;
  }

  /**
   * One epoch on some rows, from the weights there are.
   *
   * @param options classes: all labels there will be, needed in the first call
   * @throws ERR_ARGUMENT for a label that is not among the classes, with earlyStopping, or with balanced class weights
   */
  async partialFit(x: TensorLike, y: TensorLike, options: LinearFitOptions & { classes?: readonly number[] } = {}): Promise<this> {
    if (this.settings.earlyStopping || this.classWeight === 'balanced') {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: partialFit works with neither earlyStopping nor balanced class weights`);
    }
    const input = inputRows(this.op, x);
    const classes = this.isFitted ? this.classes : [...new Set(options.classes ?? [])].sort((a, b) => a - b);
    await this.learn(input, this.readLabels(y, input.rows), classes, 'continue', options);
    return this;
  }

  /** x.w + b, float64: [rows] for two classes, else [rows, classes or outputs]. @throws ERR_ARGUMENT before fit(); ERR_SHAPE */
  decisionFunction(x: TensorLike): Tensor {
    return scope(() => {
      const scores = this.scores(x);
      return this.columns === 1 && this.classes.length === 2 ? scores.reshape([scores.shape[0] ?? 0]) : scores;
    });
  }

  /** The labels [rows] (or 0 and 1 [rows, outputs]) in the dtype of those it was trained on. @throws as decisionFunction() */
  predict(x: TensorLike): Tensor {
    return scope(() => {
      const scores = this.decisionFunction(x);
      if (this.columns > 1) return scores.greater(0).cast(this.labelDtype);
      const index = this.classes.length === 2 ? scores.greater(0).cast('int32') : scores.argmax(1);
      return tensor(Float64Array.from(index.dataSync(), (i) => this.classes[i] ?? NaN), { dtype: this.labelDtype });
    });
  }

  /** The share of rows whose label (or all of whose outputs) is right. @throws as decisionFunction() */
  score(x: TensorLike, y: TensorLike): number {
    return scope(() => {
      const predicted = this.predict(x);
      const rows = predicted.shape[0] ?? 0;
      const { values, columns } = this.readLabels(y, rows);
      const found = predicted.dataSync();
      if (found.length !== values.length) {
        throw new HebbError('ERR_SHAPE', `${this.op}: y has ${columns} columns, expected ${this.columns}`);
      }
      let right = 0;
      for (let row = 0; row < rows; row++) {
        if (found.subarray(row * columns, (row + 1) * columns).every((value, i) => value === values[row * columns + i])) right++;
      }
      return right / rows;
    });
  }

  private readLabels(y: TensorLike, rows: number): Labels {
    return scope(() => {
      const labels = y instanceof Tensor || ArrayBuffer.isView(y) ? toTensor(y) : tensor(y, { dtype: wholeDtype(y) });
      if ((labels.rank !== 1 && labels.rank !== 2) || labels.shape[0] !== rows) {
        throw new HebbError('ERR_SHAPE', `${this.op}: y is [${rows}] or [${rows},outputs], got [${labels.shape.join(',')}]`);
      }
      const values = Float64Array.from(labels.dataSync());
      if (!values.every(Number.isFinite)) throw new HebbError('ERR_ARGUMENT', `${this.op}: y holds a number that is not finite`);
      return { values, dtype: labels.dtype, columns: labels.shape[1] ?? 1 };
    });
  }

  private async learn(input: InputRows, labels: Labels, classes: number[], mode: 'fit' | 'continue', options: LinearFitOptions): Promise<void> {
    const { columns, values, dtype } = labels;
    const kinds = columns > 1 ? [0, 1] : classes;
    const strange = values.find((value) => !kinds.includes(value));
    if (kinds.length < 2 || strange !== undefined) {
      const fault = strange === undefined ? 'there is one class only' : `the label ${strange} is none of the classes ${kinds.join(', ')}`;
      throw new HebbError('ERR_ARGUMENT', `${this.op}: ${fault}`);
    }
    const seed = this.settings.randomState ?? anyRandomState();
    const positives = columns > 1 ? Array.from({ length: columns }, () => 1) : kinds.length === 2 ? [kinds[1]!] : kinds;
    const negative = this.settings.loss === 'logLoss' ? 0 : -1;
    const { rows } = input;
    const y = new Float64Array(positives.length * rows);
    for (const [task, label] of positives.entries()) {
      for (let row = 0; row < rows; row++) y[task * rows + row] = values[row * columns + (columns > 1 ? task : 0)] === label ? 1 : negative;
    }
    const oneAgainstRest = columns === 1 && kinds.length > 2;
    const { earlyStopping, validationFraction } = this.settings;
    let validation: Uint8Array | undefined;
    if (earlyStopping) {
      validation = new Uint8Array(y.length);
      for (let task = 0; task < positives.length; task++) {
        const by = oneAgainstRest ? values : y.subarray(task * rows, (task + 1) * rows);
        validation.set(heldOutByLabel(this.op, by, validationFraction, seed), task * rows);
      }
    }
    const classWeights = positives.flatMap((_, task) => {
      const own = columns > 1 ? values.filter((_value, i) => i % columns === task) : values;
      const weight = this.weightsOf(kinds, own);
      return oneAgainstRest ? [weight[task]!, 1] : [weight[1]!, weight[0]!];
    });
    const seeds = oneAgainstRest ? classSeeds(seed, kinds.length) : positives.map(() => taskSeed(seed));
    await this.train(input, { y, validation, classWeights, seeds }, mode, options);
    this.classes = kinds;
    this.labelDtype = dtype;
    this.columns = columns;
  }

  private weightsOf(kinds: readonly number[], labels: Float64Array): number[] {
    const { classWeight } = this;
    if (classWeight !== 'balanced') return kinds.map((label) => classWeight?.[String(label)] ?? 1);
    return kinds.map((label) => labels.length / (kinds.length * labels.reduce((count, value) => count + Number(value === label), 0)));
  }
}

/** int32 for whole numbers, bool for booleans, else float64. */
function wholeDtype(y: unknown): Dtype {
  const flat = [y].flat(3);
  if (flat.every((value) => typeof value === 'boolean')) return 'bool';
  return flat.every((value) => Number.isInteger(value)) ? 'int32' : 'float64';
}

import type { Dtype } from '../dtype.js';
import { HebbError } from '../errors.js';
import { tensor, toTensor } from '../ops/create.js';
import { checkNames } from '../options.js';
import { scope } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { heldOutByLabel, markOf } from './held_out.js';
import { distinct, kindsOf, readLabels, shareRight, type Labels } from './labels.js';
import {
  classifierLosses, linearDefaults, linearSettings, type ClassifierLoss, type ClassWeight, type LinearSettings, type SgdOptions,
} from './linear_options.js';
import { LinearSgd, withRows, type InputRows, type LinearFitOptions } from './linear_sgd.js';
import { MT19937 } from './mt19937.js';
import { anyRandomState, classSeeds, taskSeed } from './seeds.js';

/** Options of SGDClassifier. */
export interface SgdClassifierOptions extends SgdOptions {
  /** hinge (linear SVM) by default; logLoss is logistic regression. */
  loss?: ClassifierLoss;
  classWeight?: ClassWeight | null;
}

/** The defaults of SGDClassifier. */
export const sgdDefaults: LinearSettings = { ...linearDefaults, classWeight: null };

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
  readonly estimatorType = 'classifier';
  /** The labels in ascending order; the second of two is the positive one. */
  classes: number[] = [];
  private labelDtype: Dtype = 'int32';
  private columns = 0;

  constructor(options: SgdClassifierOptions = {}, op = 'SGDClassifier', defaults = sgdDefaults) {
    super(op, (given) => linearSettings(op, classifierLosses, given, defaults), options);
  }

  /**
   * Trains from zero weights (warmStart: from those there are), off the JavaScript thread.
   *
   * @param x rows [rows, features], read where they are when float64, float32 or uint8: they must not be assigned to meanwhile
   * @param y labels [rows], or 0 and 1 [rows, outputs]
   * @throws ERR_SHAPE; ERR_ARGUMENT for one class only, or when the weights leave the range of float64
   */
  async fit(x: TensorLike, y: TensorLike, options: LinearFitOptions = {}): Promise<this> {
    checkNames(`${this.op}.fit`, options, ['sampleWeight']);
    await withRows(this.op, x, (input) => {
      const labels = readLabels(this.op, y, input.rows);
      return this.learn(input, labels, distinct(labels.values), 'fit', options);
    });
    return this;
  }

  /**
   * One epoch on some rows, from the weights there are.
   *
   * @param options classes: all labels there will be, needed in the first call
   * @throws ERR_ARGUMENT for a label that is not among the classes, with earlyStopping, or with balanced class weights
   */
  async partialFit(x: TensorLike, y: TensorLike, options: LinearFitOptions & { classes?: readonly number[] } = {}): Promise<this> {
    checkNames(`${this.op}.partialFit`, options, ['sampleWeight', 'classes']);
    if (this.settings.earlyStopping || this.settings.classWeight === 'balanced') {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: partialFit works with neither earlyStopping nor balanced class weights`);
    }
    const classes = this.isFitted ? this.classes : distinct(options.classes ?? []);
    await withRows(this.op, x, (input) => this.learn(input, readLabels(this.op, y, input.rows), classes, 'continue', options));
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
    const found = scope(() => ({ data: this.predict(x).dataSync(), rows: toTensor(x).shape[0] ?? 0 }));
    return shareRight(this.op, found.data, readLabels(this.op, y, found.rows));
  }

  private async learn(input: InputRows, labels: Labels, classes: number[], mode: 'fit' | 'continue', options: LinearFitOptions): Promise<void> {
    const { columns, values, dtype } = labels;
    const kinds = kindsOf(this.op, labels, classes);
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
        validation.set(markOf(heldOutByLabel(this.op, by, validationFraction, new MT19937(seed))), task * rows);
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
    const { classWeight } = this.settings;
    const stranger = typeof classWeight === 'object' ? Object.keys(classWeight ?? {}).find((key) => !kinds.map(String).includes(key)) : undefined;
    if (stranger !== undefined) {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: classWeight has '${stranger}', the classes are ${kinds.join(', ')}`);
    }
    if (classWeight !== 'balanced') return kinds.map((label) => classWeight?.[String(label)] ?? 1);
    return kinds.map((label) => labels.length / (kinds.length * labels.reduce((count, value) => count + Number(value === label), 0)));
  }
}

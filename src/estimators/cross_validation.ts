import { HebbError } from '../errors.js';
import { gather } from '../ops/index.js';
import { checkNames } from '../options.js';
import { isWhole } from '../params.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { clone, sampleOf, type Estimator, type Sample } from './estimator.js';
import { kFold, stratifiedKFold, type Fold, type Splitter } from './folds.js';

/** How good an estimator is on rows, larger is better; a loss counts negative. */
export type Scorer<E extends Estimator = Estimator> = (estimator: E, x: Tensor, y: Tensor) => number | Promise<number>;

/** How an estimator is tested. */
export interface CrossValidationOptions<E extends Estimator = Estimator> {
  /** A number of folds (5 by default), stratified for a classifier with one label per row; a splitter, or folds. */
  cv?: number | Splitter | readonly Fold[];
  /** The estimator's own score() by default. */
  scoring?: Scorer<E>;
}

/** The folds to test on. @throws ERR_ARGUMENT */
export function foldsFor(op: string, { estimatorType }: Estimator, { x, y }: Sample, cv: CrossValidationOptions['cv'] = 5): readonly Fold[] {
  if (typeof cv === 'number') {
    if (!isWhole(cv, 2, 2 ** 31)) throw new HebbError('ERR_ARGUMENT', `${op}: cv is a whole number >= 2, a splitter or folds, got ${cv}`);
    const splitter = estimatorType === 'classifier' && y.rank === 1 ? stratifiedKFold({ nSplits: cv }) : kFold({ nSplits: cv });
    return splitter.split(x, y);
  }
  return 'split' in cv ? cv.split(x, y) : cv;
}

/** The score of a clone on the rows kept out of each fold, one after the other. */
export async function scoresOf<E extends Estimator>(estimator: E, { x, y }: Sample, folds: readonly Fold[], scoring?: Scorer<E>): Promise<number[]> {
  const scores: number[] = [];
  for (const { train, test } of folds) {
    const trained = clone(estimator);
    await trained.fit(gather(x, train), gather(y, train));
    const [testX, testY] = [gather(x, test), gather(y, test)];
    scores.push(scoring === undefined ? trained.score(testX, testY) : await scoring(trained, testX, testY));
  }
  return scores;
}

/**
 * The scores of an estimator by cross-validation, as scikit-learn's `cross_val_score`: for each fold a clone learns from the
 * other rows and is tested on those of the fold.
 *
 * @param x rows [rows, features]
 * @param y labels or targets [rows] or [rows, outputs]
 * @throws ERR_SHAPE, ERR_ARGUMENT, and what fit() and score() throw
 * @example
 * const { x, y } = datasets.iris();
 * (await crossValScore(new Perceptron(), x, y, { cv: 3 })).length; // 3
 */
export async function crossValScore<E extends Estimator>(
  estimator: E, x: TensorLike, y: TensorLike, options: CrossValidationOptions<E> = {},
): Promise<number[]> {
  checkNames('crossValScore', options, ['cv', 'scoring']);
  const sample = sampleOf('crossValScore', x, y);
  return scoresOf(estimator, sample, foldsFor('crossValScore', estimator, sample, options.cv), options.scoring);
}

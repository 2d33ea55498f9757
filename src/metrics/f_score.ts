import { HebbError } from '../errors.js';
import { abs, cast, greater, greaterEqual, logicalAnd, max, mul, reshape, sub, sum, zeros } from '../ops/index.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor.js';
import { addEach, alike, stateful, weighted, type MetricOptions, type StatefulMetric } from './metric.js';

/** Options of f1Score(). */
export interface F1Options extends MetricOptions {
  /**
   * The mean over classes ('macro', the default), that weighted by their number of labels, all labels taken together, or
   * null: a value for each class, logged under f1Score_0, f1Score_1 and so on.
   */
  average?: 'macro' | 'micro' | 'weighted' | null;
  /** A prediction above it counts as 1, in (0, 1]; by default the largest of each row does. */
  threshold?: number;
}

/** Options of fbetaScore(). */
export interface FbetaOptions extends F1Options {
  /** How much more recall counts than precision; 1 by default. */
  beta?: number;
}

/** Keras's guard against a division by 0. */
const epsilon = 1e-7;

function scoring(kind: string, options: FbetaOptions): StatefulMetric {
  const { average = 'macro', threshold, beta = 1 } = checkOptions(kind, options);
  if (average !== null && !['macro', 'micro', 'weighted'].includes(average)) {
    throw new HebbError('ERR_ARGUMENT', `${kind}: average is macro, micro, weighted or null, got '${average}'`);
  }
  if (threshold !== undefined && !(threshold > 0 && threshold <= 1)) {
    throw new HebbError('ERR_ARGUMENT', `${kind}: threshold is in (0, 1], got ${threshold}`);
  }
  if (!(beta > 0 && beta < Infinity)) throw new HebbError('ERR_ARGUMENT', `${kind}: beta is a number > 0, got ${beta}`);
  const isOne = (yPred: Tensor): Tensor =>
    threshold === undefined
      ? logicalAnd(greaterEqual(yPred, max(yPred, -1, true)), greater(abs(yPred), 1e-9))
      : greater(yPred, threshold);
  const config = kind === 'f1Score' ? { average, threshold } : { average, threshold, beta };
  return stateful(kind, options, config, {
    state: (outputShape) => {
      const classes = outputShape[outputShape.length - 1] ?? 1;
      return Array.from({ length: 3 }, () => zeros([classes], { dtype: 'float64' }));
    },
    update: (state, yTrue, yPred, weights) => {
      const label = cast(alike(kind, yTrue, yPred), 'float64');
      const guess = cast(isOne(yPred), 'float64');
      const perClass = (x: Tensor): Tensor => sum(reshape(weighted(x, weights), [-1, x.shape[x.rank - 1] ?? 1]), 0);
      addEach(state, [perClass(mul(guess, label)), perClass(mul(guess, sub(1, label))), perClass(mul(sub(1, guess), label))]);
    },
    finish: ([hits = [], wrong = [], missed = []]) => {
      const together = (x: readonly number[]): number[] => [x.reduce((a, b) => a + b, 0)];
      const [tp, fp, fn] = average === 'micro' ? [together(hits), together(wrong), together(missed)] : [hits, wrong, missed];
      const scores = tp.map((right, i) => {
        const precision = right / (right + (fp[i] ?? 0) + epsilon);
        const recall = right / (right + (fn[i] ?? 0) + epsilon);
        return ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall + epsilon);
      });
      if (average === null) return scores;
      if (average !== 'weighted') return scores.reduce((a, b) => a + b, 0) / scores.length;
      const labels = tp.map((right, i) => right + (fn[i] ?? 0));
      const all = labels.reduce((a, b) => a + b, 0) + epsilon;
      return scores.reduce((total, score, i) => total + (score * (labels[i] ?? 0)) / all, 0);
    },
  });
}

/** The harmonic mean of precision and recall of one-hot rows [batch, classes], over the epoch. */
export function f1Score(options: F1Options = {}): StatefulMetric {
  return scoring('f1Score', options);
}

/** (1 + beta^2) precision recall / (beta^2 precision + recall) of one-hot rows [batch, classes], over the epoch. */
export function fbetaScore(options: FbetaOptions = {}): StatefulMetric {
  return scoring('fbetaScore', options);
}

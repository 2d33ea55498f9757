import { HebbError } from '../errors.js';
import { cast, greater, logicalAnd, logicalNot, notEqual, oneHot, slice, sum, topk, zeros } from '../ops/index.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor.js';
import { addEach, alike, ratio, stateful, weighted, type MetricOptions, type StatefulMetric } from './metric.js';

/** Options of the metrics that count right and wrong labels. */
export interface ThresholdOptions extends MetricOptions {
  /** A prediction above it counts as 1; 0.5 by default. */
  threshold?: number;
}

/** Options of precision() and recall(). */
export interface PrecisionOptions extends ThresholdOptions {
  /** Only the k largest predictions of a row may count as 1, and do so whatever they are unless there is a threshold. */
  topK?: number;
  /** Looks at one of the outputs only. */
  classId?: number;
}

function wholeOption(kind: string, name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw new HebbError('ERR_ARGUMENT', `${kind}: ${name} is a whole number >= ${least}, got ${value}`);
}

/** One output of each row. */
function column(x: Tensor, classId: number | undefined): Tensor {
  return classId === undefined ? x : slice(x, ...x.shape.slice(1).map((): [] => []), [classId, classId + 1]);
}

/** Whether each prediction is among the k largest of its row. */
function amongLargest(x: Tensor, k: number): Tensor {
  return sum(oneHot(topk(x, k).indices, x.shape[x.rank - 1] ?? 1, 'int32'), -2);
}

/** What a metric of counts finds of [true positives, false positives, true negatives, false negatives]. */
type Counted = (tp: number, fp: number, tn: number, fn: number) => number;

/** A metric of the four counts of labels, which are true unless 0, against predictions above a threshold. */
function counting(kind: string, options: PrecisionOptions, finish: Counted): StatefulMetric {
  const { topK, classId, threshold = topK === undefined ? 0.5 : -Infinity } = checkOptions(kind, options);
  if (typeof threshold !== 'number' || Number.isNaN(threshold)) throw new HebbError('ERR_ARGUMENT', `${kind}: threshold is a number, got ${String(threshold)}`);
  wholeOption(kind, 'topK', topK, 1);
  wholeOption(kind, 'classId', classId, 0);
  const config = { threshold: options.threshold, topK, classId };
  return stateful(kind, options, config, {
    state: () => Array.from({ length: 4 }, () => zeros([], { dtype: 'float64' })),
    update: (state, yTrue, yPred, weights) => {
      const label = notEqual(column(alike(kind, yTrue, yPred), classId), 0);
      const above = greater(yPred, threshold);
      const guess = column(topK === undefined ? above : logicalAnd(above, amongLargest(yPred, topK)), classId);
      const pairs = [[label, guess], [logicalNot(label), guess], [logicalNot(label), logicalNot(guess)], [label, logicalNot(guess)]] as const;
      addEach(state, pairs.map(([a, b]) => sum(weighted(cast(logicalAnd(a, b), 'float64'), weights))));
    },
    finish: ([[tp = 0] = [], [fp = 0] = [], [tn = 0] = [], [fn = 0] = []]) => finish(tp, fp, tn, fn),
  });
}

/** Share of the predicted ones that are right, over the epoch; 0 where nothing was predicted. */
export function precision(options: PrecisionOptions = {}): StatefulMetric {
  return counting('precision', options, (tp, fp) => ratio(tp, tp + fp));
}

/** Share of the ones among the labels that were predicted, over the epoch; 0 where there are none. */
export function recall(options: PrecisionOptions = {}): StatefulMetric {
  return counting('recall', options, (tp, _fp, _tn, fn) => ratio(tp, tp + fn));
}

/** The number (with weights: the weight) of ones that were predicted as ones. */
export function truePositives(options: ThresholdOptions = {}): StatefulMetric {
  return counting('truePositives', options, (tp) => tp);
}

/** The number (with weights: the weight) of zeros that were predicted as ones. */
export function falsePositives(options: ThresholdOptions = {}): StatefulMetric {
  return counting('falsePositives', options, (_tp, fp) => fp);
}

/** The number (with weights: the weight) of zeros that were predicted as zeros. */
export function trueNegatives(options: ThresholdOptions = {}): StatefulMetric {
  return counting('trueNegatives', options, (_tp, _fp, tn) => tn);
}

/** The number (with weights: the weight) of ones that were predicted as zeros. */
export function falseNegatives(options: ThresholdOptions = {}): StatefulMetric {
  return counting('falseNegatives', options, (_tp, _fp, _tn, fn) => fn);
}

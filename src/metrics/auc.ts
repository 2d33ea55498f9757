import { HebbError } from '../errors.js';
import { cast, ceil, clip, mul, reshape, scatterAdd, sigmoid, sub, zeros } from '../ops/index.js';
import { addEach, alike, ratio, stateful, weighted, type MetricOptions, type StatefulMetric } from './metric.js';
import { withDefaults } from '../options.js';

/** Options of auc(). */
export interface AucOptions extends MetricOptions {
  /** True against false positives ('ROC', the default) or precision against recall ('PR'). */
  curve?: 'ROC' | 'PR';
  /** How the area between two points is taken: interpolated (default), from the lower or from the higher of them. */
  summationMethod?: 'interpolation' | 'minoring' | 'majoring';
  /** How many thresholds the curve has, evenly from 0 to 1; 200 by default. */
  numThresholds?: number;
  /** Predictions are logits, not probabilities. */
  fromLogits?: boolean;
}

/** What lies above each threshold, from what lies between each and the next. */
function above(between: readonly number[]): number[] {
  const totals = [...between];
  for (let i = totals.length - 2; i >= 0; i--) totals[i] = (totals[i] ?? 0) + (totals[i + 1] ?? 0);
  return totals;
}

/** Counts of true and false positives at each threshold, and of all ones and zeros. */
interface Curve {
  readonly tp: readonly number[];
  readonly fp: readonly number[];
  readonly ones: number;
  readonly zeros: number;
}

/** The area under precision against recall, interpolated as Davis and Goadrich (2006) say. */
function interpolatedPr({ tp, fp, ones }: Curve): number {
  let area = 0;
  for (let i = 0; i + 1 < tp.length; i++) {
    const [t, next] = [tp[i] ?? 0, tp[i + 1] ?? 0];
    const [p, nextP] = [t + (fp[i] ?? 0), next + (fp[i + 1] ?? 0)];
    const slope = ratio(t - next, Math.max(p - nextP, 0));
    const grown = p > 0 && nextP > 0 ? p / nextP : 1;
    area += ratio(slope * (t - next + (next - slope * nextP) * Math.log(grown)), ones);
  }
  return area;
}

/** The area under y(x) by rectangles between neighbours. */
function riemann(x: readonly number[], y: readonly number[], method: AucOptions['summationMethod']): number {
  let area = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [y[i] ?? 0, y[i + 1] ?? 0];
    const height = method === 'minoring' ? Math.min(a, b) : method === 'majoring' ? Math.max(a, b) : (a + b) / 2;
    area += ((x[i] ?? 0) - (x[i + 1] ?? 0)) * height;
  }
  return area;
}

/**
 * The area under the ROC or precision-recall curve of labels in [0, 1] and probabilities, over the epoch, all outputs taken
 * together. The curve has a point for each threshold, as in Keras: counts between thresholds are kept, not predictions.
 */
export function auc(options: AucOptions = {}): StatefulMetric {
  const { curve, summationMethod, numThresholds, fromLogits } = withDefaults('auc', options, { curve: 'ROC', summationMethod: 'interpolation', numThresholds: 200, fromLogits: false, name: String });
  if (!Number.isSafeInteger(numThresholds) || numThresholds < 2) {
    throw new HebbError('ERR_ARGUMENT', `auc: numThresholds is a whole number >= 2, got ${numThresholds}`);
  }
  if (!['ROC', 'PR'].includes(curve)) throw new HebbError('ERR_ARGUMENT', `auc: curve is ROC or PR, got '${curve}'`);
  if (!['interpolation', 'minoring', 'majoring'].includes(summationMethod)) {
    throw new HebbError('ERR_ARGUMENT', `auc: summationMethod is one of interpolation, minoring, majoring, got '${summationMethod}'`);
  }
  return stateful('auc', options, { curve, summationMethod, numThresholds, fromLogits }, {
    state: () => [zeros([numThresholds], { dtype: 'float64' }), zeros([numThresholds], { dtype: 'float64' })],
    update: (state, yTrue, yPred, weights) => {
      const p = clip(fromLogits ? sigmoid(yPred) : yPred, 0, 1);
      const label = alike('auc', yTrue, yPred);
      const bucket = reshape(cast(clip(sub(ceil(mul(p, numThresholds - 1)), 1), 0, numThresholds - 1), 'int32'), [-1]);
      const counts = [label, sub(1, label)].map((x) => scatterAdd(reshape(weighted(x, weights), [-1]), bucket, [numThresholds]));
      addEach(state, counts);
    },
    finish: ([positives = [], negatives = []]) => {
      const [tp, fp] = [above(positives), above(negatives)];
      const points = { tp, fp, ones: tp[0] ?? 0, zeros: fp[0] ?? 0 };
      if (curve === 'PR' && summationMethod === 'interpolation') return interpolatedPr(points);
      const recall = tp.map((t) => ratio(t, points.ones));
      const precision = tp.map((t, i) => ratio(t, t + (fp[i] ?? 0)));
      const falseRate = fp.map((f) => ratio(f, points.zeros));
      return curve === 'ROC' ? riemann(falseRate, recall, summationMethod) : riemann(recall, precision, summationMethod);
    },
  });
}

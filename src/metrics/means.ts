import { HebbError } from '../errors.js';
import * as losses from '../losses/index.js';
import {
  abs, argmax, cast, equal, greater, less, logitsOf, mul, neg, oneHot, reshape, square, sub, sum,
} from '../ops/index.js';
import { checkOptions, withDefaults } from '../options.js';
import type { Tensor } from '../tensor.js';
import { alike, inShapeOf, meanPerRow, metric, targetsError, type MetricOptions, type RowMetric } from './metric.js';

/** Class scores that order as the predictions do: the logits where they are known, which saves the softmax. */
function scores(yPred: Tensor): Tensor {
  return logitsOf(yPred, 'softmax') ?? yPred;
}

/** Class numbers [batch, ...] as int32 in the shape that the predictions have without their classes. @throws ERR_SHAPE */
function classNumbers(kind: string, yTrue: Tensor, yPred: Tensor): Tensor {
  const shape = yPred.shape.slice(0, -1);
  if (yTrue.size * (yPred.shape.at(-1) ?? 1) !== yPred.size) {
    throw targetsError(kind, `class numbers [${shape.join(',')}]`, yTrue, yPred, '; one-hot rows need a categorical metric');
  }
  return cast(reshape(yTrue, shape), 'int32');
}

/** The class [batch, ...] of each one-hot row of the targets. @throws ERR_SHAPE unless they look like the predictions */
function classesOfRows(kind: string, yTrue: Tensor, yPred: Tensor): Tensor {
  return argmax(inShapeOf(kind, yTrue, yPred, 'one-hot rows ', '; class numbers need a sparse metric'), -1);
}

/** Share of predictions that equal their targets. */
export function accuracy(options: MetricOptions = {}): RowMetric {
  return metric('accuracy', options, (yTrue, yPred) => equal(alike('accuracy', yTrue, yPred), yPred));
}

/** Share of rows whose largest prediction is the class [batch] that the target names. */
export function sparseCategoricalAccuracy(options: MetricOptions = {}): RowMetric {
  return metric('sparseCategoricalAccuracy', options, (yTrue, yPred) =>
    equal(argmax(scores(yPred), -1), classNumbers('sparseCategoricalAccuracy', yTrue, yPred)),
  );
}

/** Share of rows whose largest prediction stands where the largest target [batch, classes] does. */
export function categoricalAccuracy(options: MetricOptions = {}): RowMetric {
  return metric('categoricalAccuracy', options, (yTrue, yPred) =>
    equal(argmax(scores(yPred), -1), classesOfRows('categoricalAccuracy', yTrue, yPred)),
  );
}

/** Share of labels, 0 or 1, that the predictions meet: above the threshold, 0.5 by default, they count as 1. */
export function binaryAccuracy(options: MetricOptions & { threshold?: number } = {}): RowMetric {
  const { threshold } = withDefaults('binaryAccuracy', options, { threshold: 0.5, name: String });
  return metric(
    'binaryAccuracy',
    options,
    (yTrue, yPred) => equal(cast(greater(yPred, threshold), yPred.dtype), alike('binaryAccuracy', yTrue, yPred)),
    { threshold },
  );
}

/** Options of the top-k accuracies. */
export interface TopKOptions extends MetricOptions {
  /** How many of the best predictions count; 5 by default. */
  k?: number;
}

/** Whether fewer than k predictions are larger than that of the class. */
function inTopK(labels: Tensor, yPred: Tensor, k: number): Tensor {
  const values = scores(yPred);
  const own = sum(mul(values, oneHot(labels, values.shape[values.rank - 1] ?? 1, values.dtype)), -1, true);
  return less(sum(cast(greater(values, own), 'int32'), -1), k);
}

function kOf(kind: string, options: TopKOptions): number {
  const { k } = withDefaults(kind, options, { k: 5, name: String });
  if (!Number.isSafeInteger(k) || k < 1) throw new HebbError('ERR_ARGUMENT', `${kind}: k is a whole number >= 1, got ${k}`);
  return k;
}

/** Share of rows whose class [batch] is among the k largest predictions. @throws ERR_ARGUMENT unless k >= 1 */
export function sparseTopKCategoricalAccuracy(options: TopKOptions = {}): RowMetric {
  const kind = 'sparseTopKCategoricalAccuracy';
  const k = kOf(kind, options);
  return metric(kind, options, (yTrue, yPred) => inTopK(classNumbers(kind, yTrue, yPred), yPred, k), { k });
}

/** Share of rows whose largest target [batch, classes] is among the k largest predictions. @throws ERR_ARGUMENT unless k >= 1 */
export function topKCategoricalAccuracy(options: TopKOptions = {}): RowMetric {
  const kind = 'topKCategoricalAccuracy';
  const k = kOf(kind, options);
  return metric(kind, options, (yTrue, yPred) => inTopK(classesOfRows(kind, yTrue, yPred), yPred, k), { k });
}

/** Mean absolute error. */
export function mae(options: MetricOptions = {}): RowMetric {
  return metric('mae', options, (yTrue, yPred) => meanPerRow(abs(sub(yPred, alike('mae', yTrue, yPred)))));
}

/** The mean squared error of each row. */
function squaredError(kind: string): RowMetric['rows'] {
  return (yTrue, yPred) => meanPerRow(square(sub(yPred, alike(kind, yTrue, yPred))));
}

/** Mean squared error. */
export function mse(options: MetricOptions = {}): RowMetric {
  return metric('mse', options, squaredError('mse'));
}

/** Root of the mean squared error over the epoch. */
export function rmse(options: MetricOptions = {}): RowMetric {
  return { ...metric('rmse', options, squaredError('rmse')), finish: Math.sqrt };
}

function fromLoss(kind: string, options: MetricOptions, loss: losses.Loss): RowMetric {
  return metric(kind, options, (yTrue, yPred) => loss.call(inShapeOf(kind, yTrue, yPred), yPred), loss.config);
}

/** The loss of that name as a metric. */
export function binaryCrossentropy(options: MetricOptions & losses.CrossEntropyOptions = {}): RowMetric {
  const { name, ...rest } = checkOptions('binaryCrossentropy', options);
  return fromLoss('binaryCrossentropy', { name }, losses.binaryCrossentropy(rest));
}

/** The loss of that name as a metric. */
export function categoricalCrossentropy(options: MetricOptions & losses.CrossEntropyOptions = {}): RowMetric {
  const { name, ...rest } = checkOptions('categoricalCrossentropy', options);
  return fromLoss('categoricalCrossentropy', { name }, losses.categoricalCrossentropy(rest));
}

/** The loss of that name as a metric. */
export function sparseCategoricalCrossentropy(options: MetricOptions & { fromLogits?: boolean } = {}): RowMetric {
  const kind = 'sparseCategoricalCrossentropy';
  const { name, ...rest } = checkOptions(kind, options);
  const loss = losses.sparseCategoricalCrossentropy(rest);
  return metric(kind, { name }, (yTrue, yPred) => loss.call(classNumbers(kind, yTrue, yPred), yPred), loss.config);
}

/** The loss of that name as a metric. */
export function mape(options: MetricOptions = {}): RowMetric {
  return fromLoss('mape', options, losses.mape());
}

/** The loss of that name as a metric. */
export function msle(options: MetricOptions = {}): RowMetric {
  return fromLoss('msle', options, losses.msle());
}

/** The loss of that name as a metric. */
export function logCosh(options: MetricOptions = {}): RowMetric {
  return fromLoss('logCosh', options, losses.logCosh());
}

/** The loss of that name as a metric. */
export function poisson(options: MetricOptions = {}): RowMetric {
  return fromLoss('poisson', options, losses.poisson());
}

/** The loss of that name as a metric. */
export function klDivergence(options: MetricOptions = {}): RowMetric {
  return fromLoss('klDivergence', options, losses.klDivergence());
}

/** The loss of that name as a metric. */
export function hinge(options: MetricOptions = {}): RowMetric {
  return fromLoss('hinge', options, losses.hinge());
}

/** The loss of that name as a metric. */
export function squaredHinge(options: MetricOptions = {}): RowMetric {
  return fromLoss('squaredHinge', options, losses.squaredHinge());
}

/** The loss of that name as a metric. */
export function categoricalHinge(options: MetricOptions = {}): RowMetric {
  return fromLoss('categoricalHinge', options, losses.categoricalHinge());
}

/** The cosine of the angle between the rows of targets and predictions, averaged: 1 where they point the same way. */
export function cosineSimilarity(options: MetricOptions = {}): RowMetric {
  const loss = losses.cosineSimilarity();
  return metric('cosineSimilarity', options, (yTrue, yPred) => neg(loss.call(inShapeOf('cosineSimilarity', yTrue, yPred), yPred)));
}

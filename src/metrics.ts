import { HebbError } from './errors.js';
import * as losses from './losses/index.js';
import {
  abs, argmax, cast, equal, greater, less, logitsOf, mean, mul, oneHot, reshape, sameShape, square, sub, sum,
} from './ops/index.js';
import type { Tensor } from './tensor.js';

/**
 * A number over a whole epoch, kept as running sums in tensors so that a captured step can update it. A metric turns a
 * batch into one value per row; the result is a function of their weighted mean.
 */
export interface Metric {
  /** The key in logs and history. */
  readonly name: string;
  /** What makes it again when a model is loaded: the function of this module, and its options. */
  readonly kind?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Value of each row, [batch], or of each position of a row. */
  readonly rows: (yTrue: Tensor, yPred: Tensor) => Tensor;
  /** The result from the weighted mean of the rows; the mean itself by default. */
  readonly finish?: (mean: number) => number;
}

/** The option of every metric. */
export interface MetricOptions {
  /** The key in logs and history; the name of the metric by default. */
  name?: string;
}

type Config = NonNullable<Metric['config']>;

function metric(kind: string, { name = kind }: MetricOptions, rows: Metric['rows'], config: Config = {}): Metric {
  return { name, kind, config: { ...config, name }, rows };
}

function meanPerRow(x: Tensor): Tensor {
  return x.rank <= 1 ? x : mean(x, -1);
}

/** The targets in the shape and type of the predictions. */
function alike(yTrue: Tensor, yPred: Tensor): Tensor {
  return cast(sameShape(yTrue.shape, yPred.shape) ? yTrue : reshape(yTrue, yPred.shape), yPred.dtype);
}

/** Class scores that order as the predictions do: the logits where they are known, which saves the softmax. */
function scores(yPred: Tensor): Tensor {
  return logitsOf(yPred, 'softmax') ?? yPred;
}

/** Class numbers [batch, ...] as int32 in the shape that the predictions have without their classes. */
function classNumbers(yTrue: Tensor, yPred: Tensor): Tensor {
  return cast(reshape(yTrue, yPred.shape.slice(0, -1)), 'int32');
}

/** Share of predictions that equal their targets. */
export function accuracy(options: MetricOptions = {}): Metric {
  return metric('accuracy', options, (yTrue, yPred) => equal(alike(yTrue, yPred), yPred));
}

/** Share of rows whose largest prediction is the class [batch] that the target names. */
export function sparseCategoricalAccuracy(options: MetricOptions = {}): Metric {
  return metric('sparseCategoricalAccuracy', options, (yTrue, yPred) =>
    equal(argmax(scores(yPred), -1), classNumbers(yTrue, yPred)),
  );
}

/** Share of rows whose largest prediction stands where the largest target [batch, classes] does. */
export function categoricalAccuracy(options: MetricOptions = {}): Metric {
  return metric('categoricalAccuracy', options, (yTrue, yPred) => equal(argmax(scores(yPred), -1), argmax(yTrue, -1)));
}

/** Share of labels, 0 or 1, that the predictions meet: above the threshold, 0.5 by default, they count as 1. */
export function binaryAccuracy({ threshold = 0.5, ...options }: MetricOptions & { threshold?: number } = {}): Metric {
  return metric(
    'binaryAccuracy',
    options,
    (yTrue, yPred) => equal(cast(greater(yPred, threshold), yPred.dtype), alike(yTrue, yPred)),
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

function checkK(kind: string, k: number): number {
  if (!Number.isSafeInteger(k) || k < 1) throw new HebbError('ERR_ARGUMENT', `${kind}: k is a whole number >= 1, got ${k}`);
  return k;
}

/** Share of rows whose class [batch] is among the k largest predictions. @throws ERR_ARGUMENT unless k >= 1 */
export function sparseTopKCategoricalAccuracy({ k = 5, ...options }: TopKOptions = {}): Metric {
  const kind = 'sparseTopKCategoricalAccuracy';
  checkK(kind, k);
  return metric(kind, options, (yTrue, yPred) => inTopK(classNumbers(yTrue, yPred), yPred, k), { k });
}

/** Share of rows whose largest target [batch, classes] is among the k largest predictions. @throws ERR_ARGUMENT unless k >= 1 */
export function topKCategoricalAccuracy({ k = 5, ...options }: TopKOptions = {}): Metric {
  const kind = 'topKCategoricalAccuracy';
  checkK(kind, k);
  return metric(kind, options, (yTrue, yPred) => inTopK(argmax(yTrue, -1), yPred, k), { k });
}

/** Mean absolute error. */
export function mae(options: MetricOptions = {}): Metric {
  return metric('mae', options, (yTrue, yPred) => meanPerRow(abs(sub(yPred, alike(yTrue, yPred)))));
}

/** Mean squared error. */
export function mse(options: MetricOptions = {}): Metric {
  return metric('mse', options, (yTrue, yPred) => meanPerRow(square(sub(yPred, alike(yTrue, yPred)))));
}

/** Root of the mean squared error over the epoch. */
export function rmse(options: MetricOptions = {}): Metric {
  return { ...metric('rmse', options, mse().rows), finish: Math.sqrt };
}

function fromLoss(kind: string, options: MetricOptions, loss: losses.Loss): Metric {
  return metric(kind, options, (yTrue, yPred) => loss.call(yTrue, yPred), loss.config);
}

/** The loss of that name as a metric. */
export function binaryCrossentropy({ name, ...options }: MetricOptions & losses.CrossEntropyOptions = {}): Metric {
  return fromLoss('binaryCrossentropy', { name }, losses.binaryCrossentropy(options));
}

/** The loss of that name as a metric. */
export function categoricalCrossentropy({ name, ...options }: MetricOptions & losses.CrossEntropyOptions = {}): Metric {
  return fromLoss('categoricalCrossentropy', { name }, losses.categoricalCrossentropy(options));
}

/** The loss of that name as a metric. */
export function sparseCategoricalCrossentropy({ name, ...options }: MetricOptions & { fromLogits?: boolean } = {}): Metric {
  return fromLoss('sparseCategoricalCrossentropy', { name }, losses.sparseCategoricalCrossentropy(options));
}

// What the names of losses, metrics and optimisers stand for, in compile() and in saved models.
import { HebbError } from '../errors.js';
import type { Config } from '../layers/layer.js';
import * as losses from '../losses/index.js';
import type { Loss } from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import type { Metric, RowMetric } from '../metrics/index.js';
import { named } from '../named.js';
import * as optimizers from '../optimizers/index.js';
import type { Optimizer } from '../optimizers/index.js';
import * as schedules from '../optimizers/schedules.js';
import type { Schedule } from '../optimizers/schedules.js';
import type { Shape } from '../tensor.js';

/** A part as a model file holds it. */
export interface SavedPart {
  kind: string;
  config: Config;
}

const { mse, mae, mape, msle, binaryCrossentropy, categoricalCrossentropy, klDivergence, logCosh } = losses;
const lossMakers: Readonly<Record<string, (config?: never) => Loss>> = {
  mse,
  meanSquaredError: mse,
  mae,
  meanAbsoluteError: mae,
  mape,
  meanAbsolutePercentageError: mape,
  msle,
  meanSquaredLogarithmicError: msle,
  huber: losses.huber,
  logCosh,
  logcosh: logCosh,
  poisson: losses.poisson,
  cosineSimilarity: losses.cosineSimilarity,
  hinge: losses.hinge,
  squaredHinge: losses.squaredHinge,
  categoricalHinge: losses.categoricalHinge,
  binaryCrossentropy,
  bce: binaryCrossentropy,
  binaryFocalCrossentropy: losses.binaryFocalCrossentropy,
  categoricalCrossentropy,
  cce: categoricalCrossentropy,
  categoricalFocalCrossentropy: losses.categoricalFocalCrossentropy,
  categoricalGeneralizedCrossEntropy: losses.categoricalGeneralizedCrossEntropy,
  sparseCategoricalCrossentropy: losses.sparseCategoricalCrossentropy,
  klDivergence,
  kld: klDivergence,
  dice: losses.dice,
  tversky: losses.tversky,
  circle: losses.circle,
};

/** Metrics that a name alone makes; 'accuracy' as a name is another one, see getMetric(). */
const namedMetrics: Readonly<Record<string, (config?: never) => Metric>> = {
  accuracy: metrics.accuracy,
  sparseCategoricalAccuracy: metrics.sparseCategoricalAccuracy,
  categoricalAccuracy: metrics.categoricalAccuracy,
  binaryAccuracy: metrics.binaryAccuracy,
  topKCategoricalAccuracy: metrics.topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy: metrics.sparseTopKCategoricalAccuracy,
  mae: metrics.mae,
  meanAbsoluteError: metrics.mae,
  mse: metrics.mse,
  meanSquaredError: metrics.mse,
  rmse: metrics.rmse,
  rootMeanSquaredError: metrics.rmse,
  mape: metrics.mape,
  meanAbsolutePercentageError: metrics.mape,
  msle: metrics.msle,
  meanSquaredLogarithmicError: metrics.msle,
  logCosh: metrics.logCosh,
  logcosh: metrics.logCosh,
  r2Score: metrics.r2Score,
  cosineSimilarity: metrics.cosineSimilarity,
  poisson: metrics.poisson,
  klDivergence: metrics.klDivergence,
  kld: metrics.klDivergence,
  hinge: metrics.hinge,
  squaredHinge: metrics.squaredHinge,
  categoricalHinge: metrics.categoricalHinge,
  binaryCrossentropy: metrics.binaryCrossentropy,
  bce: metrics.binaryCrossentropy,
  categoricalCrossentropy: metrics.categoricalCrossentropy,
  cce: metrics.categoricalCrossentropy,
  sparseCategoricalCrossentropy: metrics.sparseCategoricalCrossentropy,
  precision: metrics.precision,
  recall: metrics.recall,
  auc: metrics.auc,
  truePositives: metrics.truePositives,
  falsePositives: metrics.falsePositives,
  trueNegatives: metrics.trueNegatives,
  falseNegatives: metrics.falseNegatives,
  f1Score: metrics.f1Score,
  fbetaScore: metrics.fbetaScore,
  binaryIoU: metrics.binaryIoU,
  sum: metrics.sum,
  mean: metrics.mean,
};

/** Those of saved models: also what needs options. */
const metricMakers: Readonly<Record<string, (config: never) => Metric>> = {
  ...namedMetrics,
  iou: metrics.iou,
  meanIoU: metrics.meanIoU,
};

const optimizerMakers: Readonly<Record<string, (options?: never) => Optimizer>> = {
  sgd: optimizers.sgd,
  adam: optimizers.adam,
  rmsprop: optimizers.rmsprop,
  adamw: optimizers.adamw,
  nadam: optimizers.nadam,
  adamax: optimizers.adamax,
  adagrad: optimizers.adagrad,
  adadelta: optimizers.adadelta,
  lion: optimizers.lion,
  ftrl: optimizers.ftrl,
  lamb: optimizers.lamb,
  adafactor: optimizers.adafactor,
};

const scheduleMakers: Readonly<Record<string, (options: never) => Schedule>> = {
  exponentialDecay: schedules.exponentialDecay,
  inverseTimeDecay: schedules.inverseTimeDecay,
  piecewiseConstant: schedules.piecewiseConstant,
  polynomialDecay: schedules.polynomialDecay,
  cosineDecay: schedules.cosineDecay,
  cosineDecayRestarts: schedules.cosineDecayRestarts,
  oneCycle: schedules.oneCycle,
};

/** What compile() takes as a loss: a name, a loss, or a function from targets and predictions to one number per row. */
export type LossLike = string | Loss | Loss['call'];

/** What compile() takes as a metric: a name, a metric, or a function from targets and predictions to one number per row. */
export type MetricLike = string | Metric | RowMetric['rows'];

/** Whether a value that should be a part is an object with these functions: JavaScript may pass anything. */
function hasFunctions(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** Whether a value is what compile() takes as the loss of one output. */
export function isLoss(value: unknown): value is LossLike {
  return typeof value === 'string' || typeof value === 'function' || hasFunctions(value, 'call', 'check');
}

/** The loss of a name or function. @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getLoss(loss: LossLike): Loss {
  if (typeof loss === 'string') return named('loss', lossMakers, loss)();
  if (typeof loss === 'function') return { name: loss.name, config: {}, call: loss, check: () => undefined };
  if (hasFunctions(loss, 'call', 'check')) return loss;
  throw new HebbError('ERR_ARGUMENT', `loss: expected a name (${Object.keys(lossMakers).join(', ')}), a loss or a function, got ${typeof loss}`);
}

/** The optimiser of a name. @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getOptimizer(optimizer: string | Optimizer): Optimizer {
  return optimizer instanceof optimizers.Optimizer ? optimizer : named('optimizer', optimizerMakers, optimizer)();
}

/** A metric with the key of its log; what a name stands for is known once the shapes are. */
export interface MetricSpec {
  readonly key: string;
  /** The metric for targets and outputs of these shapes, without the batch. */
  for(targetShape: Shape, outputShape: Shape): Metric;
  readonly given: MetricLike;
}

/**
 * The metric of a name or function; 'accuracy' and 'acc' choose the kind that fits the shapes. A string stays the key.
 *
 * @throws ERR_ARGUMENT for an unknown name, listing the known ones
 */
export function getMetric(given: MetricLike): MetricSpec {
  if (typeof given === 'function') return { key: given.name, for: () => ({ name: given.name, rows: given }), given };
  if (typeof given !== 'string') {
    if (hasFunctions(given, 'rows') || hasFunctions(given, 'state', 'update', 'finish')) return { key: given.name, for: () => given, given };
    throw new HebbError('ERR_ARGUMENT', `metrics: expected names, metrics or functions, got ${typeof given}`);
  }
  const name = { name: given };
  if (given === 'accuracy' || given === 'acc') {
    return { key: given, for: (targetShape, outputShape) => accuracyFor(targetShape, outputShape)(name), given };
  }
  const metric = named('metrics', namedMetrics, given)(name as never);
  return { key: given, for: () => metric, given };
}

/** Keras's choice: binary for single outputs, sparse for class numbers, categorical for one-hot rows. */
function accuracyFor(targetShape: Shape, outputShape: Shape): (options: metrics.MetricOptions) => Metric {
  const outputs = outputShape[outputShape.length - 1] ?? 1;
  if (outputs === 1) return metrics.binaryAccuracy;
  const sparse = targetShape.length < outputShape.length || targetShape[targetShape.length - 1] === 1;
  return sparse ? metrics.sparseCategoricalAccuracy : metrics.categoricalAccuracy;
}

/** What a model file says of a metric; undefined for one of the user's own. */
export function saveMetric({ given }: MetricSpec): string | SavedPart | undefined {
  if (typeof given === 'string') return given;
  if (typeof given === 'function' || given.kind === undefined) return undefined;
  return { kind: given.kind, config: given.config ?? {} };
}

/** What a model file says of a loss; undefined for one of the user's own. */
export function saveLoss({ name, config }: Loss): SavedPart | undefined {
  return Object.hasOwn(lossMakers, name) ? { kind: name, config } : undefined;
}

/** What a model file says of an optimiser; undefined for one, or with a schedule, of the user's own. */
export function saveOptimizer(optimizer: Optimizer): SavedPart | undefined {
  const { kind, initialRate } = optimizer;
  if (!Object.hasOwn(optimizerMakers, kind)) return undefined;
  if (typeof initialRate !== 'number' && !Object.hasOwn(scheduleMakers, initialRate.kind)) return undefined;
  return { kind, config: optimizer.getConfig() };
}

/** The options of a saved optimiser, its schedule made again. */
function revivedOptions(config: Config): Config {
  const { learningRate } = config;
  if (typeof learningRate !== 'object') return config;
  const { kind, config: own } = learningRate as SavedPart;
  return { ...config, learningRate: named('schedule', scheduleMakers, kind, 'ERR_FORMAT')(own as never) };
}

/** The parts of a saved model made again. @throws ERR_FORMAT for a name this version does not know */
export const revive = {
  loss: ({ kind, config }: SavedPart): Loss => named('loss', lossMakers, kind, 'ERR_FORMAT')(config as never),
  optimizer: ({ kind, config }: SavedPart): Optimizer => named('optimizer', optimizerMakers, kind, 'ERR_FORMAT')(revivedOptions(config) as never),
  metric: (saved: string | SavedPart): string | Metric =>
    typeof saved === 'string' ? saved : named('metrics', metricMakers, saved.kind, 'ERR_FORMAT')(saved.config as never),
};

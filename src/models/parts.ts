// What the names of losses, metrics and optimisers stand for, in compile() and in saved models.
import { HebbError } from '../errors.js';
import type { Config } from '../layers/layer.js';
import * as losses from '../losses/index.js';
import type { Loss } from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import type { Metric, RowMetric } from '../metrics/index.js';
import { named } from '../named.js';
import { isSavedOwn, makeOwn, savedFunction, savedObject, type OwnParts, type SavedOwn } from '../own_parts.js';
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
  oneHotIoU: metrics.oneHotIoU,
  oneHotMeanIoU: metrics.oneHotMeanIoU,
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

type LossFunction = Loss['call'];

/** What compile() takes as a loss: a name, a loss, or a function from targets and predictions to one number per row. */
export type LossLike = string | Loss | LossFunction;

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
  if (typeof loss === 'function') return ownLoss(loss);
  if (hasFunctions(loss, 'call', 'check')) return loss;
  throw new HebbError('ERR_ARGUMENT', `loss: expected a name (${Object.keys(lossMakers).join(', ')}), a loss or a function, got ${typeof loss}`);
}

const ownLosses = new WeakMap<Loss, LossFunction>();

/** A function of the user's as a loss, and remembered: a file knows it by its name. */
function ownLoss(call: LossFunction): Loss {
  const loss = { name: call.name, config: {}, call, check: () => undefined };
  ownLosses.set(loss, call);
  return loss;
}

/** The optimiser of a name. @throws ERR_ARGUMENT for an unknown name, listing the known ones */
export function getOptimizer(optimizer: string | Optimizer): Optimizer {
  if (optimizer instanceof optimizers.Optimizer) return optimizer;
  if (typeof optimizer === 'string') return named('optimizer', optimizerMakers, optimizer)();
  throw new HebbError('ERR_ARGUMENT', `optimizer: expected a name (${Object.keys(optimizerMakers).join(', ')}) or an optimizer, got ${typeof optimizer}`);
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

/** The function as a file holds it, if it has a name. */
function withName(saved: SavedOwn): SavedOwn | undefined {
  return saved.own === '' ? undefined : saved;
}

/** Whether something is an object of a class, not one that a function put together. */
function isInstance(part: object): boolean {
  return Object.getPrototypeOf(part) !== Object.prototype;
}

/** What a model file says of a metric; undefined for one of the user's own that has no name or no options. */
export function saveMetric({ given }: MetricSpec): string | SavedPart | SavedOwn | undefined {
  if (typeof given === 'string') return given;
  if (typeof given === 'function') return withName(savedFunction(given, 'metrics'));
  const { name, kind, config } = given;
  if (isInstance(given)) return savedObject(name, given, config);
  if (kind !== undefined && Object.hasOwn(metricMakers, kind)) return { kind, config: config ?? {} };
  return config && { own: kind ?? name, config };
}

/** What a model file says of a loss; undefined for a function of the user's that has no name. */
export function saveLoss(loss: Loss): SavedPart | SavedOwn | undefined {
  const { name, config } = loss;
  const call = ownLosses.get(loss);
  if (call !== undefined) return withName(savedFunction(call, 'loss'));
  if (isInstance(loss)) return savedObject(name, loss, config);
  return Object.hasOwn(lossMakers, name) ? { kind: name, config } : { own: name, config };
}

/** What a model file says of an optimiser. */
export function saveOptimizer(optimizer: Optimizer): SavedPart | SavedOwn {
  const { kind } = optimizer;
  const config = optimizer.getConfig();
  return Object.hasOwn(optimizerMakers, kind) ? { kind, config } : savedObject(kind, optimizer, config);
}

/** The options of a saved optimiser, its schedule made again. */
function revivedOptions(config: Config, parts: OwnParts): Config {
  const { learningRate } = config;
  if (typeof learningRate !== 'object') return config;
  const { kind, config: own } = learningRate as SavedPart;
  const known = Object.hasOwn(scheduleMakers, kind);
  return { ...config, learningRate: known ? scheduleMakers[kind]!(own as never) : makeOwn(parts, { own: kind, config: own }, 'the learning rate') };
}

/** What makes the parts of a saved model again. @throws ERR_FORMAT for a name this version does not know, or a part that is not given */
export function reviver(parts: OwnParts): {
  loss: (saved: SavedPart | SavedOwn) => Loss;
  optimizer: (saved: SavedPart | SavedOwn) => Optimizer;
  metric: (saved: string | SavedPart | SavedOwn) => MetricLike;
} {
  return {
    loss: (saved) =>
      isSavedOwn(saved) ? getLoss(makeOwn(parts, saved, 'the loss') as LossLike) : named('loss', lossMakers, saved.kind, 'ERR_FORMAT')(saved.config as never),
    optimizer: (saved) => {
      const config = revivedOptions(saved.config ?? {}, parts);
      if (!isSavedOwn(saved)) return named('optimizer', optimizerMakers, saved.kind, 'ERR_FORMAT')(config as never);
      return getOptimizer(makeOwn(parts, { ...saved, config }, 'the optimizer') as Optimizer);
    },
    metric: (saved) => {
      if (typeof saved === 'string') return saved;
      if (isSavedOwn(saved)) return makeOwn(parts, saved, 'a metric') as MetricLike;
      return named('metrics', metricMakers, saved.kind, 'ERR_FORMAT')(saved.config as never);
    },
  };
}

import { HebbError } from './errors.js';
import { abs, argmax, cast, equal, full, greater, logitsOf, mean, mul, reshape, square, sub, sum } from './ops/index.js';
import type { Shape, Tensor } from './tensor.js';

/**
 * A number over a whole epoch, kept as running sums in tensors so that a captured step can update it. A metric turns a
 * batch into one value per row; the result is a function of their weighted mean.
 */
export interface Metric {
  /** The key in logs and history. */
  readonly name: string;
  /** Value of each row, [batch]. */
  readonly rows: (yTrue: Tensor, yPred: Tensor) => Tensor;
  /** The result from the weighted mean of the rows; the mean itself by default. */
  readonly finish?: (mean: number) => number;
}

/** The running weighted mean of one metric (or of the loss). */
export class Meter {
  private readonly total = full([], 0, { dtype: 'float64' });
  private readonly weight = full([], 0, { dtype: 'float64' });

  constructor(
    readonly name: string,
    private readonly finish: (mean: number) => number = (mean) => mean,
  ) {}

  /** Adds rows [batch], each with a weight [batch] or, without weights, 1. */
  update(rows: Tensor, weights?: Tensor): void {
    const values = cast(rows, 'float32');
    this.total.addInPlace(sum(weights === undefined ? values : mul(values, weights)));
    this.weight.addInPlace(weights === undefined ? rows.size : sum(weights));
  }
  /** The mean so far; 0 before the first update. */
  result(): number {
    const weight = this.weight.item();
    return this.finish(weight === 0 ? 0 : this.total.item() / weight);
  }
  /** Forgets everything. */
  reset(): void {
    this.total.assign(0);
    this.weight.assign(0);
  }
}

function meanPerRow(x: Tensor): Tensor {
  return x.rank <= 1 ? x : mean(reshape(x, [x.shape[0] ?? 0, -1]), 1);
}

function alike(yTrue: Tensor, yPred: Tensor): Tensor {
  return cast(yTrue.size === yPred.size ? reshape(yTrue, yPred.shape) : yTrue, yPred.dtype);
}

/** Class scores that order as the predictions do: the logits where they are known, which saves the softmax. */
function scores(yPred: Tensor): Tensor {
  return logitsOf(yPred, 'softmax') ?? yPred;
}

/** Share of rows whose largest prediction is the class [batch] that the target names. */
export function sparseCategoricalAccuracy(name = 'sparseCategoricalAccuracy'): Metric {
  return {
    name,
    rows: (yTrue, yPred) => equal(argmax(scores(yPred), -1), cast(reshape(yTrue, [-1]), 'int32')),
  };
}

/** Share of rows whose largest prediction stands where the largest target [batch, classes] does. */
export function categoricalAccuracy(name = 'categoricalAccuracy'): Metric {
  return { name, rows: (yTrue, yPred) => equal(argmax(scores(yPred), -1), argmax(yTrue, -1)) };
}

/** Share of labels on the right side of the threshold, 0.5 by default. */
export function binaryAccuracy(name = 'binaryAccuracy', threshold = 0.5): Metric {
  return {
    name,
    rows: (yTrue, yPred) => meanPerRow(cast(equal(greater(yPred, threshold), greater(alike(yTrue, yPred), 0.5)), 'float32')),
  };
}

/** Mean absolute error. */
export function mae(name = 'mae'): Metric {
  return { name, rows: (yTrue, yPred) => meanPerRow(abs(sub(yPred, alike(yTrue, yPred)))) };
}

/** Mean squared error. */
export function mse(name = 'mse'): Metric {
  return { name, rows: (yTrue, yPred) => meanPerRow(square(sub(yPred, alike(yTrue, yPred)))) };
}

/** Root of the mean squared error over the epoch. */
export function rmse(name = 'rmse'): Metric {
  return { name, rows: mse().rows, finish: Math.sqrt };
}

/** The accuracy that fits the shapes: sparse for class numbers, categorical for one-hot rows, binary for single outputs. */
function accuracy(name: string, loss: string, targetShape: Shape, outputShape: Shape): Metric {
  const classes = outputShape[outputShape.length - 1] ?? 1;
  if (loss === 'binaryCrossentropy' || classes === 1) return binaryAccuracy(name);
  return targetShape.length === outputShape.length && targetShape.join() === outputShape.join() && classes > 1
    ? categoricalAccuracy(name)
    : sparseCategoricalAccuracy(name);
}

const byName: Readonly<Record<string, (name?: string) => Metric>> = {
  sparseCategoricalAccuracy,
  categoricalAccuracy,
  binaryAccuracy,
  mae,
  meanAbsoluteError: mae,
  mse,
  meanSquaredError: mse,
  rmse,
  rootMeanSquaredError: rmse,
};

/**
 * The metric of a name; 'accuracy' and 'acc' choose the kind that fits the shapes (without the batch). A string stays the
 * key of the log.
 *
 * @throws ERR_ARGUMENT for an unknown name, listing the known ones
 */
export function getMetric(metric: string | Metric, loss: string, targetShape: Shape, outputShape: Shape): Metric {
  if (typeof metric !== 'string') return metric;
  if (metric === 'accuracy' || metric === 'acc') return accuracy(metric, loss, targetShape, outputShape);
  const make = byName[metric];
  if (make === undefined) {
    const known = ['accuracy', ...Object.keys(byName)].join(', ');
    throw new HebbError('ERR_ARGUMENT', `metrics: expected one of ${known}, got '${metric}'`);
  }
  return make(metric);
}

import { HebbError } from './errors.js';
import {
  abs, add, any, cast, clip, div, lessEqual, log, logitsOf, max, mean, min, mul, neg, notEqual, oneHot, reshape, round, sameShape,
  sigmoidCrossEntropy, softmaxCrossEntropy, softmaxCrossEntropyDense, square, sub, sum, where,
} from './ops/index.js';
import { isFloat } from './dtype.js';
import type { Shape, Tensor } from './tensor.js';

/** A loss: one number per row of the batch, or per position of a row where outputs have several. */
export interface Loss {
  /** The name by which compile() knows it. */
  readonly name: string;
  /** Options, as JSON, to make it again. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * Loss of each row.
   *
   * @param yTrue targets [batch, ...]
   * @param yPred predictions [batch, ..., outputs]
   * @returns [batch, ...]: the shape of the predictions without the last dimension
   */
  readonly call: (yTrue: Tensor, yPred: Tensor) => Tensor;
  /** Checks targets before training. @throws ERR_SHAPE, ERR_DTYPE or ERR_ARGUMENT that names the fault. */
  readonly check: (yTrue: Tensor, outputShape: Shape) => void;
}

/** Keras's guard against log(0). */
const epsilon = 1e-7;

/** The mean over the outputs of a row. */
function meanPerRow(x: Tensor): Tensor {
  return x.rank <= 1 ? x : mean(x, -1);
}

function shapeError(loss: string, yTrue: Tensor, outputShape: Shape, hint = ''): HebbError {
  return new HebbError(
    'ERR_SHAPE',
    `${loss}: targets [${yTrue.shape.join(',')}] do not fit outputs [*,${outputShape.join(',')}]${hint}`,
  );
}

/** Whether two shapes differ at most in a last dimension of 1. */
function fits(a: Shape, b: Shape): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return sameShape(a, b) || sameShape([...short, 1], long);
}

/** The targets in the shape and type of the predictions: [batch] also serves outputs of [batch, 1]. */
function alike(yTrue: Tensor, yPred: Tensor): Tensor {
  const y = yTrue.rank !== yPred.rank && fits(yTrue.shape, yPred.shape) ? reshape(yTrue, yPred.shape) : yTrue;
  return y.dtype === yPred.dtype ? y : cast(y, yPred.dtype);
}

function checkNumbers(loss: string, yTrue: Tensor): void {
  if (isFloat(yTrue.dtype) && yTrue.size > 0 && any(notEqual(yTrue, yTrue)).item() !== 0) {
    throw new HebbError('ERR_ARGUMENT', `${loss}: the targets contain NaN`);
  }
}

function checkAlike(loss: string, yTrue: Tensor, outputShape: Shape, hint?: string): void {
  if (!fits(yTrue.shape.slice(1), outputShape)) throw shapeError(loss, yTrue, outputShape, hint);
  checkNumbers(loss, yTrue);
}

/** Class numbers in the shape of `rest`, a last dimension of 1 dropped. */
function classNumbers(yTrue: Tensor, rest: Shape): Tensor {
  const flat = yTrue.rank === rest.length ? yTrue : reshape(yTrue, rest);
  return flat.dtype === 'uint8' || flat.dtype === 'int32' ? flat : cast(flat, 'int32');
}

function checkOption(loss: string, name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) {
    throw new HebbError('ERR_ARGUMENT', `${loss}: ${name} is between ${least} and ${most}, got ${value}`);
  }
}

/** A loss whose targets look like the predictions and that is an element-wise error, averaged over a row. */
function regression(name: string, error: (yTrue: Tensor, yPred: Tensor) => Tensor, config = {}): Loss {
  return {
    name,
    config,
    call: (yTrue, yPred) => meanPerRow(error(alike(yTrue, yPred), yPred)),
    check: (yTrue, outputShape) => {
      checkAlike(name, yTrue, outputShape);
    },
  };
}

/** Mean squared error: mean((yTrue - yPred)^2) per row. @example losses.mse().call(tensor([[1], [2]]), tensor([[1], [4]])).toArray(); // [0, 4] */
export function mse(): Loss {
  return regression('mse', (yTrue, yPred) => square(sub(yPred, yTrue)));
}

/** Mean absolute error: mean(|yTrue - yPred|) per row. */
export function mae(): Loss {
  return regression('mae', (yTrue, yPred) => abs(sub(yPred, yTrue)));
}

/** Huber's loss (1964): half the squared error up to delta, linear beyond; for data with outliers. @param options delta, 1 by default */
export function huber({ delta = 1 }: { delta?: number } = {}): Loss {
  checkOption('huber', 'delta', delta, 0, Number.MAX_VALUE);
  return regression(
    'huber',
    (yTrue, yPred) => {
      const error = abs(sub(yPred, yTrue));
      return where(lessEqual(error, delta), mul(square(error), 0.5), sub(mul(error, delta), 0.5 * delta * delta));
    },
    { delta },
  );
}

/** Options of the cross entropies. */
export interface CrossEntropyOptions {
  /** Predictions are logits, not probabilities. */
  fromLogits?: boolean;
  /** Moves targets this far towards the uniform distribution, in [0, 1]. */
  labelSmoothing?: number;
}

/**
 * Binary cross entropy per row, averaged over labels: targets in [0, 1], one sigmoid per label. A sigmoid output is traced
 * back to its logits; other probabilities are clipped to [1e-7, 1 - 1e-7].
 */
export function binaryCrossentropy({ fromLogits = false, labelSmoothing = 0 }: CrossEntropyOptions = {}): Loss {
  const name = 'binaryCrossentropy';
  checkOption(name, 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    config: { fromLogits, labelSmoothing },
    call: (targets, yPred) => {
      const raw = alike(targets, yPred);
      const y = labelSmoothing > 0 ? add(mul(raw, 1 - labelSmoothing), 0.5 * labelSmoothing) : raw;
      const logits = fromLogits ? yPred : logitsOf(yPred, 'sigmoid');
      if (logits !== undefined) return meanPerRow(sigmoidCrossEntropy(logits, y));
      const p = clip(yPred, epsilon, 1 - epsilon);
      return meanPerRow(neg(add(mul(y, log(p)), mul(sub(1, y), log(sub(1, p))))));
    },
    check: (yTrue, outputShape) => {
      checkAlike(name, yTrue, outputShape);
    },
  };
}

/**
 * Cross entropy of each row for targets given as probabilities [batch, classes] (one-hot). A softmax output is traced back
 * to its logits; other predictions are normalised to sum to 1 and clipped to [1e-7, 1 - 1e-7].
 */
export function categoricalCrossentropy({ fromLogits = false, labelSmoothing = 0 }: CrossEntropyOptions = {}): Loss {
  const name = 'categoricalCrossentropy';
  checkOption(name, 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    config: { fromLogits, labelSmoothing },
    call: (targets, yPred) => {
      const raw = alike(targets, yPred);
      const classes = yPred.shape[yPred.rank - 1] ?? 1;
      const y = labelSmoothing > 0 ? add(mul(raw, 1 - labelSmoothing), labelSmoothing / classes) : raw;
      const logits = fromLogits ? yPred : logitsOf(yPred, 'softmax');
      if (logits !== undefined) return softmaxCrossEntropyDense(logits, y);
      return neg(sum(mul(y, log(probabilities(yPred))), -1));
    },
    check: (yTrue, outputShape) => {
      checkAlike(name, yTrue, outputShape, '; class numbers need sparseCategoricalCrossentropy');
    },
  };
}

/** Cross entropy of each row for targets given as class numbers [batch]; otherwise as categoricalCrossentropy. */
export function sparseCategoricalCrossentropy({ fromLogits = false }: { fromLogits?: boolean } = {}): Loss {
  const name = 'sparseCategoricalCrossentropy';
  return {
    name,
    config: { fromLogits },
    call: (targets, yPred) => {
      const rest = yPred.shape.slice(0, -1);
      const classes = yPred.shape[yPred.rank - 1] ?? 1;
      const labels = classNumbers(targets, rest);
      const logits = fromLogits ? yPred : logitsOf(yPred, 'softmax');
      if (logits === undefined) return neg(sum(mul(oneHot(labels, classes, yPred.dtype), log(probabilities(yPred))), -1));
      if (rest.length === 1) return softmaxCrossEntropy(logits, labels);
      return reshape(softmaxCrossEntropy(reshape(logits, [-1, classes]), reshape(labels, [-1])), rest);
    },
    check: (yTrue, outputShape) => {
      const classes = outputShape[outputShape.length - 1] ?? 0;
      const given = yTrue.shape.slice(1);
      const rest = outputShape.slice(0, -1);
      if (given.join() !== rest.join() && given.join() !== [...rest, 1].join()) {
        const oneHotRows = given.join() === outputShape.join() ? '; one-hot rows need categoricalCrossentropy' : '';
        throw shapeError(name, yTrue, outputShape, oneHotRows);
      }
      checkNumbers(name, yTrue);
      if (yTrue.size === 0) return;
      const [low, high] = [min(yTrue).item(), max(yTrue).item()];
      if (low < 0 || high >= classes) {
        throw new HebbError('ERR_ARGUMENT', `${name}: label ${low < 0 ? low : high} is out of range for ${classes} classes`);
      }
      if (isFloat(yTrue.dtype) && any(notEqual(yTrue, round(yTrue))).item() !== 0) {
        throw new HebbError('ERR_ARGUMENT', `${name}: the targets are class numbers, but not all are whole`);
      }
    },
  };
}

function probabilities(yPred: Tensor): Tensor {
  return clip(div(yPred, sum(yPred, -1, true)), epsilon, 1 - epsilon);
}

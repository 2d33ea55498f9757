import { HebbError } from './errors.js';
import { abs, add, clip, div, lessEqual, log, mean, mul, neg, oneHot, reshape, sigmoidCrossEntropy, logitsOf, softmaxCrossEntropy, softmaxCrossEntropyDense, square, sub, sum, where, cast, max, min, notEqual, any } from './ops/index.js';
import type { Shape, Tensor } from './tensor.js';

/** A loss: one number per row of the batch. */
export interface Loss {
  /** The name by which compile() knows it. */
  readonly name: string;
  /** Options, as JSON, to make it again. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * Loss of each row.
   *
   * @param yTrue targets [batch, ...]
   * @param yPred predictions [batch, ...]
   * @returns [batch]
   */
  call(yTrue: Tensor, yPred: Tensor): Tensor;
  /** Checks targets before training. @throws ERR_SHAPE, ERR_DTYPE or ERR_ARGUMENT that names the fault. */
  check(yTrue: Tensor, outputShape: Shape): void;
}

/** Keras's guard against log(0). */
const epsilon = 1e-7;

/** The mean over everything but the batch. */
function meanPerRow(x: Tensor): Tensor {
  return x.rank <= 1 ? x : mean(reshape(x, [x.shape[0] ?? 0, -1]), 1);
}

function shapeError(loss: string, yTrue: Tensor, outputShape: Shape): HebbError {
  return new HebbError(
    'ERR_SHAPE',
    `${loss}: targets [${yTrue.shape.join(',')}] do not fit outputs [*,${outputShape.join(',')}]`,
  );
}

/** Targets of [batch] also serve outputs of [batch, 1]. */
function alike(yTrue: Tensor, yPred: Tensor): Tensor {
  const y = yTrue.rank === yPred.rank - 1 && yPred.shape[yPred.rank - 1] === 1 ? reshape(yTrue, [...yTrue.shape, 1]) : yTrue;
  return y.dtype === yPred.dtype ? y : cast(y, yPred.dtype);
}

function checkNumbers(loss: string, yTrue: Tensor): void {
  if (yTrue.size > 0 && any(notEqual(yTrue, yTrue)).item() !== 0) {
    throw new HebbError('ERR_ARGUMENT', `${loss}: the targets contain NaN`);
  }
}

function checkAlike(loss: string, yTrue: Tensor, outputShape: Shape): void {
  const rest = yTrue.shape.slice(1);
  const fits = rest.join() === outputShape.join() || (rest.length === 0 && outputShape.join() === '1');
  if (!fits) throw shapeError(loss, yTrue, outputShape);
  checkNumbers(loss, yTrue);
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
      checkAlike(name, yTrue, outputShape);
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
      const flat = targets.rank === 1 ? targets : reshape(targets, [-1]);
      const labels = flat.dtype === 'uint8' || flat.dtype === 'int32' ? flat : cast(flat, 'int32');
      const logits = fromLogits ? yPred : logitsOf(yPred, 'softmax');
      if (logits !== undefined) return softmaxCrossEntropy(logits, labels);
      const hot = oneHot(labels, yPred.shape[yPred.rank - 1] ?? 1, yPred.dtype);
      return neg(sum(mul(hot, log(probabilities(yPred))), -1));
    },
    check: (yTrue, outputShape) => {
      const rest = yTrue.shape.slice(1);
      const classes = outputShape[0] ?? 0;
      if (outputShape.length !== 1 || !(rest.length === 0 || rest.join() === '1')) throw shapeError(name, yTrue, outputShape);
      checkNumbers(name, yTrue);
      const low = min(yTrue).item();
      const high = max(yTrue).item();
      if (low < 0 || high >= classes) {
        throw new HebbError('ERR_ARGUMENT', `${name}: label ${low < 0 ? low : high} is out of range for ${classes} classes`);
      }
    },
  };
}

function probabilities(yPred: Tensor): Tensor {
  return clip(div(yPred, sum(yPred, -1, true)), epsilon, 1 - epsilon);
}

const byName: Readonly<Record<string, (config?: Record<string, never>) => Loss>> = {
  mse,
  meanSquaredError: mse,
  mae,
  meanAbsoluteError: mae,
  huber,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
};

/** The loss of a name. @throws ERR_ARGUMENT for an unknown name, listing the known ones. */
export function getLoss(loss: string | Loss): Loss {
  if (typeof loss !== 'string') return loss;
  const make = byName[loss];
  if (make === undefined) {
    throw new HebbError('ERR_ARGUMENT', `loss: expected one of ${Object.keys(byName).join(', ')}, got '${loss}'`);
  }
  return make();
}

/** The loss of a saved name and configuration. @throws ERR_FORMAT for a name this version does not know */
export function lossFromConfig(name: string, config: Readonly<Record<string, unknown>>): Loss {
  const make = byName[name];
  if (make === undefined) throw new HebbError('ERR_FORMAT', `model file: unknown loss '${name}'`);
  return make(config as Record<string, never>);
}

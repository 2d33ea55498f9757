import { HebbError } from '../errors.js';
import { isFloat } from '../dtype.js';
import {
  add, cast, clip, div, log, logitsOf, max, maximum, min, mul, neg, notEqual, oneHot, pow, reshape, round, sigmoidCrossEntropy,
  softmaxCrossEntropy, softmaxCrossEntropyDense, sub, sum, where,
} from '../ops/index.js';
import { withDefaults } from '../options.js';
import { scope } from '../scope.js';
import type { Shape, Tensor } from '../tensor.js';
import { alike, checkAlike, checkNumbers, checkOption, classNumbers, differ, epsilon, meanPerRow, rowwise, shapeError, type Loss } from './loss.js';

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
export function binaryCrossentropy(options: CrossEntropyOptions = {}): Loss {
  const name = 'binaryCrossentropy';
  const { fromLogits, labelSmoothing } = withDefaults(name, options, { fromLogits: false, labelSmoothing: 0 });
  checkOption(name, 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    config: { fromLogits, labelSmoothing },
    call: (targets, yPred) => {
      const y = smoothed(alike(targets, yPred), labelSmoothing, 2);
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
export function categoricalCrossentropy(options: CrossEntropyOptions = {}): Loss {
  const name = 'categoricalCrossentropy';
  const { fromLogits, labelSmoothing } = withDefaults(name, options, { fromLogits: false, labelSmoothing: 0 });
  checkOption(name, 'labelSmoothing', labelSmoothing, 0, 1);
  return {
    name,
    config: { fromLogits, labelSmoothing },
    call: (targets, yPred) => {
      const y = smoothed(alike(targets, yPred), labelSmoothing, yPred.shape[yPred.rank - 1] ?? 1);
      const logits = fromLogits ? yPred : logitsOf(yPred, 'softmax');
      if (logits !== undefined) return softmaxCrossEntropyDense(logits, y);
      return neg(sum(mul(y, log(probabilities(yPred))), -1));
    },
    check: (yTrue, outputShape) => {
      checkAlike(name, yTrue, outputShape, '; class numbers need sparseCategoricalCrossentropy');
    },
  };
}

/** Options of sparseCategoricalCrossentropy(). */
export interface SparseCrossEntropyOptions {
  /** Predictions are logits, not probabilities. */
  fromLogits?: boolean;
  /** A label, perhaps one that is no class such as -1, that counts nothing: the loss of a batch is the mean of the other labels. */
  ignoreClass?: number;
}

/**
 * Cross entropy of each row for targets given as class numbers [batch]; otherwise as categoricalCrossentropy.
 *
 * @throws ERR_ARGUMENT for an ignoreClass that is no whole number
 */
export function sparseCategoricalCrossentropy(options: SparseCrossEntropyOptions = {}): Loss {
  const name = 'sparseCategoricalCrossentropy';
  const { fromLogits, ignoreClass } = withDefaults(name, options, { fromLogits: false, ignoreClass: undefined });
  if (ignoreClass !== undefined) {
    if (!Number.isSafeInteger(ignoreClass)) throw new HebbError('ERR_ARGUMENT', `${name}: ignoreClass is a whole number, got ${ignoreClass}`);
    return withoutClass(name, sparseCategoricalCrossentropy({ fromLogits }), ignoreClass);
  }
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
      checkClasses(name, yTrue, outputShape);
    },
  };
}

/** A loss of class numbers that is 0 where the label is one that is ignored, the others larger by as much, so that means are theirs. */
function withoutClass(name: string, { config, call, check }: Loss, ignoreClass: number): Loss {
  const counts = (labels: Tensor): Tensor => notEqual(cast(labels, 'int32'), ignoreClass);
  return {
    name,
    config: { ...config, ignoreClass },
    call: (targets, yPred) => {
      const labels = classNumbers(targets, yPred.shape.slice(0, -1));
      const known = counts(labels);
      const rows = call(cast(where(known, labels, 0), 'int32'), yPred);
      const share = div(known.size, maximum(sum(cast(known, rows.dtype)), 1));
      return mul(where(known, rows, 0), share);
    },
    check: (yTrue, outputShape) => {
      scope(() => { check(where(counts(yTrue), yTrue, 0), outputShape); });
    },
  };
}

/** @throws ERR_SHAPE, ERR_ARGUMENT unless the targets are class numbers for these outputs */
function checkClasses(name: string, yTrue: Tensor, outputShape: Shape): void {
  const classes = outputShape[outputShape.length - 1] ?? 0;
  const given = yTrue.shape.slice(1);
  const rest = outputShape.slice(0, -1);
  if (given.join() !== rest.join() && given.join() !== [...rest, 1].join()) {
    const oneHotRows = given.join() === outputShape.join() ? '; one-hot rows need categoricalCrossentropy' : '';
    throw shapeError(name, yTrue, outputShape, oneHotRows);
  }
  checkNumbers(name, yTrue);
  if (yTrue.size === 0) return;
  const [low, high] = [yTrue.dtype === 'uint8' ? 0 : min(yTrue).item(), max(yTrue).item()];
  if (low < 0 || high >= classes) {
    throw new HebbError('ERR_ARGUMENT', `${name}: label ${low < 0 ? low : high} is out of range for ${classes} classes`);
  }
  if (!isFloat(yTrue.dtype)) return;
  const whole = round(yTrue);
  const fractions = differ(yTrue, whole);
  whole.dispose();
  if (fractions) {
    throw new HebbError('ERR_ARGUMENT', `${name}: the targets are class numbers, but not all are whole`);
  }
}

/** Kullback and Leibler's divergence of each row, sum(yTrue log(yTrue / yPred)), of distributions clipped to [1e-7, 1]. */
export function klDivergence(): Loss {
  return rowwise('klDivergence', {}, (yTrue, yPred) => {
    const p = clip(yTrue, epsilon, 1);
    return sum(mul(p, log(div(p, clip(yPred, epsilon, 1)))), -1);
  });
}

/**
 * (1 - p^q) / q per row, p the probability predicted for the class [batch] (Zhang and Sabuncu 2018): between cross entropy
 * (q near 0) and mean absolute error (q = 1), for labels that are not all right.
 *
 * @param options q in (0, 1), 0.5 by default
 */
export function categoricalGeneralizedCrossEntropy(options: { q?: number } = {}): Loss {
  const name = 'categoricalGeneralizedCrossEntropy';
  const { q } = withDefaults(name, options, { q: 0.5 });
  if (!(q > 0 && q < 1)) throw new HebbError('ERR_ARGUMENT', `${name}: q is between 0 and 1, both excluded, got ${q}`);
  return {
    name,
    config: { q },
    call: (targets, yPred) => {
      const labels = oneHot(classNumbers(targets, yPred.shape.slice(0, -1)), yPred.shape[yPred.rank - 1] ?? 1, yPred.dtype);
      return div(sub(1, pow(sum(mul(yPred, labels), -1), q)), q);
    },
    check: (yTrue, outputShape) => {
      checkClasses(name, yTrue, outputShape);
    },
  };
}

/** Targets moved towards the uniform distribution over `classes`. */
export function smoothed(y: Tensor, labelSmoothing: number, classes: number): Tensor {
  return labelSmoothing > 0 ? add(mul(y, 1 - labelSmoothing), labelSmoothing / classes) : y;
}

/** Predictions that sum to 1 along the last dimension, clipped so that they and their complements have logarithms. */
export function probabilities(yPred: Tensor): Tensor {
  return clip(div(yPred, sum(yPred, -1, true)), epsilon, 1 - epsilon);
}

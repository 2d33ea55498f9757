import { HebbError } from '../errors.js';
import { composed } from '../ops/composed.js';
import {
  add, argmax, cast, full, greaterEqual, less, logicalAnd, mul, notEqual, reshape, scatterAdd, toTensor, where, zeros,
} from '../ops/index.js';
import { checkList, checkNames, checkOptions, flag, valueText, withDefaults } from '../options.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { addEach, inShapeOf, stateful, weighted, type MetricOptions, type StatefulMetric } from './metric.js';

/** Options of meanIoU(). */
export interface MeanIoUOptions extends MetricOptions {
  /** The number of classes. */
  numClasses: number;
  /** A class that does not count where it is the label. */
  ignoreClass?: number;
  /** Whether targets are class numbers (default), not one-hot rows. */
  sparseYTrue?: boolean;
  /** Whether predictions are class numbers (default), not scores of each class. */
  sparseYPred?: boolean;
}

/** Options of iou(). */
export interface IoUOptions extends MeanIoUOptions {
  /** The classes whose mean is taken. */
  targetClassIds: readonly number[];
}

/** Options of binaryIoU(). */
export interface BinaryIoUOptions extends MetricOptions {
  /** The classes, 0 and 1, whose mean is taken; both by default. */
  targetClassIds?: readonly number[];
  /** A prediction from it on counts as 1; 0.5 by default. */
  threshold?: number;
}

/** Keras's guard against a division by 0. */
const epsilon = 1e-7;

function checkClasses(op: string, numClasses: number, ids: readonly number[]): void {
  if (!Number.isSafeInteger(numClasses) || numClasses < 1) {
    throw new HebbError('ERR_ARGUMENT', `${op}: numClasses is a whole number >= 1, got ${numClasses}`);
  }
  checkList(op, 'targetClassIds', ids, 'class numbers');
  for (const id of ids) {
    if (Number.isSafeInteger(id) && id >= 0 && id < numClasses) continue;
    throw new HebbError('ERR_ARGUMENT', `${op}: targetClassIds are whole numbers from 0 to ${numClasses - 1}, got ${String(id)}`);
  }
}

/** Adds up weights by label and prediction, [classes * classes]; what is no class or ignored counts nothing. */
function table(labels: Tensor, guesses: Tensor, weight: Tensor, classes: number, ignoreClass?: number): Tensor {
  const [label, guess] = [labels, guesses].map((x) => reshape(cast(x, 'int32'), [-1]));
  if (label === undefined || guess === undefined) throw new HebbError('ERR_INTERNAL', 'confusion: two lists are needed');
  const isClass = (x: Tensor): Tensor => logicalAnd(greaterEqual(x, 0), less(x, classes));
  const known = logicalAnd(isClass(label), isClass(guess));
  const counts = ignoreClass === undefined ? known : logicalAnd(known, notEqual(label, ignoreClass));
  const cell = where(counts, add(mul(label, classes), guess), 0);
  return scatterAdd(where(counts, reshape(weight, [-1]), 0), cast(cell, 'int32'), [classes * classes]);
}

/**
 * How often each class (row) was predicted as each class (column).
 *
 * @param yTrue class numbers, of any shape
 * @param yPred class numbers, as many
 * @returns float64 [numClasses, numClasses]; what is no class counts nothing
 * @throws ERR_SHAPE unless there are as many predictions as labels
 * @example
 * metrics.confusionMatrix([0, 1, 1], [0, 0, 1], { numClasses: 2 }).toArray(); // [[1, 0], [1, 1]]
 */
export const confusionMatrix = composed('confusionMatrix', (yTrue: TensorLike, yPred: TensorLike, options: { numClasses: number }): Tensor => {
  checkNames('confusionMatrix', options, ['numClasses']);
  const { numClasses } = options;
  checkClasses('confusionMatrix', numClasses, []);
  const [labels, guesses] = [toTensor(yTrue), toTensor(yPred)];
  if (labels.size !== guesses.size) {
    throw new HebbError('ERR_SHAPE', `confusionMatrix: ${labels.size} labels but ${guesses.size} predictions`);
  }
  const counts = table(labels, guesses, full([labels.size], 1, { dtype: 'float64' }), numClasses);
  return reshape(counts, [numClasses, numClasses]);
});

interface Classes {
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass?: number | undefined;
}

/** The mean over classes of what labels and predictions share of what either of them has. */
function overlap(
  kind: string,
  options: MetricOptions,
  config: Readonly<Record<string, unknown>>,
  { numClasses, targetClassIds, ignoreClass }: Classes,
  classesOf: (yTrue: Tensor, yPred: Tensor) => readonly [Tensor, Tensor],
): StatefulMetric {
  checkClasses(kind, numClasses, targetClassIds);
  return stateful(kind, options, config, {
    state: () => [zeros([numClasses * numClasses], { dtype: 'float64' })],
    update: (state, yTrue, yPred, weights) => {
      const [labels, guesses] = classesOf(yTrue, yPred);
      const weight = weighted(full(labels.shape, 1, { dtype: 'float64' }), weights);
      addEach(state, [table(labels, guesses, weight, numClasses, ignoreClass)]);
    },
    finish: ([cells = []]) => {
      const total = (cell: (i: number) => number): number =>
        Array.from({ length: numClasses }, (_, i) => cells[cell(i)] ?? 0).reduce((a, b) => a + b, 0);
      let [sum, valid] = [0, 0];
      for (const id of targetClassIds) {
        const both = cells[id * numClasses + id] ?? 0;
        const either = total((i) => id * numClasses + i) + total((i) => i * numClasses + id) - both;
        if (either <= 1e-9) continue;
        sum += both / (either + epsilon);
        valid++;
      }
      return sum / (valid + epsilon);
    },
  });
}

/** `oneHot`: the targets are rows, and the predictions unless the options say something else. */
function scored(kind: string, options: MeanIoUOptions, targetClassIds: readonly number[], config: object, oneHot = false): StatefulMetric {
  const { numClasses, ignoreClass, sparseYTrue = !oneHot, sparseYPred = !oneHot } = options;
  if (ignoreClass !== undefined && !Number.isSafeInteger(ignoreClass)) {
    throw new HebbError('ERR_ARGUMENT', `${kind}: ignoreClass is a whole number, got ${valueText(ignoreClass)}`);
  }
  flag(kind, 'sparseYTrue', sparseYTrue);
  flag(kind, 'sparseYPred', sparseYPred);
  const settings = { numClasses, ignoreClass, sparseYPred, ...(oneHot ? {} : { sparseYTrue }), ...config };
  const ofRows = (what: string, rows: Tensor): Tensor => {
    if (rows.shape.at(-1) === numClasses) return argmax(rows, -1);
    throw new HebbError('ERR_SHAPE', `${kind}: ${what} are rows of ${numClasses} numbers, one for each class, got [${rows.shape.join(',')}]`);
  };
  return overlap(kind, options, settings, { numClasses, targetClassIds, ignoreClass }, (yTrue, yPred) => [
    sparseYTrue ? yTrue : ofRows('targets', yTrue),
    sparseYPred ? yPred : ofRows('predictions', yPred),
  ]);
}

/** Intersection over union of some classes, the mean of them, over the epoch: how well areas of a class are met. */
export function iou(options: IoUOptions): StatefulMetric {
  const { targetClassIds } = checkOptions('iou', options);
  return scored('iou', options, targetClassIds, { targetClassIds });
}

function allClasses(op: string, options: Pick<MeanIoUOptions, 'numClasses'>): readonly number[] {
  const { numClasses } = checkOptions(op, options);
  checkClasses(op, numClasses, []);
  return Array.from({ length: numClasses }, (_, id) => id);
}

/** Intersection over union, the mean of all classes that occur. */
export function meanIoU(options: MeanIoUOptions): StatefulMetric {
  return scored('meanIoU', options, allClasses('meanIoU', options), {});
}

/** iou() of one-hot targets and scores of each class; `sparseYPred` for predictions that are class numbers. */
export function oneHotIoU(options: Omit<IoUOptions, 'sparseYTrue'>): StatefulMetric {
  const { targetClassIds } = checkOptions('oneHotIoU', options);
  return scored('oneHotIoU', options, targetClassIds, { targetClassIds }, true);
}

/** meanIoU() of one-hot targets and scores of each class; `sparseYPred` for predictions that are class numbers. */
export function oneHotMeanIoU(options: Omit<MeanIoUOptions, 'sparseYTrue'>): StatefulMetric {
  return scored('oneHotMeanIoU', options, allClasses('oneHotMeanIoU', options), {}, true);
}

/** Intersection over union of labels 0 and 1 and probabilities, the mean of both. */
export function binaryIoU(options: BinaryIoUOptions = {}): StatefulMetric {
  const { targetClassIds, threshold } = withDefaults('binaryIoU', options, { targetClassIds: [0, 1], threshold: 0.5, name: String });
  const config = { targetClassIds, threshold };
  return overlap('binaryIoU', options, config, { numClasses: 2, targetClassIds }, (yTrue, yPred) => [
    inShapeOf('binaryIoU', yTrue, yPred),
    greaterEqual(yPred, threshold),
  ]);
}

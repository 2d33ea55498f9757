import { isFloat } from '../dtype.js';
import { HebbError } from '../errors.js';
import { cast, mean, notEqual, reshape, sameShape, sum } from '../ops/index.js';
import type { Shape, Tensor } from '../tensor.js';

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
export const epsilon = 1e-7;

/** The mean over the outputs of a row. */
export function meanPerRow(x: Tensor): Tensor {
  return x.rank <= 1 ? x : mean(x, -1);
}

/** The error of targets that do not fit the outputs. */
export function shapeError(loss: string, yTrue: Tensor, outputShape: Shape, hint = ''): HebbError {
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
export function alike(yTrue: Tensor, yPred: Tensor): Tensor {
  const y = yTrue.rank !== yPred.rank && fits(yTrue.shape, yPred.shape) ? reshape(yTrue, yPred.shape) : yTrue;
  return y.dtype === yPred.dtype ? y : cast(y, yPred.dtype);
}

/** Whether any two elements differ. What it computes on the way is free again: batches are checked one after the other. */
export function differ(a: Tensor, b: Tensor): boolean {
  const each = notEqual(a, b);
  const found = sum(each).item() !== 0;
  each.dispose();
  return found;
}

/** @throws ERR_ARGUMENT for targets that contain NaN */
export function checkNumbers(loss: string, yTrue: Tensor): void {
  if (isFloat(yTrue.dtype) && yTrue.size > 0 && differ(yTrue, yTrue)) {
    throw new HebbError('ERR_ARGUMENT', `${loss}: the targets contain NaN`);
  }
}

/** @throws ERR_SHAPE unless targets look like the outputs, ERR_ARGUMENT for NaN */
export function checkAlike(loss: string, yTrue: Tensor, outputShape: Shape, hint?: string): void {
  if (!fits(yTrue.shape.slice(1), outputShape)) throw shapeError(loss, yTrue, outputShape, hint);
  checkNumbers(loss, yTrue);
}

/** Class numbers in the shape of `rest`, a last dimension of 1 dropped. */
export function classNumbers(yTrue: Tensor, rest: Shape): Tensor {
  const flat = yTrue.rank === rest.length ? yTrue : reshape(yTrue, rest);
  return flat.dtype === 'uint8' || flat.dtype === 'int32' ? flat : cast(flat, 'int32');
}

/** @throws ERR_ARGUMENT unless the value is in [least, most] */
export function checkOption(loss: string, name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) {
    throw new HebbError('ERR_ARGUMENT', `${loss}: ${name} is between ${least} and ${most}, got ${value}`);
  }
}

/** A loss whose targets look like the predictions, made of the loss of each row. */
export function rowwise(name: string, config: Loss['config'], row: (yTrue: Tensor, yPred: Tensor) => Tensor, hint?: string): Loss {
  return {
    name,
    config,
    call: (yTrue, yPred) => row(alike(yTrue, yPred), yPred),
    check: (yTrue, outputShape) => {
      checkAlike(name, yTrue, outputShape, hint);
    },
  };
}

/** A loss whose targets look like the predictions and that is an element-wise error, averaged over a row. */
export function elementwise(name: string, error: (yTrue: Tensor, yPred: Tensor) => Tensor, config: Loss['config'] = {}): Loss {
  return rowwise(name, config, (yTrue, yPred) => meanPerRow(error(yTrue, yPred)));
}

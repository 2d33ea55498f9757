import { HebbError } from '../errors.js';
import { argmax, cast, gather, tensor, toTensor } from '../ops/index.js';
import type { Tensor, TensorLike } from '../tensor.js';

/** Weights of rows in the loss. */
export interface WeightOptions {
  /** One weight per row, [rows]. */
  sampleWeight?: TensorLike;
  /** One weight per class; needs class targets. */
  classWeight?: Readonly<Record<number, number>>;
}

/** Rows to train or test on. */
export interface Rows {
  readonly x: Tensor;
  readonly y: Tensor;
  /** [rows] */
  readonly weights: Tensor | undefined;
}

/** x as a tensor of at least one dimension. */
export function asTensor(op: string, x: TensorLike): Tensor {
  const rows = toTensor(x);
  if (rows.rank === 0) throw new HebbError('ERR_SHAPE', `${op}: expected rows, got a single number`);
  return rows;
}

/** The weight of each row, or undefined when all count alike. @throws ERR_ARGUMENT when both kinds are given, or one does not fit */
export function rowWeights(op: string, y: Tensor, { sampleWeight, classWeight }: WeightOptions): Tensor | undefined {
  const rows = y.shape[0] ?? 0;
  if (sampleWeight !== undefined) {
    if (classWeight !== undefined) throw new HebbError('ERR_ARGUMENT', `${op}: classWeight and sampleWeight cannot be combined`);
    const weights = cast(toTensor(sampleWeight), 'float32');
    if (weights.rank !== 1 || weights.size !== rows) {
      throw new HebbError('ERR_SHAPE', `${op}: sampleWeight has shape [${weights.shape.join(',')}] for ${rows} rows`);
    }
    return weights;
  }
  if (classWeight === undefined) return undefined;
  const hot = y.rank > 1 && (y.shape[y.rank - 1] ?? 1) > 1;
  const labels = hot ? argmax(y, -1) : cast(y.reshape([-1]), 'int32');
  const classes = Object.keys(classWeight).map(Number);
  const table = new Array<number>(Math.max(...classes, ...labels.dataSync()) + 1).fill(1);
  for (const key of classes) {
    if (!Number.isInteger(key) || key < 0) throw new HebbError('ERR_ARGUMENT', `${op}: classWeight has a key that is no class, ${key}`);
    table[key] = classWeight[key] ?? 1;
  }
  return gather(tensor(table), labels);
}

/** Checks that x and y have the same, non-zero number of rows. @throws ERR_SHAPE, ERR_ARGUMENT */
export function checkRows(op: string, x: Tensor, y: Tensor): void {
  if (x.shape[0] !== y.shape[0]) {
    throw new HebbError('ERR_SHAPE', `${op}: x has ${x.shape[0] ?? 0} rows, y has ${y.shape[0] ?? 0}`);
  }
  if (x.shape[0] === 0) throw new HebbError('ERR_ARGUMENT', `${op}: there are no rows`);
}

/** A whole number of at least `least`. @throws ERR_ARGUMENT naming the option and the value */
export function wholeNumber(op: string, name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is a whole number >= ${least}, got ${value}`);
  }
  return value;
}

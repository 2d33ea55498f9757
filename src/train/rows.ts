import { getDevice } from '../device.js';
import { HebbError } from '../errors.js';
import { any, argmax, cast, gather, max, notEqual, reshape, sub, tensor, to, toTensor } from '../ops/index.js';
import type { Tensor, TensorLike } from '../tensor.js';

/** The weight of each row in the loss. */
export interface SampleWeightOption {
  /** One weight per row, [rows]. */
  sampleWeight?: TensorLike;
}

/** Weights of rows in the loss; one of the two at most. */
export interface WeightOptions extends SampleWeightOption {
  /** One weight per class, 1 for classes that are not named; needs class targets. Does not count in validation. */
  classWeight?: Readonly<Record<number, number>>;
}

/** Rows to train or test on. */
export interface Rows {
  /** Of each input [rows, ...]. */
  readonly x: readonly Tensor[];
  /** Of each output that is trained [rows, ...]. */
  readonly y: readonly Tensor[];
  /** [rows] */
  readonly weights: Tensor | undefined;
}

/** Data given to a method as a tensor of at least one dimension on the default device. @throws ERR_SHAPE, ERR_DISPOSED naming method and argument */
export function asTensor(op: string, name: string, x: TensorLike): Tensor {
  const rows = toTensor(x);
  if (rows.isDisposed) throw new HebbError('ERR_DISPOSED', `${op}: ${name} was disposed`);
  if (rows.rank === 0) throw new HebbError('ERR_SHAPE', `${op}: ${name} holds rows, got a single number`);
  return to(rows, getDevice());
}

/** The weights of rows as float32 [rows], or undefined without any. @throws ERR_SHAPE, ERR_ARGUMENT for a weight that is no number */
function sampleWeights(op: string, rows: number, sampleWeight: TensorLike | undefined): Tensor | undefined {
  if (sampleWeight === undefined) return undefined;
  const given = asTensor(op, 'sampleWeight', sampleWeight);
  if (given.size !== rows || given.shape[0] !== rows) {
    throw new HebbError('ERR_SHAPE', `${op}: sampleWeight has shape [${given.shape.join(',')}] for ${rows} rows`);
  }
  const weights = cast(reshape(given, [rows]), 'float32');
  const nothing = sub(weights, weights);
  if (any(notEqual(nothing, 0)).item() !== 0) throw new HebbError('ERR_ARGUMENT', `${op}: sampleWeight has a weight that is NaN or infinite`);
  return weights;
}

/** The weight of each row's class, [rows]; y are class numbers or one-hot rows. @throws ERR_ARGUMENT, ERR_SHAPE */
function classWeights(op: string, y: Tensor, classWeight: Readonly<Record<number, number>>): Tensor {
  const rows = y.shape[0] ?? 0;
  const oneHot = y.rank === 2 && (y.shape[1] ?? 1) > 1;
  if (!oneHot && y.size !== rows) {
    throw new HebbError('ERR_SHAPE', `${op}: classWeight needs one class per row, got targets [${y.shape.join(',')}]`);
  }
  const classes = Object.entries(classWeight).map(([key, weight]): [number, number] => {
    const label = Number(key);
    if (!Number.isSafeInteger(label) || label < 0) throw new HebbError('ERR_ARGUMENT', `${op}: classWeight has a key that is no class, '${key}'`);
    if (!Number.isFinite(weight)) throw new HebbError('ERR_ARGUMENT', `${op}: the classWeight of ${key} is a number, got ${weight}`);
    return [label, weight];
  });
  const labels = oneHot ? argmax(y, -1) : cast(reshape(y, [rows]), 'int32');
  const table = new Array<number>(Math.max(max(labels).item(), ...classes.map(([label]) => label)) + 1).fill(1);
  for (const [label, weight] of classes) table[label] = weight;
  return gather(tensor(table), labels);
}

/** Checks that all inputs and targets have the same, non-zero number of rows. @throws ERR_SHAPE, ERR_ARGUMENT */
export function checkRows(op: string, x: readonly Tensor[], y: readonly Tensor[]): void {
  const count = x[0]?.shape[0] ?? 0;
  for (const [name, tensors] of [['x', x], ['y', y]] as const) {
    const other = tensors.findIndex(({ shape }) => shape[0] !== count);
    const which = tensors.length > 1 ? `${name}[${other}]` : name;
    if (other >= 0) throw new HebbError('ERR_SHAPE', `${op}: x has ${count} rows, ${which} has ${tensors[other]?.shape[0] ?? 0}`);
  }
  if (count === 0) throw new HebbError('ERR_ARGUMENT', `${op}: there are no rows`);
}

/** The weight of each row by one of the options, [rows]; undefined without any. @throws ERR_ARGUMENT, ERR_SHAPE */
export function rowWeights(op: string, y: readonly Tensor[], { sampleWeight, classWeight }: WeightOptions): Tensor | undefined {
  if (classWeight === undefined) return sampleWeights(op, y[0]?.shape[0] ?? 0, sampleWeight);
  if (sampleWeight !== undefined) throw new HebbError('ERR_ARGUMENT', `${op}: classWeight and sampleWeight cannot be combined`);
  const [targets] = y;
  if (targets === undefined || y.length > 1) throw new HebbError('ERR_ARGUMENT', `${op}: classWeight is for one output, there are ${y.length}`);
  return classWeights(op, targets, classWeight);
}

/** A whole number of at least `least`. @throws ERR_ARGUMENT naming the option and the value */
export function wholeNumber(op: string, name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is a whole number >= ${least}, got ${value}`);
  }
  return value;
}

/** Checks that an object of options has no other names, a slip of the pen that would else go unseen. @throws ERR_ARGUMENT */
export function checkNames(op: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new HebbError('ERR_ARGUMENT', `${op}: there is no option '${name}'; there are ${known.join(', ')}`);
  }
}

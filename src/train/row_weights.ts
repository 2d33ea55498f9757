// What each row counts in the loss: weights of rows, or of classes.
import { HebbError } from '../errors.js';
import { isDict } from '../models/structure.js';
import { valueText } from '../options.js';
import { any, argmax, cast, gather, max, notEqual, ones, reshape, sub, tensor } from '../ops/index.js';
import { scope } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { asTensor } from './rows.js';

/** One weight per row, [rows], for all outputs; or such weights for each output, in order or by name, where one without them counts 1. */
export type SampleWeight = TensorLike | readonly (TensorLike | null | undefined)[] | Readonly<Record<string, TensorLike | null | undefined>>;

/** The weight of each row in the loss. */
export interface SampleWeightOption {
  /** One weight per row, [rows]; of several outputs also one array for each, in order or by name. */
  sampleWeight?: SampleWeight | undefined;
}

/** Weights of rows in the loss; one of the two at most. */
export interface WeightOptions extends SampleWeightOption {
  /** One weight per class, 1 for classes that are not named; needs class targets. Does not count in validation. */
  classWeight?: Readonly<Record<number, number>>;
}

/** Weights of rows as float32 [rows]. @throws ERR_SHAPE, ERR_ARGUMENT for a weight that is no number */
function sampleWeights(op: string, what: string, rows: number, sampleWeight: TensorLike): Tensor {
  const given = asTensor(op, what, sampleWeight);
  if (given.size !== rows || given.shape[0] !== rows) {
    throw new HebbError('ERR_SHAPE', `${op}: ${what} has shape [${given.shape.join(',')}] for ${rows} rows`);
  }
  const weights = cast(reshape(given, [rows]), 'float32');
  const nothing = sub(weights, weights);
  if (any(notEqual(nothing, 0)).item() !== 0) throw new HebbError('ERR_ARGUMENT', `${op}: ${what} has a weight that is NaN or infinite`);
  return weights;
}

/** The weight of each row's class, [rows]; y are class numbers below `count` or one-hot rows. @throws ERR_ARGUMENT, ERR_SHAPE */
function classWeights(op: string, y: Tensor, classWeight: Readonly<Record<number, number>>, count: number): Tensor {
  const rows = y.shape[0] ?? 0;
  const oneHot = y.rank === 2 && (y.shape[1] ?? 1) > 1;
  if (!oneHot && y.size !== rows) {
    throw new HebbError('ERR_SHAPE', `${op}: classWeight needs one class per row, got targets [${y.shape.join(',')}]`);
  }
  if (!isDict(classWeight) && !Array.isArray(classWeight)) {
    throw new HebbError('ERR_ARGUMENT', `${op}: classWeight is an object of weights by class, got ${valueText(classWeight)}`);
  }
  const classes = Object.entries(classWeight).map(([key, weight]): [number, number] => {
    const label = Number(key);
    if (!Number.isSafeInteger(label) || label < 0 || label >= count) {
      const classes = count < Infinity ? `0 to ${count - 1}` : 'whole numbers >= 0';
      throw new HebbError('ERR_ARGUMENT', `${op}: classWeight has a key that is no class, '${key}'; the classes are ${classes}`);
    }
    if (!Number.isFinite(weight)) throw new HebbError('ERR_ARGUMENT', `${op}: the classWeight of ${key} is a number, got ${weight}`);
    return [label, weight];
  });
  const labels = oneHot ? argmax(y, -1) : cast(reshape(y, [rows]), 'int32');
  const table = new Array<number>(Math.max(max(labels).item(), ...classes.map(([label]) => label)) + 1).fill(1);
  for (const [label, weight] of classes) table[label] = weight;
  return gather(tensor(table), labels);
}

/** What sampleWeight gives each of the outputs; undefined when one array serves all. @throws ERR_ARGUMENT for other outputs than there are */
function perOutput(op: string, names: readonly string[], given: SampleWeight): readonly (TensorLike | null | undefined)[] | undefined {
  if (isDict(given)) {
    const unknown = Object.keys(given).find((name) => !names.includes(name));
    if (unknown !== undefined) throw new HebbError('ERR_ARGUMENT', `${op}: sampleWeight has '${unknown}', the outputs are ${names.join(', ')}`);
    return names.map((name) => given[name]);
  }
  if (names.length === 1 || !Array.isArray(given) || given.every((weight) => typeof weight === 'number')) return undefined;
  if (given.length !== names.length) {
    throw new HebbError('ERR_ARGUMENT', `${op}: sampleWeight has ${given.length} entries for ${names.length} outputs, ${names.join(', ')}`);
  }
  return given as readonly (TensorLike | null | undefined)[];
}

/**
 * The weight of each row for each of the outputs, [rows] each; empty without any.
 *
 * @param names of the outputs that are trained, whose targets are y
 * @param classes tells how many there are, if it matters; Infinity where neither outputs nor loss say so
 * @throws ERR_ARGUMENT, ERR_SHAPE
 */
export function rowWeights(
  op: string, names: readonly string[], y: readonly Tensor[], { sampleWeight, classWeight }: WeightOptions, classes: () => number,
): readonly Tensor[] {
  if (classWeight !== undefined) {
    if (sampleWeight !== undefined) throw new HebbError('ERR_ARGUMENT', `${op}: classWeight and sampleWeight cannot be combined`);
    const [targets] = y;
    if (targets === undefined || y.length > 1) throw new HebbError('ERR_ARGUMENT', `${op}: classWeight is for one output, there are ${y.length}`);
    return [scope(() => classWeights(op, targets, classWeight, classes()))];
  }
  if (sampleWeight === undefined) return [];
  const rows = y[0]?.shape[0] ?? 0;
  const several = perOutput(op, names, sampleWeight);
  if (several === undefined) {
    const weights = scope(() => sampleWeights(op, 'sampleWeight', rows, sampleWeight as TensorLike));
    return names.map(() => weights);
  }
  return several.map((weights, i) => (weights == null ? ones([rows]) : scope(() => sampleWeights(op, `sampleWeight of ${names[i] ?? ''}`, rows, weights))));
}

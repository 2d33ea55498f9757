import { HebbError } from '../errors.js';
import { argmax } from '../ops/index.js';
import type { TensorLike } from '../tensor.js';
import { toRows } from '../train/rows.js';

/**
 * Class numbers [n] from class numbers, from one output per row (bool, or a float above the threshold: class 1), or
 * from an output per class [n, classes], whose greatest counts.
 *
 * @throws ERR_SHAPE for another shape, ERR_ARGUMENT for a number that is no class
 */
export function classesOf(op: string, name: string, values: TensorLike, threshold?: number): Int32Array {
  const x = toRows(op, name, values);
  if (x.rank === 2 && x.shape[1]! > 1) return Int32Array.from(argmax(x, 1).dataSync());
  if (x.rank !== 1 && x.shape.join() !== `${x.shape[0] ?? 0},1`) {
    throw new HebbError('ERR_SHAPE', `${op}: ${name} is [rows], [rows,1] or [rows,classes], got [${x.shape.join(',')}]`);
  }
  const data = x.dataSync();
  const float = x.dtype === 'float32' || x.dtype === 'float64';
  const classes = threshold !== undefined && float ? Array.from(data, (value) => (value > threshold ? 1 : 0)) : Array.from(data);
  const wrong = classes.find((label) => !Number.isSafeInteger(label) || label < 0);
  if (wrong !== undefined) throw new HebbError('ERR_ARGUMENT', `${op}: ${name} holds classes, whole numbers >= 0, got ${wrong}`);
  return Int32Array.from(classes);
}

/** How many classes there are, at least as many as names. @throws ERR_ARGUMENT when a class has no name */
export function countClasses(op: string, names: readonly string[] | undefined, ...lists: readonly Int32Array[]): number {
  const count = Math.max(names?.length ?? 1, ...lists.map((list) => list.reduce((most, label) => Math.max(most, label + 1), 0)));
  if (names !== undefined && names.length < count) {
    throw new HebbError('ERR_ARGUMENT', `${op}: there are ${names.length} names for classes up to ${count - 1}`);
  }
  return count;
}

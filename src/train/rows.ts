import { deviceIndex, getDevice } from '../device.js';
import { HebbError } from '../errors.js';
import { to, toTensor } from '../ops/index.js';
import { valueText } from '../options.js';
import { Tensor, type TensorLike } from '../tensor.js';

/** Rows to train or test on. */
export interface Rows {
  /** Of each input [rows, ...]. */
  readonly x: readonly Tensor[];
  /** Of each output that is trained [rows, ...]. */
  readonly y: readonly Tensor[];
  /** Of each output that is trained [rows]; empty when every row counts 1. */
  readonly weights: readonly Tensor[];
}

/** Data given to a method as a tensor of at least one dimension on the default device. @throws ERR_SHAPE, ERR_DISPOSED naming method and argument */
export function asTensor(op: string, name: string, x: TensorLike): Tensor {
  const rows = toRows(op, name, x);
  if (rows.rank === 0) throw new HebbError('ERR_SHAPE', `${op}: ${name} holds rows, got a single number`);
  return rows.block.device === deviceIndex() ? rows : to(rows, getDevice());
}

/** The tensors of some rows. */
export function tensorsOf({ x, y, weights }: Rows): readonly Tensor[] {
  return [...x, ...y, ...weights];
}

/** The tensors in what was given for inputs, targets or weights: one, several in order, or by name. */
export function tensorsIn(...given: readonly unknown[]): Tensor[] {
  return given.flatMap((part) => {
    if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return [];
    const parts: unknown[] = part instanceof Tensor ? [part] : Object.values(part);
    return parts.filter((x): x is Tensor => x instanceof Tensor);
  });
}

/** Frees the tensors of rows that were made of what was given, and are not it. */
export function freeMade(rows: readonly Rows[], ...given: readonly unknown[]): void {
  const others = new Set(tensorsIn(...given));
  for (const x of rows.flatMap(tensorsOf)) if (!others.has(x)) x.dispose();
}

/** The first value in nested arrays. */
function firstOf(x: unknown): unknown {
  return Array.isArray(x) ? firstOf(x[0]) : x;
}

/** Data given to a method as a tensor. @throws ERR_DISPOSED; ERR_ARGUMENT naming what `make` cannot make a tensor of */
export function toRows(op: string, name: string, x: TensorLike | undefined, make: (x: TensorLike) => Tensor = toTensor): Tensor {
  if (x === undefined) throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is missing, got undefined`);
  try {
    const rows = make(x);
    if (!rows.isDisposed) return rows;
  } catch (error) {
    if (!(error instanceof HebbError)) throw error;
    const hint = typeof firstOf(x) === 'string' ? '; number the texts, as classes from 0 on' : '';
    throw new HebbError(error.code, `${op}: ${name}: ${error.message}${hint}`, { cause: error });
  }
  throw new HebbError('ERR_DISPOSED', `${op}: ${name} was disposed, its values are gone`);
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

/** A whole number of at least `least`. @throws ERR_ARGUMENT naming the option and the value */
export function wholeNumber(op: string, name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is a whole number >= ${least}, got ${valueText(value)}`);
  }
  return value;
}

import { HebbError } from '../errors.js';
import { SymbolicTensor } from '../layers/symbolic.js';
import { Tensor, type Shape, type TensorLike } from '../tensor.js';
import { asTensor } from '../train/rows.js';

/** One of something, several in order, or several by name. */
export type Structured<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** The tensors that a model takes or answers. */
export type Tensors = Structured<Tensor>;

/** Rows as methods take them: one array; for a model of several inputs or outputs one for each, in order or by name. */
export type Data = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>;

/** How a model takes its inputs or answers its outputs, and their names. */
export interface Structure {
  readonly kind: 'one' | 'list' | 'dict';
  readonly names: readonly string[];
}

/** Whether a value holds others by name. */
export function isDict(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]' && !(value instanceof Tensor);
}

/** The structure of a value; `name` is the name of one, or begins those of a list. */
export function structureOf(value: unknown, name: string): Structure {
  if (Array.isArray(value)) return { kind: 'list', names: value.map((_, i) => `${name}_${i}`) };
  if (isDict(value)) return { kind: 'dict', names: Object.keys(value) };
  return { kind: 'one', names: [name] };
}

/** How a model of one's own takes what is given to it first; an array of plain numbers is one input. */
export function givenStructure(x: unknown, otherwise: Structure): Structure {
  const several = Array.isArray(x) && x.length > 0 && x.every((part) => part instanceof Tensor || part instanceof SymbolicTensor);
  return x instanceof SymbolicTensor || (Array.isArray(x) && !several) ? otherwise : structureOf(x, 'input');
}

/** Values in order put into a structure. */
export function pack<T>({ kind, names }: Structure, values: readonly T[]): Structured<T> {
  if (kind === 'list') return values;
  if (kind === 'dict') return Object.fromEntries(values.map((value, i) => [names[i] ?? '', value]));
  return values[0] as T;
}

/** The values of a structure in order: of a dict in the order of the names. */
export function unpack<T extends object>(value: Structured<T>, names: readonly string[]): readonly T[] {
  if (Array.isArray(value)) return value as readonly T[];
  if (value instanceof Tensor || !isDict(value)) return [value as T];
  return names.map((name) => value[name] as T);
}

/**
 * Data given for inputs or outputs of these names, as tensors in order.
 *
 * @throws ERR_ARGUMENT for a missing or unknown name or another number of arrays, ERR_SHAPE for a single number
 */
export function bind(op: string, what: string, names: readonly string[], data: Data): Tensor[] {
  if (isDict(data)) {
    const unknown = Object.keys(data).find((name) => !names.includes(name));
    const missing = names.find((name) => !Object.hasOwn(data, name));
    const wrong = missing ?? unknown;
    if (wrong !== undefined) {
      throw new HebbError('ERR_ARGUMENT', `${op}: ${what} ${missing === undefined ? 'has an unknown' : 'lacks'} '${wrong}'; there are ${names.join(', ')}`);
    }
    return names.map((name) => asTensor(op, `${what}.${name}`, data[name] as TensorLike));
  }
  if (names.length === 1) {
    const one = Array.isArray(data) && data.length === 1 && (data[0] instanceof Tensor || ArrayBuffer.isView(data[0])) ? data[0] : data;
    return [asTensor(op, what, one as TensorLike)];
  }
  if (!Array.isArray(data) || data.length !== names.length) {
    const given = Array.isArray(data) ? `${data.length} arrays` : `one ${data instanceof Tensor ? 'tensor' : typeof data}`;
    throw new HebbError('ERR_ARGUMENT', `${op}: ${what} is an array of ${names.length}, or has names: ${names.join(', ')}; got ${given}`);
  }
  return (data as readonly TensorLike[]).map((x, i) => asTensor(op, `${what}[${i}]`, x));
}

/** Checks the shapes of inputs. @throws ERR_SHAPE naming the layer, ERR_ARGUMENT for another number of them */
export function checkShapes(
  op: string, model: string, expected: readonly Shape[], given: readonly Shape[], rows: number | '*', layer: (input: number) => string,
): void {
  if (expected.length > 0 && given.length !== expected.length) {
    throw new HebbError('ERR_ARGUMENT', `${op}: ${model} takes ${expected.length} inputs, got ${given.length}`);
  }
  for (const [i, shape] of expected.entries()) {
    const other = given[i] ?? [];
    if (other.length === shape.length && shape.every((dim, axis) => dim === other[axis])) continue;
    const size = other.reduce((product, dim) => product * dim, 1);
    const hint = shape.length === 1 && size === shape[0] ? '; add flatten() before it' : '';
    throw new HebbError('ERR_SHAPE', `${op}: ${layer(i)}: expected input [*,${shape.join(',')}], got [${[rows, ...other].join(',')}]${hint}`);
  }
}

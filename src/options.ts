import { HebbError } from './errors.js';

/** A value as an error message names it. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return `an array, [${value.map(String).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? `'${value}'` : typeof value === 'function' ? 'a function' : String(value);
}

/** The options, an object. @throws ERR_ARGUMENT naming what was given instead */
export function checkOptions<O>(op: string, options: O): O {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options;
  throw new HebbError('ERR_ARGUMENT', `${op}: options are an object of names and values, got ${valueText(options)}`);
}

/** Checks that an argument is a function. @throws ERR_ARGUMENT naming what was given instead */
export function checkFunction(op: string, f: unknown): void {
  if (typeof f !== 'function') throw new HebbError('ERR_ARGUMENT', `${op}: expected a function, got ${valueText(f)}`);
}

/** Checks that an argument is the path of a file or folder. @throws ERR_ARGUMENT naming what was given instead */
export function checkPath(op: string, name: string, path: unknown, of = 'a file'): void {
  if (typeof path !== 'string' || path === '') throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is the path of ${of}, got ${valueText(path)}`);
}

/** Checks that an argument is the shape of one row. @throws ERR_SHAPE naming what was given instead */
export function checkRowShape(op: string, name: string, shape: unknown): void {
  if (Array.isArray(shape) && shape.every((dim) => Number.isSafeInteger(dim) && dim > 0)) return;
  const given = Array.isArray(shape) ? `[${shape.map(String).join(',')}]` : valueText(shape);
  throw new HebbError('ERR_SHAPE', `${op}: ${name} is an array of whole numbers >= 1, without the batch, got ${given}`);
}

/** @throws ERR_ARGUMENT unless an option is missing or the signal of an AbortController */
export function checkSignal(op: string, signal: unknown): void {
  if (signal === undefined || (typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal)) return;
  throw new HebbError('ERR_ARGUMENT', `${op}: signal is an AbortSignal, got ${valueText(signal)}`);
}

/** Checks that an argument is an array. @throws ERR_ARGUMENT saying what it is an array of, and what was given */
export function checkList(op: string, name: string, list: unknown, of: string): void {
  if (!Array.isArray(list)) throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is an array of ${of}, got ${valueText(list)}`);
}

const kinds: Readonly<Record<string, string>> = {
  array: 'an array', boolean: 'true or false', function: 'a function', number: 'a number', string: 'a text',
};

/** What an option without a default is: truth value, number, text, function or array. */
type Kind = BooleanConstructor | NumberConstructor | StringConstructor | FunctionConstructor | ArrayConstructor;

/** Checks that a value is of a kind, or of that of a default. @throws ERR_ARGUMENT naming the option and the value */
function checkKind(op: string, name: string, value: unknown, like: unknown): void {
  const kind = typeof like === 'function' ? like.name.toLowerCase() : typeof like;
  const given = Array.isArray(value) ? 'array' : typeof value;
  if (kinds[kind] === undefined || (given === kind && !Number.isNaN(value))) return;
  throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is ${kinds[kind]}, got ${valueText(value)}`);
}

/** Checks the options that are given against their kinds. @throws ERR_ARGUMENT naming the option and the value */
export function checkKinds<O extends object>(op: string, options: O, known: { readonly [K in keyof O]?: Kind }): void {
  for (const [name, kind] of Object.entries(known)) {
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined) checkKind(op, name, value, kind);
  }
}

/** True or false. @throws ERR_ARGUMENT naming the option and the value */
export function flag(op: string, name: string, value: unknown): boolean {
  checkKind(op, name, value, true);
  return value as boolean;
}

/** @throws ERR_ARGUMENT unless a seed is a whole number */
export function checkSeed(op: string, seed: unknown): void {
  if (!Number.isSafeInteger(seed)) throw new HebbError('ERR_ARGUMENT', `${op}: the seed is a whole number, got ${valueText(seed)}`);
}

/** Options that are all there: one without a default may still be undefined. */
type Complete<O, D> = { readonly [K in keyof Required<O>]: K extends keyof D ? (D[K] extends undefined | Kind ? O[K] : Exclude<O[K], undefined>) : never };

/**
 * Options with the defaults of those that are missing or undefined; what has a default is of its kind. `defaults` names all
 * options there are, and of one without a default its kind, or undefined where it is to be checked otherwise.
 *
 * @throws ERR_ARGUMENT for what is no object, for another name and for a value of another kind
 */
export function withDefaults<O extends object, D extends { readonly [K in keyof Required<O>]: unknown }>(op: string, options: O, defaults: D): Complete<O, D> {
  checkNames(op, options, Object.keys(defaults));
  const entries = Object.entries(defaults).map(([name, standard]) => {
    const value: unknown = Reflect.get(options, name);
    if (value === undefined) return [name, typeof standard === 'function' ? undefined : standard];
    checkKind(op, name, value, standard);
    return [name, value];
  });
  return Object.fromEntries(entries) as Complete<O, D>;
}

/** Checks that an object of options has no other names, a slip of the pen that would else go unseen. @throws ERR_ARGUMENT */
export function checkNames(op: string, options: object, known: readonly string[]): void {
  checkOptions(op, options);
  // An empty object costs next to nothing this way: ops are called with one a million times a second.
  for (const name in options) {
    if (!known.includes(name)) throw new HebbError('ERR_ARGUMENT', `${op}: there is no option '${name}'; there are ${known.join(', ')}`);
  }
}

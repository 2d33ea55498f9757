import { HebbError } from './errors.js';

/** A value as an error message names it. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return `an array, [${value.map(String).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? `'${value}'` : typeof value === 'function' ? 'a function' : String(value);
}

/** Checks that options are an object. @throws ERR_ARGUMENT naming what was given */
export function checkOptions(op: string, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new HebbError('ERR_ARGUMENT', `${op}: options are an object of names and values, got ${valueText(options)}`);
}

/** Checks that an argument is a function. @throws ERR_ARGUMENT naming what was given instead */
export function checkFunction(op: string, f: unknown): void {
  if (typeof f !== 'function') throw new HebbError('ERR_ARGUMENT', `${op}: expected a function, got ${valueText(f)}`);
}

/** Checks that an argument is an array. @throws ERR_ARGUMENT saying what it is an array of, and what was given */
export function checkList(op: string, name: string, list: unknown, of: string): void {
  if (!Array.isArray(list)) throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is an array of ${of}, got ${valueText(list)}`);
}

/** What was made of options, if its configuration holds all of them. @throws ERR_ARGUMENT naming the one it does not hold */
export function madeOf<T extends { readonly name: string; readonly config: object }>(made: T, options: object): T {
  checkNames(made.name, options, Object.keys(made.config));
  return made;
}

/** Checks that an object of options has no other names, a slip of the pen that would else go unseen. @throws ERR_ARGUMENT */
export function checkNames(op: string, options: object, known: readonly string[]): void {
  checkOptions(op, options);
  // An empty object costs next to nothing this way: ops are called with one a million times a second.
  for (const name in options) {
    if (!known.includes(name)) throw new HebbError('ERR_ARGUMENT', `${op}: there is no option '${name}'; there are ${known.join(', ')}`);
  }
}

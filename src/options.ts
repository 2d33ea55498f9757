import { HebbError } from './errors.js';

/** Checks that options are an object. @throws ERR_ARGUMENT naming what was given */
export function checkOptions(op: string, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  const given = Array.isArray(options) ? `an array, [${options.map(String).join(', ')}]` : typeof options === 'string' ? `'${options}'` : String(options);
  throw new HebbError('ERR_ARGUMENT', `${op}: options are an object of names and values, got ${given}`);
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

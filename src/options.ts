import { HebbError } from './errors.js';

/** Checks that options are an object. @throws ERR_ARGUMENT naming what was given */
export function checkOptions(op: string, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  const given = Array.isArray(options) ? `an array, [${options.map(String).join(', ')}]` : typeof options === 'string' ? `'${options}'` : String(options);
  throw new HebbError('ERR_ARGUMENT', `${op}: options are an object of names and values, got ${given}`);
}

/** Checks that an object of options has no other names, a slip of the pen that would else go unseen. @throws ERR_ARGUMENT */
export function checkNames(op: string, options: object, known: readonly string[]): void {
  checkOptions(op, options);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new HebbError('ERR_ARGUMENT', `${op}: there is no option '${name}'; there are ${known.join(', ')}`);
  }
}

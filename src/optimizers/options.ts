import { HebbError } from '../errors.js';
import { checkNames, checkOptions, valueText } from '../options.js';
import type { Optimizer } from './optimizer.js';

function option(op: string, name: string, value: unknown, what: string, fits: (value: number) => boolean): number {
  if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return value;
  throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is ${what}, got ${valueText(value)}`);
}

/** A number in [0, 1). @throws ERR_ARGUMENT naming the option and the value, as all of these */
export function share(op: string, name: string, value: unknown): number {
  return option(op, name, value, 'in [0, 1)', (x) => x >= 0 && x < 1);
}

/** A number >= 0; `what` says so in the error. @throws ERR_ARGUMENT */
export function notNegative(op: string, name: string, value: unknown, what = 'a number >= 0'): number {
  return option(op, name, value, what, (x) => x >= 0);
}

/** A number > 0. @throws ERR_ARGUMENT */
export function positive(op: string, name: string, value: unknown): number {
  return option(op, name, value, 'a number > 0', (x) => x > 0);
}

/** A number <= 0. @throws ERR_ARGUMENT */
export function notPositive(op: string, name: string, value: unknown): number {
  return option(op, name, value, 'a number <= 0', (x) => x <= 0);
}

/** A number between two bounds. @throws ERR_ARGUMENT */
export function between(op: string, name: string, value: unknown, low: number, high: number): number {
  return option(op, name, value, `in [${low}, ${high}]`, (x) => x >= low && x <= high);
}

/** The optimiser that is made of options, if it knows every one of them. @throws ERR_ARGUMENT naming the one it does not know */
export function known<O extends object>(kind: string, options: O, make: (options: O) => Optimizer): Optimizer {
  const optimizer = make(checkOptions(kind, options));
  checkNames(kind, options, Object.keys(optimizer.getConfig()));
  return optimizer;
}

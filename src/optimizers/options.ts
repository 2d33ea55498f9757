import { HebbError } from '../errors.js';
import { checkNames } from '../options.js';
import type { Optimizer } from './optimizer.js';

function option(op: string, name: string, value: unknown, what: string, fits: (value: number) => boolean): number {
  if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return value;
  throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is ${what}, got ${String(value)}`);
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

/** True or false. @throws ERR_ARGUMENT */
export function flag(op: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is true or false, got ${String(value)}`);
}

/** The optimiser, if it knows every option that it was given. @throws ERR_ARGUMENT naming the one it does not know */
export function known(optimizer: Optimizer, options: object): Optimizer {
  checkNames(optimizer.kind, options, Object.keys(optimizer.getConfig()));
  return optimizer;
}

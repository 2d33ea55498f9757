import { HebbError } from '../errors.js';

/** From a number in [0, 1), drawn uniformly, to a value of a distribution. */
export type Distribution<T = unknown> = (uniform: number) => T;

function check(name: string, holds: boolean, low: number, high: number, allowed: string): void {
  if (!holds) throw new HebbError('ERR_ARGUMENT', `distributions.${name}: the bounds are ${allowed}, got ${low} and ${high}`);
}

/**
 * Numbers from `low` to below `high`, all equally likely.
 *
 * @throws ERR_ARGUMENT unless low < high
 * @example
 * distributions.uniform(2, 4)(0.25); // 2.5
 */
export function uniform(low: number, high: number): Distribution<number> {
  check('uniform', low < high && Number.isFinite(high - low), low, high, 'finite numbers, the smaller first');
  return (u) => low + u * (high - low);
}

/**
 * Numbers from `low` to below `high` whose logarithms are all equally likely: for learning rates and penalties.
 *
 * @throws ERR_ARGUMENT unless 0 < low < high
 * @example
 * distributions.logUniform(1, 100)(0.5); // 10
 */
export function logUniform(low: number, high: number): Distribution<number> {
  check('logUniform', low > 0 && low < high && high < Infinity, low, high, 'finite numbers above 0, the smaller first');
  return (u) => low * (high / low) ** u;
}

/**
 * Whole numbers from `low` to `high`, both included, all equally likely.
 *
 * @throws ERR_ARGUMENT unless both are whole and low <= high
 * @example
 * distributions.integers(1, 6)(0.99); // 6
 */
export function integers(low: number, high: number): Distribution<number> {
  check('integers', Number.isSafeInteger(low) && Number.isSafeInteger(high) && low <= high, low, high, 'whole numbers, the smaller first');
  return (u) => low + Math.floor(u * (high - low + 1));
}

import { binary, equal, mul, sub, type BinaryOp } from './binary.js';
import { log } from './unary.js';
import { where } from './where.js';

/**
 * a to the power b, element by element, broadcast. Integers stay integers.
 * Gradients: b a^(b-1), which is 0 for b = 0, and a^b log a, which is 0 for a = 0 and b >= 0.
 *
 * @example
 * pow([1, 2, 3], 2).toArray(); // [1, 4, 9]
 */
export const pow: BinaryOp = binary('pow', (dy, a, b, y) => [
  () => mul(dy, mul(b, pow(a, sub(where(equal(b, 0), 1, b), 1)))),
  () => mul(dy, mul(y, log(where(equal(a, 0), 1, a)))),
]);

/**
 * The quotient rounded down, as Python's `//`. No gradient (0 everywhere).
 *
 * @example
 * floorDiv([7, -7], 2).toArray(); // [3, -4]
 */
export const floorDiv: BinaryOp = binary('floorDiv');

/**
 * The remainder with the sign of the divisor, as Python's `%`.
 *
 * @example
 * mod([7, -7], 3).toArray(); // [1, 2]
 */
export const mod: BinaryOp = binary('mod', (dy, a, b) => [() => dy, () => mul(mul(dy, -1), floorDiv(a, b))]);

import type { Tensor } from '../tensor.js';
import { cast, sumTo } from './copy.js';

/** A gradient summed to the shape and cast to the type of the operand that was broadcast. */
export function fit(gradient: Tensor | null, operand: Tensor): Tensor | null {
  if (gradient === null) return null;
  const sum = sumTo(gradient, operand.shape);
  return sum.dtype === operand.dtype ? sum : cast(sum, operand.dtype);
}

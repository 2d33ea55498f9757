import { addInPlace, mul, sub } from '../ops/index.js';
import type { Tensor } from '../tensor.js';

/** m = decay m + (1 - decay) x, in place, as Keras computes it: m += (x - m) (1 - decay). */
export function moveMean(m: Tensor, x: Tensor, decay: number): void {
  addInPlace(m, mul(sub(x, m), 1 - decay));
}

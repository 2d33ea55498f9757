import { add, assign, hardShrink, mul, sub } from '../ops/index.js';
import type { Tensor } from '../tensor.js';

/** The largest number that is denormal, of each type of a parameter. */
const largestDenormal = { float32: 2 ** -126 - 2 ** -149, float64: 2 ** -1022 - 2 ** -1074 };

/** What a slot that fades without gradients keeps of x: zero where x is denormal, as in native/ops/optimizer.cpu.h. */
export function kept(x: Tensor): Tensor {
  return hardShrink(x, largestDenormal[x.dtype === 'float64' ? 'float64' : 'float32']);
}

/** m = decay m + (1 - decay) x, in place, as Keras computes it: m += (x - m) (1 - decay). */
export function moveMean(m: Tensor, x: Tensor, decay: number): void {
  assign(m, kept(add(m, mul(sub(x, m), 1 - decay))));
}

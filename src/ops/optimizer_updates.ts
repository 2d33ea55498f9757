import { nativeOp, type NativeArgument } from '../native.js';
import type { Tensor } from '../tensor.js';

const sgdNative = nativeOp('sgdUpdate');
const momentumNative = nativeOp('momentumUpdate');
const adamNative = nativeOp('adamUpdate');
const rmspropNative = nativeOp('rmspropUpdate');

/** The three values as which a tensor travels. */
function triple(x: Tensor): NativeArgument[] {
  return [x.bytes, x.offset, x.layout.id];
}

/** w -= rate * g, in place; rate is a rank-0 tensor. */
export function sgdUpdate(w: Tensor, g: Tensor, rate: Tensor): void {
  sgdNative(...triple(w), ...triple(g), ...triple(rate));
}

/** v = momentum v - rate g; w += v, or with nesterov w += momentum v - rate g; in place. */
export function momentumUpdate(w: Tensor, v: Tensor, g: Tensor, rate: Tensor, momentum: number, nesterov: boolean): void {
  momentumNative(...triple(w), ...triple(v), ...triple(g), ...triple(rate), momentum, nesterov);
}

/** Adam's step in place; `step` counts from 1; `vhat` is the largest v so far, for amsgrad. */
export function adamUpdate(
  w: Tensor,
  m: Tensor,
  v: Tensor,
  g: Tensor,
  rate: Tensor,
  step: Tensor,
  beta1: number,
  beta2: number,
  epsilon: number,
  vhat?: Tensor,
): void {
  const tensors = [w, m, v, g, rate, step].flatMap(triple);
  adamNative(...tensors, beta1, beta2, epsilon, vhat === undefined ? [] : triple(vhat));
}

/** RMSprop's step in place; `velocity` with momentum, `average` when centered. */
export function rmspropUpdate(
  w: Tensor,
  meanSquare: Tensor,
  g: Tensor,
  rate: Tensor,
  rho: number,
  momentum: number,
  epsilon: number,
  velocity?: Tensor,
  average?: Tensor,
): void {
  const extra = [velocity, average].flatMap((x) => (x === undefined ? [] : triple(x)));
  rmspropNative(...[w, meanSquare, g, rate].flatMap(triple), rho, momentum, epsilon, average !== undefined, extra);
}

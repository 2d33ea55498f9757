import { HebbError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { transpose } from './copy.js';

/** Runs f with `axis` as the last dimension. @throws ERR_ARGUMENT for an axis out of range */
export function overAxis(op: string, x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  const last = x.rank - 1;
  const at = axis < 0 ? axis + x.rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at > last) {
    throw new HebbError('ERR_ARGUMENT', `${op}: axis ${axis} is out of range for a tensor of rank ${x.rank}`);
  }
  if (at === last) return f(x);
  const order = x.shape.map((_, i) => i);
  [order[at], order[last]] = [last, at];
  return transpose(f(transpose(x, order)), order);
}

import type { Tensor } from '../tensor.js';

/** Which probabilities came from which logits, so that a cross entropy can be computed from the logits. */
const sources = new WeakMap<Tensor, { logits: Tensor; kind: 'softmax' | 'sigmoid' }>();

/** Remembers that `y` is the softmax (over the last axis) or sigmoid of `logits`. */
export function rememberLogits(y: Tensor, logits: Tensor, kind: 'softmax' | 'sigmoid'): Tensor {
  sources.set(y, { logits, kind });
  return y;
}

/** The logits whose softmax or sigmoid `y` is, if that is known. */
export function logitsOf(y: Tensor, kind: 'softmax' | 'sigmoid'): Tensor | undefined {
  const source = sources.get(y);
  return source?.kind === kind ? source.logits : undefined;
}

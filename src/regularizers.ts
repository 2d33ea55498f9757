import { HebbError } from './errors.js';
import { abs, add, mul, square, sum} from './ops/index.js';
import type { Tensor } from './tensor.js';

/** A penalty on a weight, added to the loss. */
export interface Regularizer {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** A scalar made from the weight. */
  call(w: Tensor): Tensor;
}

/** What a layer takes where it wants a regulariser. */
export type RegularizerLike = string | Regularizer;

function rate(regularizer: string, value: number): number {
  if (value >= 0 && Number.isFinite(value)) return value;
  throw new HebbError('ERR_ARGUMENT', `${regularizer}: the factor is a number >= 0, got ${value}`);
}

/** l1 * sum(|w|) + l2 * sum(w^2). @param options l1 and l2, 0.01 by default @throws ERR_ARGUMENT for negative factors */
export function l1l2(options: { l1?: number; l2?: number } = {}): Regularizer {
  const factors = { l1: rate('l1l2', options.l1 ?? 0.01), l2: rate('l1l2', options.l2 ?? 0.01) };
  return {
    name: 'l1l2',
    config: factors,
    call: (w) => add(mul(sum(abs(w)), factors.l1), mul(sum(square(w)), factors.l2)),
  };
}

/** l1 * sum(|w|): drives weights to 0. @param factor 0.01 by default @throws ERR_ARGUMENT for a negative factor */
export function l1(factor: number | { l1?: number } = 0.01): Regularizer {
  const l1 = rate('l1', typeof factor === 'number' ? factor : (factor.l1 ?? 0.01));
  return { name: 'l1', config: { l1 }, call: (w) => mul(sum(abs(w)), l1) };
}

/** l2 * sum(w^2): keeps weights small. @param factor 0.01 by default @throws ERR_ARGUMENT for a negative factor */
export function l2(factor: number | { l2?: number } = 0.01): Regularizer {
  const l2 = rate('l2', typeof factor === 'number' ? factor : (factor.l2 ?? 0.01));
  return { name: 'l2', config: { l2 }, call: (w) => mul(sum(square(w)), l2) };
}

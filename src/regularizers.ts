import { HebbError } from './errors.js';
import { abs, add, mul, square, sum } from './ops/index.js';
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

/** l1 * sum(|w|) + l2 * sum(w^2). */
export function l1l2({ l1 = 0.01, l2 = 0.01 }: { l1?: number; l2?: number } = {}): Regularizer {
  return { name: 'l1l2', config: { l1, l2 }, call: (w) => add(mul(sum(abs(w)), l1), mul(sum(square(w)), l2)) };
}

/** l1 * sum(|w|). */
export function l1(rate = 0.01): Regularizer {
  return { ...l1l2({ l1: rate, l2: 0 }), call: (w) => mul(sum(abs(w)), rate) };
}

/** l2 * sum(w^2). */
export function l2(rate = 0.01): Regularizer {
  return { ...l1l2({ l1: 0, l2: rate }), call: (w) => mul(sum(square(w)), rate) };
}

const byName: Readonly<Record<string, (config?: { l1?: number; l2?: number }) => Regularizer>> = {
  l1: () => l1(),
  l2: () => l2(),
  l1l2,
};

/** The regulariser of a name (with a saved configuration), or none. @throws ERR_ARGUMENT for an unknown name. */
export function getRegularizer(value?: RegularizerLike, config?: Readonly<Record<string, unknown>>): Regularizer | undefined {
  if (typeof value !== 'string') return value;
  const make = byName[value];
  if (make === undefined) {
    throw new HebbError('ERR_ARGUMENT', `regularizer: expected one of ${Object.keys(byName).join(', ')}, got '${value}'`);
  }
  return make(config);
}

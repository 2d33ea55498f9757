import { HebbError } from './errors.js';
import { abs, add, eye, matmul, maximum, mul, rsqrt, square, sub, sum, transpose } from './ops/index.js';
import { withDefaults } from './options.js';
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
  const factors = withDefaults('l1l2', options, { l1: 0.01, l2: 0.01 });
  for (const factor of Object.values(factors)) rate('l1l2', factor);
  return {
    name: 'l1l2',
    config: factors,
    call: (w) => add(mul(sum(abs(w)), factors.l1), mul(sum(square(w)), factors.l2)),
  };
}

/** l1 * sum(|w|): drives weights to 0. @param factor 0.01 by default @throws ERR_ARGUMENT for a negative factor */
export function l1(factor: number | { l1?: number } = 0.01): Regularizer {
  const l1 = rate('l1', typeof factor === 'number' ? factor : withDefaults('l1', factor, { l1: 0.01 }).l1);
  return { name: 'l1', config: { l1 }, call: (w) => mul(sum(abs(w)), l1) };
}

/** l2 * sum(w^2): keeps weights small. @param factor 0.01 by default @throws ERR_ARGUMENT for a negative factor */
export function l2(factor: number | { l2?: number } = 0.01): Regularizer {
  const l2 = rate('l2', typeof factor === 'number' ? factor : withDefaults('l2', factor, { l2: 0.01 }).l2);
  return { name: 'l2', config: { l2 }, call: (w) => mul(sum(square(w)), l2) };
}

/** Options of orthogonal(). */
export interface OrthogonalOptions {
  /** Factor of the penalty; 0.01 by default. */
  factor?: number;
  /** Whether the rows (default) or the columns of the weight are to be orthogonal. */
  mode?: 'rows' | 'columns';
}

/**
 * The mean size of the cosines between the rows, or columns, of a matrix times `factor`: drives them to right angles.
 *
 * @throws ERR_ARGUMENT for a negative factor or unknown mode; when called, ERR_SHAPE unless the weight is a matrix
 */
export function orthogonal(options: OrthogonalOptions = {}): Regularizer {
  const { factor, mode } = withDefaults('orthogonal', options, { factor: 0.01, mode: 'rows' });
  rate('orthogonal', factor);
  if (!['rows', 'columns'].includes(mode)) throw new HebbError('ERR_ARGUMENT', `orthogonal: mode is rows or columns, got '${mode}'`);
  return {
    name: 'orthogonal',
    config: { factor, mode },
    call: (w) => {
      if (w.rank !== 2) throw new HebbError('ERR_SHAPE', `orthogonal: needs a matrix, got [${w.shape.join(',')}]`);
      const x = mode === 'rows' ? w : transpose(w);
      const unit = mul(x, rsqrt(maximum(sum(square(x), 1, true), 1e-14)));
      const size = x.shape[0] ?? 1;
      const cosines = mul(matmul(unit, transpose(unit)), sub(1, eye(size, size, { dtype: w.dtype })));
      return mul(sum(abs(cosines)), factor / (size * (size - 1)));
    },
  };
}

import { HebbError } from '../errors.js';
import { tensor } from '../ops/create.js';
import { scope } from '../scope.js';
import { Tensor, type TensorLike } from '../tensor.js';
import { toRows } from '../train/rows.js';

/** Numbers to predict, row by row. */
export interface Targets {
  values: Float64Array;
  rows: number;
  columns: number;
}

/** @throws ERR_SHAPE unless y is finite numbers [rows] or [rows, outputs] */
export function readTargets(op: string, y: TensorLike): Targets {
  return scope(() => {
    const targets = toRows(op, 'y', y, (given) => (given instanceof Tensor ? given : tensor(given, { dtype: 'float64' })));
    const values = Float64Array.from(targets.dataSync());
    if ((targets.rank !== 1 && targets.rank !== 2) || !values.every(Number.isFinite)) {
      throw new HebbError('ERR_SHAPE', `${op}: y is finite numbers [rows] or [rows,outputs], got [${targets.shape.join(',')}]`);
    }
    return { values, rows: targets.shape[0] ?? 0, columns: targets.shape[1] ?? 1 };
  });
}

/** R2 = 1 - sum (y - p)^2 / sum (y - mean)^2, each row counted by its weight, the mean over columns. @throws ERR_SHAPE for another number of predictions */
export function determination(op: string, found: ArrayLike<number>, { values, rows, columns }: Targets, weights?: ArrayLike<number>): number {
  if (values.length !== found.length) {
    throw new HebbError('ERR_SHAPE', `${op}: y has ${values.length} numbers, expected ${found.length}`);
  }
  const over = (column: number, term: (i: number) => number): number => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += (weights?.[row] ?? 1) * term(row * columns + column);
    return sum;
  };
  let score = 0;
  for (let column = 0; column < columns; column++) {
    const mean = over(column, (i) => values[i]!) / over(column, () => 1);
    const residual = over(column, (i) => (values[i]! - found[i]!) ** 2);
    const total = over(column, (i) => (values[i]! - mean) ** 2);
    score += total > 0 ? 1 - residual / total : residual > 0 ? 0 : 1;
  }
  return score / columns;
}

/** Some of the rows of a matrix with so many columns. */
export function takeRows(values: Float64Array, columns: number, rows: readonly number[]): Float64Array {
  const taken = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries()) taken.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  return taken;
}

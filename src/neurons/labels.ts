import type { Dtype, TypedArray } from '../dtype.js';
import { HebbError } from '../errors.js';
import { tensor, toTensor } from '../ops/create.js';
import { scope } from '../scope.js';
import { Tensor, type TensorLike } from '../tensor.js';
import { toRows } from '../train/rows.js';

/** The labels of rows: one each, or 0 and 1 in several columns. */
export interface Labels {
  /** Row by row. */
  values: Float64Array;
  dtype: Dtype;
  columns: number;
}

/** int32 for whole numbers, bool for booleans, else float64. */
function wholeDtype(y: unknown): Dtype {
  const flat = [y].flat(3);
  if (flat.every((value) => typeof value === 'boolean')) return 'bool';
  return flat.every((value) => Number.isInteger(value)) ? 'int32' : 'float64';
}

/** Labels or targets as a tensor: int32 where all of an array are whole numbers, bool for booleans, else float64. */
export function labelTensor(op: string, y: TensorLike): Tensor {
  return toRows(op, 'y', y, (given) => (given instanceof Tensor || ArrayBuffer.isView(given) ? toTensor(given) : tensor(given, { dtype: wholeDtype(given) })));
}

/** Labels of so many rows. @throws ERR_SHAPE unless y is [rows] or [rows, outputs]; ERR_ARGUMENT for a number that is not finite */
export function readLabels(op: string, y: TensorLike, rows: number): Labels {
  return scope(() => {
    const labels = labelTensor(op, y);
    if ((labels.rank !== 1 && labels.rank !== 2) || labels.shape[0] !== rows) {
      throw new HebbError('ERR_SHAPE', `${op}: y is [${rows}] or [${rows},outputs], got [${labels.shape.join(',')}]`);
    }
    const values = Float64Array.from(labels.dataSync());
    if (!values.every(Number.isFinite)) throw new HebbError('ERR_ARGUMENT', `${op}: y holds a number that is not finite`);
    return { values, dtype: labels.dtype, columns: labels.shape[1] ?? 1 };
  });
}

/** The labels that occur, in ascending order. */
export function distinct(values: Iterable<number>): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The kinds of labels there are: the classes, or 0 and 1 in several columns. @throws ERR_ARGUMENT for one class only, or another label */
export function kindsOf(op: string, { values, columns }: Labels, classes: number[]): number[] {
  const kinds = columns > 1 ? [0, 1] : classes;
  const known = new Set(kinds);
  const strange = values.find((value) => !known.has(value));
  if (kinds.length < 2 || strange !== undefined) {
    const fault = strange === undefined ? 'there is one class only' : `the label ${strange} is none of the classes ${kinds.join(', ')}`;
    throw new HebbError('ERR_ARGUMENT', `${op}: ${fault}`);
  }
  return kinds;
}

/** The share of rows all of whose labels are right, each row counted by its weight. @throws ERR_SHAPE for other columns */
export function shareRight(op: string, found: TypedArray, { values, columns }: Labels, weights?: ArrayLike<number>): number {
  if (found.length !== values.length) {
    const rows = values.length / columns;
    throw new HebbError('ERR_SHAPE', `${op}: y has ${columns} columns, expected ${found.length / rows}`);
  }
  let [right, all] = [0, 0];
  for (let row = 0; row * columns < values.length; row++) {
    const weight = weights?.[row] ?? 1;
    all += weight;
    if (found.subarray(row * columns, (row + 1) * columns).every((value, i) => value === values[row * columns + i])) right += weight;
  }
  return right / all;
}

import { HebbError } from '../errors.js';
import { checkNames } from '../options.js';
import type { Tensor } from '../tensor.js';

/** Rows of features with a label each. */
export interface TableDataset {
  /** Features [rows, features]. */
  x: Tensor<[number, number]>;
  /** Labels [rows], int32: indices into targetNames. */
  y: Tensor<[number]>;
  /** Name of each column of x. */
  featureNames: readonly string[];
  /** Name of each label. */
  targetNames: readonly string[];
}

/** Rows of features with a number each, which a regression predicts. */
export interface RegressionDataset {
  /** Features [rows, features]. */
  x: Tensor<[number, number]>;
  /** What is to be predicted [rows], of the dtype of x. */
  y: Tensor<[number]>;
  /** Name of each column of x. */
  featureNames: readonly string[];
  /** Name of y. */
  targetName: string;
}

/** The dtype of a table's numbers. */
export interface TableOptions {
  /** `'float64'` (default) or `'float32'`. */
  dtype?: 'float32' | 'float64' | undefined;
}

/** The dtype that was asked for, float64 by default. @throws ERR_DTYPE; ERR_ARGUMENT for an option that is not among `known` */
export function tableDtype(op: string, options: TableOptions, known: readonly string[] = ['dtype']): 'float32' | 'float64' {
  checkNames(op, options, known);
  const { dtype = 'float64' } = options;
  if (!['float32', 'float64'].includes(dtype)) {
    throw new HebbError('ERR_DTYPE', `${op}: dtype is 'float64' or 'float32', got '${dtype}'`);
  }
  return dtype;
}

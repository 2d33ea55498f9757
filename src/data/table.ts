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

import { HebbError } from '../errors.js';
import { asRows } from '../neurons/linear_sgd.js';
import { labelTensor } from '../neurons/labels.js';
import { valueText } from '../options.js';
import type { Configurable } from '../params.js';
import type { Tensor, TensorLike } from '../tensor.js';

/**
 * What learns from rows and then predicts. Its constructor takes one object of options, those that
 * `getParams({ deep: false })` answers; so clone() can make another.
 */
export interface Estimator extends Configurable {
  /** Whether it predicts labels or numbers. */
  readonly estimatorType: 'classifier' | 'regressor';
  /** Learns; may be asynchronous. */
  fit(x: TensorLike, y: TensorLike): unknown;
  /** The label or number of each row. */
  predict(x: TensorLike): Tensor;
  /** The probability of each class, where the estimator knows it. */
  predictProba?(x: TensorLike): Tensor;
  /** How good the predictions are, larger is better. */
  score(x: TensorLike, y: TensorLike): number;
}

/** What learns from rows and then changes rows; its constructor is like that of an Estimator. */
export interface Transformer extends Configurable {
  /** Learns; may be asynchronous. */
  fit(x: TensorLike): unknown;
  /** The rows, changed. */
  transform(x: TensorLike): Tensor;
}

function isConfigurable(value: unknown): value is Configurable {
  return typeof value === 'object' && value !== null && 'getParams' in value && 'setParams' in value;
}

function cloned(value: unknown): unknown {
  if (isConfigurable(value)) return clone(value);
  return Array.isArray(value) ? value.map(cloned) : value;
}

/**
 * Another estimator or transformer with the same parameters that has learned nothing; those within it are cloned as well.
 *
 * @example
 * clone(new Perceptron({ eta0: 0.5 })).getParams().eta0; // 0.5
 */
export function clone<E extends Configurable>(estimator: E): E {
  if (typeof (estimator as Partial<Configurable> | undefined)?.getParams !== 'function') {
    throw new HebbError('ERR_ARGUMENT', `clone: expected an estimator or a transformer, got ${valueText(estimator)}`);
  }
  const Class = estimator.constructor as new (params: object) => E;
  const params = Object.entries(estimator.getParams({ deep: false })).map(([name, value]) => [name, cloned(value)]);
  return new Class(Object.fromEntries(params) as object);
}

/** Rows and their labels or targets as tensors. */
export interface Sample {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Rows as learners read them: arrays as float64, and labels as int32 where they are whole. @throws ERR_SHAPE unless both have the same number of rows */
export function sampleOf(op: string, x: TensorLike, y: TensorLike): Sample {
  const [rows, labels] = [asRows(op, x), labelTensor(op, y)];
  if (rows.shape[0] !== labels.shape[0]) {
    throw new HebbError('ERR_SHAPE', `${op}: x has ${rows.shape[0] ?? 0} rows, y ${labels.shape[0] ?? 0}`);
  }
  return { x: rows, y: labels };
}

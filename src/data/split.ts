import { HebbError } from '../errors.js';
import { composed } from '../ops/composed.js';
import { checkKinds, checkNames } from '../options.js';
import { toTensor } from '../ops/create.js';
import { hostEmpty, hostView, placed, type Tensor, type TensorLike } from '../tensor.js';
import { anySeed, permutation, randomStream, type RandomStream } from './random_stream.js';

/** Options of trainTestSplit(). */
export interface SplitOptions {
  /** Rows for testing: a fraction between 0 and 1, rounded up, or a number of rows; 0.25 unless trainSize is given. */
  testSize?: number | undefined;
  /** Rows for training: a fraction, rounded down, or a number of rows; by default all the others. */
  trainSize?: number | undefined;
  /** Whether rows are drawn at random (default) or the last ones are for testing. */
  shuffle?: boolean | undefined;
  /** Whether every label of y has the same share in both parts; false by default. */
  stratify?: boolean | undefined;
  /** The same seed gives the same split; a new one each time by default. */
  seed?: number | undefined;
}

/** Rows with their targets. */
export interface Rows {
  x: Tensor;
  y: Tensor;
}

function fail(fault: string): never {
  throw new HebbError('ERR_ARGUMENT', `trainTestSplit: ${fault}`);
}

function countOf(name: string, size: number, rows: number, round: (value: number) => number): number {
  const fraction = size > 0 && size < 1;
  if (!fraction && !(Number.isInteger(size) && size >= 1 && size < rows)) {
    fail(`${name} is a fraction between 0 and 1 or a number of rows from 1 to ${rows - 1}, got ${String(size)}`);
  }
  // The products of decimal fractions miss whole numbers by rounding errors (0.07 * 100 = 7.000000000000001).
  return fraction ? round(Number((size * rows).toPrecision(12))) : size;
}

/** Rows of a tensor in the given order, as a new tensor. */
function takeRows(x: Tensor, rows: readonly number[]): Tensor {
  const source = x.dataSync();
  const width = x.shape.slice(1).reduce((product, size) => product * size, 1);
  const out = hostEmpty(x.dtype, [rows.length, ...x.shape.slice(1)]);
  const target = hostView(out);
  for (const [i, row] of rows.entries()) target.set(source.subarray(row * width, (row + 1) * width), i * width);
  return placed(out);
}

/** `total` divided in proportion to `counts`: rounded down, the largest remainders get the rest. */
function proportions(counts: readonly number[], total: number): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => Math.floor((count * total) / rows));
  const byRemainder = counts
    .map((count, i) => ({ i, remainder: (count * total) % rows }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  const missing = total - shares.reduce((sum, share) => sum + share, 0);
  for (const { i } of byRemainder.slice(0, missing)) shares[i]!++;
  return shares;
}

/** The rows of each part, every label with the same share in both. */
function stratified(y: Tensor, train: number, test: number, random: RandomStream): [number[], number[]] {
  if (y.rank !== 1) fail(`stratify needs labels of one dimension, got the shape [${y.shape.join(',')}]`);
  const byLabel = new Map<number, number[]>();
  for (const [row, label] of y.dataSync().entries()) {
    const rows = byLabel.get(label);
    if (rows === undefined) byLabel.set(label, [row]);
    else rows.push(row);
  }
  const groups = [...byLabel].sort(([a], [b]) => a - b);
  for (const [label, rows] of groups) if (rows.length < 2) fail(`stratify: only one row has the label ${label}`);
  if (Math.min(train, test) < groups.length) {
    fail(`stratify: ${groups.length} labels do not fit into ${train} rows for training and ${test} for testing`);
  }
  const counts = groups.map(([, rows]) => rows.length);
  const inTrain = proportions(counts, train);
  const left = counts.map((count, i) => count - inTrain[i]!);
  const inTest = proportions(left, test);
  const parts: [number[], number[]] = [[], []];
  for (const [i, [, rows]] of groups.entries()) {
    const mixed = Array.from(permutation(rows.length, random), (j) => rows[j]!);
    parts[0].push(...mixed.slice(0, inTrain[i]));
    parts[1].push(...mixed.slice(inTrain[i], inTrain[i]! + inTest[i]!));
  }
  const mix = (rows: number[]): number[] => Array.from(permutation(rows.length, random), (j) => rows[j]!);
  return [mix(parts[0]), mix(parts[1])];
}

/**
 * Divides rows into a part for training and one for testing, as scikit-learn's `train_test_split`.
 *
 * @param x features [rows, ...]
 * @param y targets [rows, ...]
 * @returns copies of the rows, in random order unless shuffle is false
 * @throws ERR_SHAPE when x and y differ in rows; ERR_ARGUMENT for sizes that do not fit
 * @example
 * const { x, y } = datasets.iris();
 * const { train, test } = trainTestSplit(x, y, { testSize: 0.2, stratify: true, seed: 42 });
 * test.x.shape; // [30, 4]
 */
export const trainTestSplit = composed('trainTestSplit', (x: TensorLike, y: TensorLike, options: SplitOptions = {}): { train: Rows; test: Rows } => {
  checkNames('trainTestSplit', options, ['testSize', 'trainSize', 'shuffle', 'stratify', 'seed']);
  checkKinds('trainTestSplit', options, { shuffle: Boolean, stratify: Boolean });
  const { testSize, trainSize, shuffle = true, stratify = false, seed = anySeed() } = options;
  const [features, targets] = [toTensor(x), toTensor(y)];
  const rows = features.shape[0];
  if (rows === undefined || rows !== targets.shape[0]) {
    const shapes = `[${features.shape.join(',')}] and [${targets.shape.join(',')}]`;
    throw new HebbError('ERR_SHAPE', `trainTestSplit: x and y have different numbers of rows, ${shapes}`);
  }
  if (rows < 2) fail(`there is nothing to divide in ${rows} row${rows === 1 ? '' : 's'}`);
  const wanted = trainSize === undefined ? undefined : countOf('trainSize', trainSize, rows, Math.floor);
  const rest = wanted === undefined ? 0.25 : rows - wanted;
  const test = countOf('testSize', testSize ?? rest, rows, Math.ceil);
  const train = wanted ?? rows - test;
  if (train < 1 || test < 1 || train + test > rows) {
    fail(`${train} rows for training and ${test} for testing do not fit ${rows} rows`);
  }
  if (stratify && !shuffle) fail('stratify needs shuffle');
  const random = randomStream('trainTestSplit', seed);
  let parts: [number[], number[]];
  if (stratify) {
    parts = stratified(targets, train, test, random);
  } else {
    const order = shuffle ? Array.from(permutation(rows, random)) : Array.from({ length: rows }, (_, row) => row);
    parts = [order.slice(0, train), order.slice(train, train + test)];
  }
  const [trainRows, testRows] = parts;
  return {
    train: { x: takeRows(features, trainRows), y: takeRows(targets, trainRows) },
    test: { x: takeRows(features, testRows), y: takeRows(targets, testRows) },
  };
});

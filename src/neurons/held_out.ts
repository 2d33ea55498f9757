import { HebbError } from '../errors.js';
import type { MT19937 } from './mt19937.js';

function sizes(op: string, rows: number, fraction: number): [number, number] {
  const test = Math.ceil(fraction * rows);
  if (test >= rows) {
    throw new HebbError('ERR_ARGUMENT', `${op}: validationFraction ${fraction} leaves none of ${rows} rows for training`);
  }
  return [rows - test, test];
}

/** `draws` divided in proportion to `counts`: rounded down, the largest remainders get the rest, ties by lot. */
function proportions(counts: readonly number[], draws: number, random: MT19937): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count / total) * draws);
  const out = exact.map(Math.floor);
  let missing = draws - out.reduce((sum, count) => sum + count, 0);
  const remainders = exact.map((value, i) => value - out[i]!);
  for (const value of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (missing <= 0) break;
    const tied = remainders.flatMap((remainder, i) => (remainder === value ? [i] : []));
    const chosen = Math.min(tied.length, missing);
    for (const i of random.permutation(tied.length).slice(0, chosen)) out[tied[i]!]!++;
    missing -= chosen;
  }
  return out;
}

/** Rows to train on and rows kept out, each in random order. */
export interface Parts {
  train: number[];
  test: number[];
}

/** 1 for rows kept out, 0 for the others. */
export function markOf({ train, test }: Parts): Uint8Array {
  const mask = new Uint8Array(train.length + test.length);
  for (const row of test) mask[row] = 1;
  return mask;
}

/**
 * The rows that early stopping keeps out of the training, as scikit-learn's ShuffleSplit chooses them.
 *
 * @throws ERR_ARGUMENT when no row would be left
 */
export function heldOutRows(op: string, rows: number, fraction: number, random: MT19937): Parts {
  const [, test] = sizes(op, rows, fraction);
  const order = random.permutation(rows);
  return { train: order.slice(test), test: order.slice(0, test) };
}

/**
 * The rows kept out with every label in proportion, as scikit-learn's StratifiedShuffleSplit chooses them.
 *
 * @throws ERR_ARGUMENT when a label has one row only, or a part has fewer rows than there are labels
 */
export function heldOutByLabel(op: string, labels: ArrayLike<number>, fraction: number, random: MT19937): Parts {
  const rows = labels.length;
  const [train, test] = sizes(op, rows, fraction);
  const groups = rowsByLabel(labels);
  if (groups.some((of) => of.length < 2) || Math.min(train, test) < groups.length) {
    throw new HebbError(
      'ERR_ARGUMENT',
      `${op}: earlyStopping needs two rows of each label and ${groups.length} rows in each part, got ${train} for training and ${test} kept out`,
    );
  }
  const counts = groups.map((of) => of.length);
  const inTrain = proportions(counts, train, random);
  const inTest = proportions(
    counts.map((count, i) => count - inTrain[i]!),
    test,
    random,
  );
  const parts: Parts = { train: [], test: [] };
  for (const [i, of] of groups.entries()) {
    const order = random.permutation(of.length).map((j) => of[j]!);
    parts.train.push(...order.slice(0, inTrain[i]));
    parts.test.push(...order.slice(inTrain[i], inTrain[i]! + inTest[i]!));
  }
  const mixed = (part: number[]): number[] => random.permutation(part.length).map((j) => part[j]!);
  return { train: mixed(parts.train), test: mixed(parts.test) };
}

/** The rows of each label, labels in ascending order. */
export function rowsByLabel(labels: ArrayLike<number>): number[][] {
  const byLabel = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const of = byLabel.get(labels[row]!);
    if (of === undefined) byLabel.set(labels[row]!, [row]);
    else of.push(row);
  }
  return [...byLabel].sort(([a], [b]) => a - b).map(([, of]) => of);
}

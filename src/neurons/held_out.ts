import { HebbError } from '../errors.js';
import { MT19937 } from './mt19937.js';

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

/**
 * Marks (1) the rows that early stopping keeps out of the training, as scikit-learn's ShuffleSplit does.
 *
 * @throws ERR_ARGUMENT when no row would be left
 */
export function heldOutRows(op: string, rows: number, fraction: number, seed: number): Uint8Array {
  const mask = new Uint8Array(rows);
  const [, test] = sizes(op, rows, fraction);
  for (const row of new MT19937(seed).permutation(rows).slice(0, test)) mask[row] = 1;
  return mask;
}

/**
 * Marks (1) the rows kept out with every label in proportion, as scikit-learn's StratifiedShuffleSplit does.
 *
 * @throws ERR_ARGUMENT when a label has one row only, or a part has fewer rows than there are labels
 */
export function heldOutByLabel(op: string, labels: ArrayLike<number>, fraction: number, seed: number): Uint8Array {
  const rows = labels.length;
  const [train, test] = sizes(op, rows, fraction);
  const byLabel = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const of = byLabel.get(labels[row]!);
    if (of === undefined) byLabel.set(labels[row]!, [row]);
    else of.push(row);
  }
  const groups = [...byLabel].sort(([a], [b]) => a - b).map(([, of]) => of);
  if (groups.some((of) => of.length < 2) || Math.min(train, test) < groups.length) {
    throw new HebbError(
      'ERR_ARGUMENT',
      `${op}: earlyStopping needs two rows of each label and ${groups.length} rows in each part, got ${train} for training and ${test} kept out`,
    );
  }
  const random = new MT19937(seed);
  const counts = groups.map((of) => of.length);
  const inTrain = proportions(counts, train, random);
  const inTest = proportions(
    counts.map((count, i) => count - inTrain[i]!),
    test,
    random,
  );
  const mask = new Uint8Array(rows);
  for (const [i, of] of groups.entries()) {
    const order = random.permutation(of.length);
    for (const j of order.slice(inTrain[i], inTrain[i]! + inTest[i]!)) mask[of[j]!] = 1;
  }
  return mask;
}

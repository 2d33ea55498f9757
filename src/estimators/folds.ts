import { HebbError } from '../errors.js';
import { labelTensor } from '../neurons/labels.js';
import { MT19937 } from '../neurons/mt19937.js';
import { anyRandomState } from '../neurons/seeds.js';
import { checkerOf, completed, isWhole } from '../params.js';
import { Tensor, type TensorLike } from '../tensor.js';

/** Row numbers to train on and to test on, each in ascending order. */
export interface Fold {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Divides rows into folds: each row is tested on once. */
export interface Splitter {
  readonly nSplits: number;
  /** The folds of the rows of x, with labels y where the splitter needs them. */
  split(x: TensorLike, y?: TensorLike): Fold[];
}

/** Options of kFold() and stratifiedKFold(). */
export interface FoldOptions {
  /** The number of folds; 5 by default. */
  nSplits?: number;
  /** Whether rows are put into folds at random, instead of one after the other; false by default. */
  shuffle?: boolean;
  /** The seed of shuffle, a whole number below 2^32; null, the default: another one each time. */
  randomState?: number | null;
}

function settingsOf(op: string, given: FoldOptions): Required<FoldOptions> {
  const settings = completed<Required<FoldOptions>>(op, given, { nSplits: 5, shuffle: false, randomState: null });
  const check = checkerOf(op, settings);
  check('nSplits', isWhole(settings.nSplits, 2, 2 ** 31), 'a whole number >= 2');
  check('shuffle', typeof settings.shuffle === 'boolean', 'true or false');
  check('randomState', settings.randomState === null || isWhole(settings.randomState, 0, 2 ** 32 - 1), 'a whole number from 0 to 2^32 - 1, or null');
  return settings;
}

/** From the fold in which each row is tested to the folds. */
function foldsOf(tested: ArrayLike<number>, nSplits: number): Fold[] {
  const rows = Array.from({ length: tested.length }, (_, row) => row);
  return Array.from({ length: nSplits }, (_, fold) => ({
    train: rows.filter((row) => tested[row] !== fold),
    test: rows.filter((row) => tested[row] === fold),
  }));
}

function countRows(x: TensorLike): number {
  return x instanceof Tensor ? (x.shape[0] ?? 0) : Array.isArray(x) || ArrayBuffer.isView(x) ? x.length : 0;
}

/**
 * Folds of equal size, the first ones a row larger where they must be: those of scikit-learn's `KFold`, also at random.
 *
 * @throws ERR_ARGUMENT for options outside their range; when splitting, for fewer rows than folds
 * @example
 * kFold({ nSplits: 2 }).split([[1], [2], [3]]).map(({ test }) => test); // [[0, 1], [2]]
 */
export function kFold(options: FoldOptions = {}): Splitter {
  const { nSplits, shuffle, randomState } = settingsOf('kFold', options);
  return {
    nSplits,
    split: (x) => {
      const rows = countRows(x);
      if (rows < nSplits) throw new HebbError('ERR_ARGUMENT', `kFold: ${rows} rows do not make ${nSplits} folds`);
      const order = shuffle ? new MT19937(randomState ?? anyRandomState()).permutation(rows) : Array.from({ length: rows }, (_, row) => row);
      const tested = new Int32Array(rows);
      const [size, larger] = [Math.floor(rows / nSplits), rows % nSplits];
      for (const [i, row] of order.entries()) {
        const beyond = i - larger * (size + 1);
        tested[row] = beyond < 0 ? Math.floor(i / (size + 1)) : larger + Math.floor(beyond / size);
      }
      return foldsOf(tested, nSplits);
    },
  };
}

/**
 * Folds in which every label has its share: those of scikit-learn's `StratifiedKFold`, also at random.
 *
 * @throws ERR_ARGUMENT for options outside their range; when splitting, without labels, or where no label has a row per fold
 * @example
 * stratifiedKFold({ nSplits: 2 }).split([[1], [2], [3], [4]], [0, 0, 1, 1]).map(({ test }) => test); // [[0, 2], [1, 3]]
 */
export function stratifiedKFold(options: FoldOptions = {}): Splitter {
  const op = 'stratifiedKFold';
  const { nSplits, shuffle, randomState } = settingsOf(op, options);
  return {
    nSplits,
    split: (x, y) => {
      const labels = y === undefined ? undefined : labelTensor(op, y);
      if (labels?.rank !== 1 || labels.shape[0] !== countRows(x)) {
        throw new HebbError('ERR_ARGUMENT', `${op}: y is one label for each of ${countRows(x)} rows, got ${labels === undefined ? 'none' : `[${labels.shape.join(',')}]`}`);
      }
      const values = labels.dataSync();
      // Labels by first appearance: the order in which scikit-learn draws.
      const rowsOf = new Map<number, number[]>();
      for (const [row, label] of values.entries()) {
        const of = rowsOf.get(label);
        if (of === undefined) rowsOf.set(label, [row]);
        else of.push(row);
      }
      const counts = [...rowsOf.values()].map((of) => of.length);
      if (Math.max(...counts) < nSplits) throw new HebbError('ERR_ARGUMENT', `${op}: no label has ${nSplits} rows, one for each fold`);
      const random = new MT19937(randomState ?? anyRandomState());
      const tested = new Int32Array(values.length);
      let before = 0;
      for (const of of rowsOf.values()) {
        // Dealt out like cards, label after label: each fold gets a row in turn.
        const folds = of.map((_, i) => (before + i) % nSplits).sort((a, b) => a - b);
        before += of.length;
        const order = shuffle ? random.permutation(of.length).map((i) => folds[i]!) : folds;
        for (const [i, row] of of.entries()) tested[row] = order[i]!;
      }
      return foldsOf(tested, nSplits);
    },
  };
}

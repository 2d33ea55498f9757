import test from 'ava';
import { datasets, standardScaler, toCategorical, trainTestSplit } from '../../src/data/index.js';
import { tensor, zeros } from '../../src/ops/create.js';
import { transpose } from '../../src/ops/copy.js';
import type { Tensor } from '../../src/tensor.js';

/** Rows [i, 10 i] with the target i. */
function numbered(rows: number): { x: Tensor; y: Tensor } {
  return {
    x: tensor(
      Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? i / 2 : 5 * (i - 1))),
      { shape: [rows, 2] },
    ),
    y: tensor(Int32Array.from({ length: rows }, (_, i) => i)),
  };
}

const values = (x: Tensor): number[] => [...x.dataSync()];
const sorted = (numbers: number[]): number[] => numbers.sort((a, b) => a - b);

test('a split holds every row once, with its target, in random order', (t) => {
  const { x, y } = numbered(100);
  const { train, test: held } = trainTestSplit(x, y, { seed: 1 });
  t.deepEqual([train.x.shape, train.y.shape, held.x.shape, held.y.shape], [[75, 2], [75], [25, 2], [25]]);
  for (const part of [train, held]) {
    t.deepEqual(
      part.x.toArray(),
      values(part.y).map((i) => [i, 10 * i]),
    );
    t.is(part.y.dtype, 'int32');
  }
  t.deepEqual(sorted([...values(train.y), ...values(held.y)]), values(y));
  t.notDeepEqual(values(train.y), sorted(values(train.y)));
});

test('the seed decides the split', (t) => {
  const { x, y } = numbered(40);
  const rows = (seed?: number): number[] => values(trainTestSplit(x, y, { seed }).test.y);
  t.deepEqual(rows(7), rows(7));
  t.notDeepEqual(rows(7), rows(8));
  t.notDeepEqual(rows(), rows());
});

test('without shuffle the last rows are for testing', (t) => {
  const { x, y } = numbered(10);
  const { train, test: held } = trainTestSplit(x, y, { testSize: 0.25, shuffle: false });
  t.deepEqual(
    [values(train.y), values(held.y)],
    [
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9],
    ],
  );
});

test('sizes are fractions or rows: testing rounds up, training rounds down', (t) => {
  const { x, y } = numbered(100);
  const sizes = (options: object, rows = 100): number[] => {
    const part = rows === 100 ? { x, y } : numbered(rows);
    const { train, test: held } = trainTestSplit(part.x, part.y, options);
    return [train.y.size, held.y.size];
  };
  t.deepEqual(sizes({ testSize: 0.07 }), [93, 7]);
  t.deepEqual(sizes({ testSize: 30 }), [70, 30]);
  t.deepEqual(sizes({ trainSize: 0.29 }), [29, 71]);
  t.deepEqual(sizes({ trainSize: 60, testSize: 0.3 }), [60, 30]);
  t.deepEqual(sizes({ testSize: 0.5 }, 3), [1, 2]);
  t.deepEqual(sizes({}, 2), [1, 1]);
});

test('a stratified split keeps the share of every label', (t) => {
  const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 70 ? 5 : i < 90 ? 0 : 9));
  const { train, test: held } = trainTestSplit(zeros([100, 1]), tensor(labels), {
    testSize: 0.2,
    stratify: true,
    seed: 3,
  });
  const count = (y: Tensor): number[] => [5, 0, 9].map((label) => values(y).filter((other) => other === label).length);
  t.deepEqual(
    [count(train.y), count(held.y)],
    [
      [56, 16, 8],
      [14, 4, 2],
    ],
  );
  t.notDeepEqual(values(train.y).slice(0, 56), new Array(56).fill(5));
});

test('a stratified split whose shares do not come out even still has the sizes asked for and no row twice', (t) => {
  const { x } = numbered(37);
  const labels = tensor(Int32Array.from({ length: 37 }, (_, i) => i % 4));
  const { train, test: held } = trainTestSplit(x, labels, { trainSize: 0.5, testSize: 10, stratify: true, seed: 3 });
  t.deepEqual([train.y.size, held.y.size], [18, 10]);
  const rows = [...(train.x.toArray() as number[][]), ...(held.x.toArray() as number[][])].map(([row]) => row!);
  t.is(new Set(rows).size, 28);
  t.deepEqual(
    [...values(train.y), ...values(held.y)],
    rows.map((row) => row % 4),
  );
  for (let label = 0; label < 4; label++)
    t.true([2, 3].includes(values(held.y).filter((other) => other === label).length));
});

test('views, other dtypes and arrays can be split', (t) => {
  const x = transpose(
    tensor([
      [1, 2, 3, 4],
      [10, 20, 30, 40],
    ]),
  );
  const { train, test: held } = trainTestSplit(x, [true, false, true, false], { testSize: 1, shuffle: false });
  t.deepEqual(train.x.toArray(), [
    [1, 10],
    [2, 20],
    [3, 30],
  ]);
  t.deepEqual(held.x.toArray(), [[4, 40]]);
  t.deepEqual([train.y.dtype, held.y.toArray()] as unknown[], ['bool', [false]]);
});

test('impossible splits are refused', (t) => {
  const { x, y } = numbered(10);
  const refused = (options: object, message: RegExp): void => {
    t.throws(() => trainTestSplit(x, y, options), { code: 'ERR_ARGUMENT', message });
  };
  refused({ testSize: 0 }, /testSize.*got 0/);
  refused({ testSize: 10 }, /testSize.*1 to 9.*got 10/);
  refused({ testSize: 1.5 }, /testSize/);
  refused({ trainSize: NaN }, /trainSize.*NaN/);
  refused({ trainSize: 8, testSize: 3 }, /8 rows for training and 3 for testing/);
  refused({ trainSize: 0.01, testSize: 5 }, /0 rows for training/);
  refused({ stratify: true }, /only one row has the label 0/);
  refused({ seed: -1 }, /seed/);
  t.throws(() => trainTestSplit(x, y, { stratify: true, shuffle: false }), { code: 'ERR_ARGUMENT' });
  t.throws(() => trainTestSplit(x, x, { stratify: true }), { code: 'ERR_ARGUMENT', message: /one dimension/ });
  t.throws(() => trainTestSplit(zeros([6, 1]), [0, 0, 1, 1, 2, 2], { testSize: 2, stratify: true }), {
    code: 'ERR_ARGUMENT',
  });
  t.throws(() => trainTestSplit(x, [1, 2, 3]), { code: 'ERR_SHAPE', message: /\[10,2\] and \[3\]/ });
  t.throws(() => trainTestSplit([1], [1]), { code: 'ERR_ARGUMENT', message: /1 row$/ });
});

test('labels become one-hot rows of the type asked for', (t) => {
  t.deepEqual(toCategorical([0, 2, 1]).toArray(), [
    [1, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
  ]);
  const y = toCategorical(tensor([1, 0], { dtype: 'uint8' }), 4, { dtype: 'int32' });
  t.deepEqual([y.dtype, y.toArray()] as unknown[], [
    'int32',
    [
      [0, 1, 0, 0],
      [1, 0, 0, 0],
    ],
  ]);
  t.is(toCategorical([0]).dtype, 'float32');
});

test('the shape of the labels is kept, but for a last dimension of size 1', (t) => {
  t.deepEqual(
    toCategorical(
      [
        [0, 1],
        [1, 0],
      ],
      3,
    ).shape,
    [2, 2, 3],
  );
  t.deepEqual(toCategorical([[0], [1]], 3).shape, [2, 3]);
  t.deepEqual(toCategorical(2, 3).toArray(), [0, 0, 1]);
  t.deepEqual(toCategorical(zeros([0]), 3).shape, [0, 3]);
});

test('labels that are no classes are refused', (t) => {
  const refused = (labels: number[], classes: number | undefined, message: RegExp): void => {
    t.throws(() => toCategorical(labels, classes), { code: 'ERR_ARGUMENT', message });
  };
  refused([0, 3], 3, /label 3 at 1.*0 to 2/);
  refused([-1], undefined, /label -1 at 0/);
  refused([0.5], undefined, /label 0\.5/);
  refused([NaN], undefined, /label NaN/);
  refused([0], 0, /numClasses.*0/);
  refused([0], 1.5, /numClasses.*1\.5/);
  refused([], undefined, /numClasses is needed/);
});

const near = (actual: number[], expected: number[], tolerance: number): boolean =>
  actual.length === expected.length && actual.every((value, i) => Math.abs(value - expected[i]!) <= tolerance);

test("iris scales with scikit-learn's means and deviations", (t) => {
  const { x } = datasets.iris();
  const scaler = standardScaler();
  const scaled = scaler.fitTransform(x);
  // StandardScaler().fit(load_iris().data): mean_ and var_.
  t.true(near(values(scaler.mean), [5.843333333333335, 3.057333333333334, 3.758, 1.199333333333334], 1e-13));
  t.true(
    near(
      values(scaler.variance),
      [0.6811222222222223, 0.18871288888888887, 3.0955026666666665, 0.5771328888888888],
      1e-13,
    ),
  );
  t.true(near(values(scaler.scale), values(scaler.variance).map(Math.sqrt), 0));
  t.is(scaled.dtype, 'float64');
  const again = standardScaler().fit(scaled);
  t.true(near(values(again.mean), [0, 0, 0, 0], 1e-14));
  t.true(near(values(again.variance), [1, 1, 1, 1], 1e-14));
  t.true(near(values(scaler.inverseTransform(scaled)), values(x), 1e-14));
});

test('other rows are scaled with what was learned, in their own float type', (t) => {
  const scaler = standardScaler().fit([
    [1, 10],
    [3, 10],
  ]);
  const scaled = scaler.transform([
    [2, 11],
    [5, 9],
  ]);
  t.deepEqual(scaled.toArray(), [
    [0, 1],
    [3, -1],
  ]);
  t.is(scaled.dtype, 'float32');
  t.is(scaler.transform(zeros([1, 2], { dtype: 'int32' })).dtype, 'float32');
  t.is(scaler.transform(zeros([1, 2], { dtype: 'float64' })).dtype, 'float64');
  t.deepEqual(scaler.transform([5, 9]).toArray(), [3, -1]);
});

test('a constant feature is only centred, also where rounding leaves a trace of spread', (t) => {
  const rows = tensor(
    Float64Array.from({ length: 1000 }, () => 0.1),
    { shape: [1000, 1] },
  );
  const scaler = standardScaler().fit(rows);
  t.deepEqual(values(scaler.scale), [1]);
  t.true(near(values(scaler.transform(rows)), new Array<number>(1000).fill(0), 1e-15));
});

test('a small spread around a large mean is not lost', (t) => {
  const rows = tensor(Float64Array.of(1e9, 1e9 + 1, 1e9 + 2), { shape: [3, 1] });
  t.true(near(values(standardScaler().fit(rows).variance), [2 / 3], 1e-12));
});

test('mean and deviation can be left alone, missing values are skipped', (t) => {
  const x = [
    [1, 0],
    [3, 0],
  ];
  t.deepEqual(standardScaler({ withMean: false }).fitTransform(x).toArray(), [
    [1, 0],
    [3, 0],
  ]);
  t.deepEqual(
    standardScaler({ withStd: false })
      .fitTransform([[1], [5]])
      .toArray(),
    [[-2], [2]],
  );
  t.deepEqual(
    standardScaler({ withMean: false })
      .fitTransform([[2], [6]])
      .toArray(),
    [[1], [3]],
  );
  t.deepEqual(
    standardScaler({ withMean: false })
      .fit([[2], [6]])
      .inverseTransform([[1]])
      .toArray(),
    [[2]],
  );
  const scaler = standardScaler().fit([[1], [NaN], [3]]);
  t.deepEqual([values(scaler.mean), values(scaler.variance)], [[2], [1]]);
});

test('a scaler refuses what it cannot use', (t) => {
  t.throws(() => standardScaler().transform([[1]]), { code: 'ERR_ARGUMENT', message: /fit\(x\) first/ });
  t.throws(() => standardScaler().mean, { code: 'ERR_ARGUMENT' });
  t.throws(() => standardScaler().fit([1, 2]), { code: 'ERR_SHAPE', message: /\[2\]/ });
  t.throws(() => standardScaler().fit(zeros([0, 3])), { code: 'ERR_SHAPE' });
  t.throws(() => standardScaler().fit([[1], [Infinity]]), {
    code: 'ERR_ARGUMENT',
    message: /Infinity in row 1, feature 0/,
  });
  t.throws(
    () =>
      standardScaler()
        .fit([[1, 2]])
        .transform([[1]]),
    { code: 'ERR_SHAPE', message: /expected 2 features/ },
  );
});

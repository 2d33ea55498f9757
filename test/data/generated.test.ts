import test from 'ava';
import { datasets } from '../../src/data/index.js';
import { permutation, philox, randomStream } from '../../src/data/random_stream.js';
import type { TableDataset } from '../../src/data/table.js';
import { golden } from '../support/golden.js';

test('Philox gives the published words', (t) => {
  for (const { counter, key, output } of golden('philox').vectors) t.deepEqual([...philox(counter, key)], output);
});

test('uniform numbers fill [0, 1) evenly, normal ones have mean 0, variance 1 and the right tails', (t) => {
  const random = randomStream('test', 1);
  const n = 100_000;
  const uniform = Array.from({ length: n }, () => random.uniform());
  t.true(uniform.every((value) => value >= 0 && value < 1));
  for (let bin = 0; bin < 10; bin++) {
    t.true(Math.abs(uniform.filter((value) => Math.floor(10 * value) === bin).length - n / 10) < 500);
  }
  const normal = Array.from({ length: n }, () => random.normal());
  const moment = (power: number): number => normal.reduce((sum, value) => sum + value ** power, 0) / n;
  t.true(Math.abs(moment(1)) < 0.02);
  t.true(Math.abs(moment(2) - 1) < 0.03);
  t.true(Math.abs(moment(4) - 3) < 0.15);
  const correlation = normal.slice(1).reduce((sum, value, i) => sum + value * normal[i]!, 0) / n;
  t.true(Math.abs(correlation) < 0.02);
});

test('seeds and streams give different numbers, the same ones the same; large seeds count in full', (t) => {
  const first = (seed: number, stream?: number): number => randomStream('test', seed, stream).uniform();
  t.is(first(7), first(7));
  t.is(new Set([first(7), first(8), first(7, 1), first(7 + 2 ** 32), first(2 ** 53 - 1)]).size, 5);
});

test('permutations of four things are all equally likely', (t) => {
  const random = randomStream('test', 3);
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const key = permutation(4, random).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  t.is(counts.size, 24);
  for (const count of counts.values()) t.true(Math.abs(count - 1000) < 150);
});

const rowsOf = ({ x }: TableDataset): [number, number][] => x.toArray() as [number, number][];
const labelsOf = ({ y }: TableDataset): number[] => [...y.dataSync()];
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-12;

/** Every generator with few and with unusual rows. */
const makers: [string, (options: object) => TableDataset][] = [
  ['moons', datasets.moons],
  ['circles', datasets.circles],
  ['blobs', datasets.blobs],
  ['spirals', datasets.spirals],
  ['xor', datasets.xor],
];

for (const [name, make] of makers) {
  test(`${name}: the seed decides every row, and without one they differ`, (t) => {
    const options = name === 'blobs' ? { samples: 50 } : { samples: 50, noise: 0.1 };
    const data = (seed?: number): string => {
      const made = make({ ...options, shuffle: true, ...(seed === undefined ? {} : { seed }) });
      return JSON.stringify([made.x.toArray(), made.y.toArray()]);
    };
    t.is(data(42), data(42));
    t.not(data(42), data(43));
    t.not(data(), data());
  });

  test(`${name}: shapes, types and names fit`, (t) => {
    const made = make({ samples: 7, seed: 1 });
    t.deepEqual([made.x.shape, made.y.shape, made.x.dtype, made.y.dtype] as unknown[], [
      [7, 2],
      [7],
      'float32',
      'int32',
    ]);
    t.deepEqual(made.featureNames, ['x0', 'x1']);
    t.deepEqual(made.targetNames, [...new Set(labelsOf(made))].sort().map(String));
    t.is(make({ samples: 7, dtype: 'float64' }).x.dtype, 'float64');
  });

  test(`${name}: shuffling reorders the rows, together with their labels`, (t) => {
    const keys = (shuffle: boolean): string[] => {
      const made = make({ samples: 60, seed: 5, shuffle });
      const labels = labelsOf(made);
      return rowsOf(made).map((row, i) => `${labels[i]}: ${row.join()}`);
    };
    const [mixed, plain] = [keys(true), keys(false)];
    t.notDeepEqual(mixed, plain);
    t.deepEqual(mixed.sort(), plain.sort());
  });

  test(`${name}: unusable options are refused by name`, (t) => {
    const refused = (options: object, message: RegExp, code = 'ERR_ARGUMENT'): void => {
      const error = t.throws(() => make(options), { code, message });
      t.true(error.message.startsWith(`${name}: `));
    };
    refused({ samples: 0 }, /samples/);
    refused({ samples: 2.5 }, /samples.*2\.5/);
    refused({ samples: NaN }, /samples.*NaN/);
    refused({ seed: -1 }, /seed.*-1/);
    refused({ seed: 0.5 }, /seed/);
    refused({ shuffle: 'yes' }, /shuffle.*yes/);
    refused({ dtype: 'int32' }, /dtype.*int32/, 'ERR_DTYPE');
    if (name !== 'blobs') {
      refused({ noise: -0.1 }, /noise.*-0\.1/);
      refused({ noise: Infinity }, /noise.*Infinity/);
    }
  });
}

test('moons: class 0 is the upper half circle, class 1 the lower one, each from end to end', (t) => {
  const made = datasets.moons({ samples: 9, shuffle: false, dtype: 'float64' });
  t.deepEqual(labelsOf(made), [0, 0, 0, 0, 1, 1, 1, 1, 1]);
  const rows = rowsOf(made);
  for (const [x, y] of rows.slice(0, 4)) t.true(near(x * x + y * y, 1) && y >= 0);
  for (const [x, y] of rows.slice(4)) t.true(near((x - 1) ** 2 + (y - 0.5) ** 2, 1) && y <= 0.5);
  t.true(near(rows[0]![0], 1) && near(rows[3]![0], -1) && near(rows[4]![0], 0) && near(rows[8]![0], 2));
  t.true(near(rows[6]![0], 1) && near(rows[6]![1], -0.5));
});

test('moons and circles take the sizes of both classes', (t) => {
  for (const make of [datasets.moons, datasets.circles]) {
    t.deepEqual(labelsOf(make({ samples: [1, 3], shuffle: false })), [0, 1, 1, 1]);
    t.deepEqual(labelsOf(make({ samples: [2, 0], shuffle: false })), [0, 0]);
    t.throws(() => make({ samples: [1, -1] }), { code: 'ERR_ARGUMENT' });
    t.throws(() => make({ samples: [1] as number[] as [number, number] }), { code: 'ERR_ARGUMENT' });
  }
});

test('circles: radius 1 and factor, evenly spaced without a double point', (t) => {
  const made = datasets.circles({ samples: 8, factor: 0.5, shuffle: false, dtype: 'float64' });
  const rows = rowsOf(made);
  for (const [i, [x, y]] of rows.entries()) t.true(near(Math.hypot(x, y), i < 4 ? 1 : 0.5));
  t.true(near(rows[0]![0], 1) && near(rows[1]![1], 1) && near(rows[2]![0], -1) && near(rows[3]![1], -1));
  t.throws(() => datasets.circles({ factor: 1.5 }), { code: 'ERR_ARGUMENT', message: /factor.*1\.5/ });
});

test('noise has the deviation that was asked for', (t) => {
  const options = { samples: 20_000, shuffle: false, seed: 9, dtype: 'float64' } as const;
  const [plain, noisy] = [
    datasets.moons(options).x.dataSync(),
    datasets.moons({ ...options, noise: 0.3 }).x.dataSync(),
  ];
  let [sum, squares] = [0, 0];
  for (const [i, value] of noisy.entries()) {
    sum += value - plain[i]!;
    squares += (value - plain[i]!) ** 2;
  }
  t.true(Math.abs(sum / noisy.length) < 0.01);
  t.true(Math.abs(Math.sqrt(squares / noisy.length) - 0.3) < 0.005);
});

test('blobs lie around their centers with their deviations', (t) => {
  const centers = [
    [-5, 0, 1],
    [5, 2, 3],
  ];
  const made = datasets.blobs({ samples: [4000, 2000], centers, clusterStd: [0.5, 2], shuffle: false, seed: 4 });
  t.deepEqual(made.centers.toArray(), centers);
  t.deepEqual(made.x.shape as number[], [6000, 3]);
  const rows = made.x.toArray() as number[][];
  for (const [label, [from, to, std]] of (
    [
      [0, 4000, 0.5],
      [4000, 6000, 2],
    ] as const
  ).entries()) {
    for (const [j, center] of centers[label]!.entries()) {
      const values = rows.slice(from, to).map((row) => row[j]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      t.true(Math.abs(mean - center) < 0.15, `mean ${mean} of ${center}`);
      t.true(Math.abs(deviation - std) < 0.1 * std, `deviation ${deviation} of ${std}`);
    }
  }
});

test('blobs share the rows evenly, and more rows do not move the random centers', (t) => {
  const few = datasets.blobs({ samples: 11, centers: 4, features: 3, seed: 8, centerBox: [2, 3] });
  t.deepEqual(
    [0, 1, 2, 3].map((label) => labelsOf(few).filter((other) => other === label).length),
    [3, 3, 3, 2],
  );
  t.deepEqual(few.centers.shape as number[], [4, 3]);
  t.true(few.centers.dataSync().every((value) => value >= 2 && value <= 3));
  const many = datasets.blobs({ samples: 1000, centers: 4, features: 3, seed: 8, centerBox: [2, 3] });
  t.deepEqual(many.centers.toArray(), few.centers.toArray());
  t.is(datasets.blobs({ samples: [2, 2, 2, 2, 2] }).centers.shape[0], 5);
  t.is(datasets.blobs({ clusterStd: [1, 2] }).centers.shape[0], 2);
  t.is(datasets.blobs().centers.shape[0], 3);
});

test('blobs refuse options that contradict each other', (t) => {
  const refused = (options: Parameters<typeof datasets.blobs>[0], message: RegExp): void => {
    t.throws(() => datasets.blobs(options), { code: 'ERR_ARGUMENT', message });
  };
  refused({ samples: [1, 2], centers: 3 }, /samples has 2 numbers for 3 centers/);
  refused({ clusterStd: [1, 2], centers: 3 }, /clusterStd has 2 numbers for 3 centers/);
  refused({ clusterStd: -1 }, /clusterStd.*-1/);
  refused({ centers: [[1, 2], [3]] }, /centers are points of equal length/);
  refused({ centers: [] }, /centers are points/);
  refused({ centers: 0 }, /centers.*0/);
  refused({ features: 0 }, /features.*0/);
  refused({ centerBox: [1, 0] }, /centerBox/);
});

test('spirals: every arm starts at the origin and winds out to radius 1, rotated by an equal angle', (t) => {
  const made = datasets.spirals({ samples: 33, classes: 3, turns: 0.5, shuffle: false, dtype: 'float64' });
  const rows = rowsOf(made);
  t.deepEqual(
    labelsOf(made),
    Array.from({ length: 33 }, (_, i) => Math.floor(i / 11)),
  );
  for (let arm = 0; arm < 3; arm++) {
    for (let i = 0; i < 11; i++) {
      const [x, y] = rows[11 * arm + i]!;
      t.true(near(Math.hypot(x, y), i / 10));
    }
    const [x, y] = rows[11 * arm + 10]!;
    const angle = Math.PI + (2 * Math.PI * arm) / 3;
    t.true(near(x, Math.cos(angle)) && near(y, Math.sin(angle)));
  }
  t.throws(() => datasets.spirals({ turns: -1 }), { code: 'ERR_ARGUMENT', message: /turns/ });
  t.throws(() => datasets.spirals({ classes: 0 }), { code: 'ERR_ARGUMENT', message: /classes/ });
});

test('xor is its truth table unless more is asked for', (t) => {
  const made = datasets.xor();
  t.deepEqual(rowsOf(made), [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  t.deepEqual(labelsOf(made), [0, 1, 1, 0]);
  const many = datasets.xor({ samples: 400, noise: 0.1, seed: 2 });
  const labels = labelsOf(many);
  t.is(labels.filter((label) => label === 1).length, 200);
  for (const [i, [a, b]] of rowsOf(many).entries()) t.is(labels[i], Math.round(a) === Math.round(b) ? 0 : 1);
});

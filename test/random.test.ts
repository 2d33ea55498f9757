import test from 'ava';

import {
  Generator,
  HebbError,
  assign,
  bernoulli,
  capture,
  permutation,
  rand,
  randint,
  randn,
  seed,
  shuffle,
  tensor,
  truncatedNormal,
  type Tensor,
} from '../src/index.js';
import type { Dtype } from '../src/dtype.js';
import { native } from '../src/native.js';
import { randomInt } from '../src/ops/random.js';
import { golden } from './support/golden.js';

function moments(x: Tensor): { mean: number; variance: number; skew: number; kurtosis: number } {
  const data = x.dataSync();
  const moment = (center: number, power: number): number => {
    let total = 0;
    for (const value of data) total += (value - center) ** power;
    return total / data.length;
  };
  const mean = moment(0, 1);
  const variance = moment(mean, 2);
  return { mean, variance, skew: moment(mean, 3) / variance ** 1.5, kurtosis: moment(mean, 4) / variance ** 2 };
}

/** How far counts of equally likely outcomes are from even, in standard deviations of the chi-square statistic. */
function unevenness(counts: readonly number[]): number {
  const expected = counts.reduce((total, count) => total + count, 0) / counts.length;
  const chiSquare = counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
  return Math.abs(chiSquare - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

test('the generator is Philox4x32-10: its words are the recorded ones', (t) => {
  const vectors = golden('philox').vectors.filter(({ counter }) => counter[2] === 0 && counter[3] === 0);
  t.true(vectors.length >= 4);
  for (const { counter, key, output } of vectors) {
    const state = tensor(Int32Array.from([...key, ...counter.slice(0, 2)], (word) => word | 0));
    const words = randomInt(state, [4], -(2 ** 31), 2 ** 31, 'int32').dataSync();
    t.deepEqual(Array.from(words, (word) => word + 2 ** 31), output);
  }
});

test('a seed gives the same numbers again, another seed gives others', (t) => {
  seed(42);
  const first = rand([100]).dataSync();
  const next = rand([100]).dataSync();
  seed(42);
  t.deepEqual(rand([100]).dataSync(), first);
  t.notDeepEqual(next, first);
  seed(43);
  t.notDeepEqual(rand([100]).dataSync(), first);
});

test('seeds that differ only beyond 32 bits give other numbers', (t) => {
  t.notDeepEqual(rand([8], { seed: 1 }).dataSync(), rand([8], { seed: 1 + 2 ** 32 }).dataSync());
  t.notDeepEqual(rand([8], { seed: 1 }).dataSync(), rand([8], { seed: -1 }).dataSync());
});

test('a seed of its own leaves the global generator alone', (t) => {
  seed(1);
  const expected = [rand([5]).toArray(), rand([5]).toArray()];
  seed(1);
  const first = rand([5]).toArray();
  randn([50], { seed: 9 });
  permutation(50, { seed: 9 });
  t.deepEqual([first, rand([5]).toArray()], expected);
});

test('one long draw holds the numbers of draws of whole blocks one after the other', (t) => {
  for (const dtype of ['float32', 'float64'] as const) {
    const long = new Generator(5).rand([1000], 0, 1, dtype).dataSync();
    const generator = new Generator(5);
    const parts = [4, 96, 900].flatMap((n) => [...generator.rand([n], 0, 1, dtype).dataSync()]);
    t.deepEqual(parts, [...long]);
  }
});

test('the state can be copied and restored', (t) => {
  const generator = new Generator(3);
  generator.randn([7]);
  const saved = generator.state.dataSync();
  const expected = generator.randn([9]).dataSync();
  t.notDeepEqual(generator.state.dataSync(), saved);
  const restored = new Generator(0);
  assign(restored.state, tensor(saved));
  t.deepEqual(restored.randn([9]).dataSync(), expected);
});

const bitsOf = (x: Tensor): Uint8Array => new Uint8Array(x.dataSync().buffer);

test('the bits do not depend on the number of threads', (t) => {
  const draws: (() => Tensor)[] = [
    () => rand([100_003], { seed: 1 }),
    () => randn([100_003], { seed: 1 }),
    () => randn([50_001], { seed: 1, dtype: 'float64' }),
    () => truncatedNormal([100_003], { seed: 1 }),
    () => randint(-5, 1000, [100_003], { seed: 1 }),
    () => bernoulli(0.3, [100_003], { seed: 1 }),
    () => permutation(30_001, { seed: 1 }),
  ];
  const { threads } = native.cpuInfo();
  for (const draw of draws) {
    native.setThreads(1);
    const one = bitsOf(draw());
    native.setThreads(4);
    const four = bitsOf(draw());
    native.setThreads(threads);
    t.deepEqual(one, four);
  }
});

test('uniform numbers are even over [0, 1) and never reach the upper end', (t) => {
  for (const dtype of ['float32', 'float64'] as const) {
    const x = rand([200_000], { seed: 11, dtype });
    t.is(x.dtype, dtype);
    const data = x.dataSync();
    t.true(data.every((value) => value >= 0 && value < 1));
    const counts = new Array<number>(100).fill(0);
    for (const value of data) counts[Math.floor(value * 100)]!++;
    t.true(unevenness(counts) < 4, `${unevenness(counts)}`);
    let lag = 0;
    for (let i = 1; i < data.length; i++) lag += (data[i - 1]! - 0.5) * (data[i]! - 0.5);
    t.true(Math.abs(lag / data.length) < (4 / 12) / Math.sqrt(data.length));
  }
  const narrow = new Generator(1).rand([100_000], 1, 1 + 2 ** -22).dataSync();
  t.true(narrow.every((value) => value >= 1 && value < 1 + 2 ** -22));
  const shifted = new Generator(1).rand([1000], -3, -2).dataSync();
  t.true(shifted.every((value) => value >= -3 && value < -2));
});

test('normal numbers have the moments of a normal distribution', (t) => {
  for (const dtype of ['float32', 'float64'] as const) {
    const n = 200_000;
    const { mean, variance, skew, kurtosis } = moments(randn([n], { seed: 12, dtype }));
    t.true(Math.abs(mean) < 4 / Math.sqrt(n), `mean ${mean}`);
    t.true(Math.abs(variance - 1) < 4 * Math.sqrt(2 / n), `variance ${variance}`);
    t.true(Math.abs(skew) < 4 * Math.sqrt(6 / n), `skew ${skew}`);
    t.true(Math.abs(kurtosis - 3) < 4 * Math.sqrt(24 / n), `kurtosis ${kurtosis}`);
    const scaled = moments(new Generator(12).randn([n], 5, 2, dtype));
    t.true(Math.abs(scaled.mean - 5) < 8 / Math.sqrt(n) && Math.abs(scaled.variance - 4) < 16 * Math.sqrt(2 / n));
  }
});

test('truncated normal numbers stay within two deviations and have the variance that this leaves', (t) => {
  for (const dtype of ['float32', 'float64'] as const) {
    const x = truncatedNormal([200_000], { seed: 13, dtype });
    t.true(x.dataSync().every((value) => Math.abs(value) <= 2));
    const { mean, variance } = moments(x);
    t.true(Math.abs(mean) < 0.01);
    t.true(Math.abs(variance - 0.7737) < 0.01, `variance ${variance}`);
    const wide = new Generator(13).truncatedNormal([1000], 1, 3, dtype).dataSync();
    t.true(wide.every((value) => value >= -5 && value <= 7));
    t.true(wide.some((value) => value > 4));
  }
});

test('whole numbers are even over their range, and reach both ends', (t) => {
  for (const [low, high, dtype] of [[-3, 4, 'int32'], [0, 256, 'uint8'], [10, 11, 'int32']] as [number, number, Dtype][]) {
    const counts = new Array<number>(high - low).fill(0);
    const x = randint(low, high, [60_000], { seed: 14, dtype });
    t.is(x.dtype, dtype);
    for (const value of x.dataSync()) counts[value - low]!++;
    t.true(high - low === 1 || unevenness(counts) < 4);
  }
  const half = randint(-(2 ** 30), 2 ** 31 - 1, [50_000], { seed: 15 }).dataSync();
  t.true(half.every((value) => value >= -(2 ** 30)));
  const below = Array.from(half).filter((value) => value < 2 ** 29).length / half.length;
  t.true(Math.abs(below - 0.5) < 0.01, 'a range of 3/4 of all words needs redraws to be even');
});

test('coin flips have their probability, in any dtype', (t) => {
  for (const dtype of ['bool', 'uint8', 'int32', 'float32', 'float64'] as const) {
    const x = bernoulli(0.2, [50_000], { seed: 16, dtype });
    t.is(x.dtype, dtype);
    const data = x.dataSync();
    const ones = Array.from(data).filter((value) => value === 1).length;
    t.true(data.every((value) => value === 0 || value === 1));
    t.true(Math.abs(ones / 50_000 - 0.2) < 0.01);
  }
  t.true(bernoulli(1, [1000]).dataSync().every((value) => value === 1));
  t.true(bernoulli(0, [1000]).dataSync().every((value) => value === 0));
});

test('a permutation holds every number once', (t) => {
  for (const n of [0, 1, 2, 31, 32, 33, 1000, 70_000]) {
    const order = permutation(n, { seed: n }).dataSync();
    t.is(order.length, n);
    t.deepEqual(Int32Array.from(order).sort(), Int32Array.from({ length: n }, (_, i) => i));
  }
});

test('shuffle puts rows in the order of the permutation of its seed', (t) => {
  const x = tensor([[0, 1], [2, 3], [4, 5], [6, 7]]);
  const order = [...permutation(4, { seed: 3 }).dataSync()];
  t.deepEqual(shuffle(x, { seed: 3 }).toArray(), order.map((row) => [2 * row, 2 * row + 1]));
  t.throws(() => shuffle(1), { code: 'ERR_SHAPE' });
});

test('every order of four is equally likely', (t) => {
  const counts = new Map<string, number>();
  const generator = new Generator(17);
  for (let i = 0; i < 12_000; i++) {
    const order = generator.permutation(4).dataSync().join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  t.is(counts.size, 24);
  t.true(unevenness([...counts.values()]) < 4);
});

test('every place of a long permutation is equally likely for every number', (t) => {
  const generator = new Generator(18);
  const n = 20;
  const counts = new Array<number>(n * n).fill(0);
  for (let i = 0; i < 4000; i++) {
    for (const [place, value] of generator.permutation(n).dataSync().entries()) counts[place * n + value]!++;
  }
  t.true(unevenness(counts) < 4);
});

test('a captured program draws new numbers at each replay, the ones that eager calls would draw', async (t) => {
  const generator = new Generator(19);
  const expected = [generator.randn([6]).toArray(), generator.permutation(5).toArray(), generator.randn([6]).toArray(), generator.permutation(5).toArray()];
  generator.seed(19);
  const step = capture(() => [generator.randn([6]), generator.permutation(5)] as const);
  const seen: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    await step.run(1);
    seen.push(step.result[0].toArray(), step.result[1].toArray());
  }
  t.deepEqual(seen, expected);
  generator.seed(19);
  await step.run(2);
  t.deepEqual([step.result[0].toArray(), step.result[1].toArray()], expected.slice(2));
});

test('arguments that make no sense are errors with their code', (t) => {
  const code = (fn: () => unknown): string => t.throws(fn, { instanceOf: HebbError }).code;
  t.is(code(() => { seed(1.5); }), 'ERR_ARGUMENT');
  t.is(code(() => rand([2], { seed: NaN })), 'ERR_ARGUMENT');
  t.is(code(() => rand([2], { dtype: 'int32' })), 'ERR_DTYPE');
  t.is(code(() => randn([-1])), 'ERR_SHAPE');
  t.is(code(() => randint(3, 3, [2])), 'ERR_ARGUMENT');
  t.is(code(() => randint(0, 300, [2], { dtype: 'uint8' })), 'ERR_ARGUMENT');
  t.is(code(() => randint(0, 3, [2], { dtype: 'float32' })), 'ERR_DTYPE');
  t.is(code(() => bernoulli(1.5, [2])), 'ERR_ARGUMENT');
  t.is(code(() => permutation(-1)), 'ERR_ARGUMENT');
  t.is(code(() => permutation(2 ** 31)), 'ERR_ARGUMENT');
  t.is(code(() => new Generator(1).rand([2], 1, 0)), 'ERR_ARGUMENT');
  t.is(code(() => new Generator(1).randn([2], 0, -1)), 'ERR_ARGUMENT');
  t.is(code(() => randomInt(tensor([1, 2]), [2], 0, 3, 'int32')), 'ERR_ARGUMENT');
});

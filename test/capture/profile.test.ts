import test from 'ava';
import { HebbError, capture, matmul, ones } from '../../src/index.js';

test('a profile has a row per launch, with the work and the time of each', (t) => {
  const [a, b] = [ones([64, 32]), ones([32, 48])];
  const program = capture(() => matmul(a, b).exp());
  const { launches, seconds } = program.profile(20);
  t.is(launches.length, program.launches);
  t.deepEqual(launches.map(({ launch }) => launch), program.toString().trimEnd().split('\n'));
  t.true(launches.every((row) => row.seconds > 0 && row.gigabytesPerSecond > 0));
  const [product, exponential] = launches;
  t.true(Math.abs(product!.gflops * product!.seconds * 1e9 - 2 * 64 * 32 * 48) < 1e-3);
  t.is(exponential!.gflops, 0);
  t.true(Math.abs(exponential!.gigabytesPerSecond * exponential!.seconds * 1e9 - 2 * 4 * 64 * 48) < 1e-3);
  t.true(Math.abs(seconds - launches.reduce((sum, row) => sum + row.seconds, 0)) < 1e-12);
});

test('a profile prints as a table', (t) => {
  const a = ones([8, 8]);
  const lines = capture(() => matmul(a, a)).profile(3).toString().split('\n');
  t.regex(lines[0]!, /us +share +GFLOP\/s +GB\/s +launch/);
  t.regex(lines[1]!, /100\.0 % .* matmul\(/);
  t.regex(lines[2]!, /us in all/);
});

test('a profile replays: what the program updates is updated', (t) => {
  const w = ones([4]);
  capture(() => w.assign(w.add(1))).profile(3);
  t.deepEqual([...w.dataSync()], [4, 4, 4, 4]);
});

test('the number of replays of a profile is a whole number of at least 1', (t) => {
  const program = capture(() => ones([2]).add(1));
  for (const count of [0, -1, 1.5, NaN, 10_001, 2 ** 40]) {
    const error = t.throws(() => program.profile(count), { instanceOf: HebbError });
    t.is(error.code, 'ERR_ARGUMENT');
  }
});

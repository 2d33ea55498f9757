import ava from 'ava';
import { capture, layers, ones, profile, sequential, tensor, zeros } from '../src/index.js';
import { runDocstringExamples } from './support/docstring_examples.js';

// One after the other: only one thing can be profiled at a time.
const test = ava.serial;
const peak = { gflops: 100, gigabytesPerSecond: 10 };

test('a profile of eager code has a row for each kernel and shapes, with the work of all its launches; views are none', (t) => {
  const [a, b] = [ones([32, 16]), ones([16, 48])];
  const { result, kernels, seconds, kernelSeconds, otherSeconds } = profile(() => {
    a.matmul(b);
    a.T.matmul(ones([32, 8]));
    return a.matmul(b).reshape([48, 32]).T.exp();
  }, { peak });
  t.deepEqual(result.shape, [32, 48]);
  const row = (name: string) => kernels.find(({ kernel }) => kernel === name)!;
  const product = row('matmul(float32[32,16], float32[16,48]) -> float32[32,48]');
  t.is(product.calls, 2);
  t.true(Math.abs(product.gflops * product.seconds * 1e9 - 2 * 2 * 32 * 16 * 48) < 1);
  const exponential = row('exp(float32[32,48]) -> float32[32,48]');
  t.is(exponential.gflops, 0);
  t.true(Math.abs(exponential.gigabytesPerSecond * exponential.seconds * 1e9 - 2 * 4 * 32 * 48) < 1);
  t.is(exponential.ofPeak, exponential.gigabytesPerSecond / 10);
  t.is(product.ofPeak, Math.max(product.gflops / 100, product.gigabytesPerSecond / 10));
  t.deepEqual(kernels.filter(({ kernel }) => /reshape|transpose/.test(kernel)), []);
  t.deepEqual(kernels.map((kernel) => kernel.seconds), kernels.map((kernel) => kernel.seconds).sort((x, y) => y - x));
  t.true(seconds >= kernelSeconds && Math.abs(seconds - kernelSeconds - otherSeconds) < 1e-12);
});

test('transposed operands of a product count the sums that it has', (t) => {
  const [a, b] = [ones([7, 5]), ones([7, 3])];
  const { kernels } = profile(() => a.matmul(b, { transposeA: true }), { peak });
  const [{ gflops, seconds } = { gflops: 0, seconds: 0 }] = kernels;
  t.true(Math.abs(gflops * seconds * 1e9 - 2 * 5 * 3 * 7) < 1e-3);
});

test('what is picked by index counts, not the table that it lies in', (t) => {
  const [table, rows] = [ones([1000, 8]), tensor([5, 7, 900], { dtype: 'int32' })];
  const picked = capture(() => table.gather(rows));
  for (const fn of [() => table.gather(rows), () => { picked.runSync(); }]) {
    const [{ kernel, gigabytesPerSecond, seconds } = { kernel: '', gigabytesPerSecond: 0, seconds: 0 }] = profile(fn, { peak }).kernels;
    t.regex(kernel, /^gather/);
    t.is(Math.round(gigabytesPerSecond * seconds * 1e9), 4 * (3 * 8 + 3 + 3 * 8));
  }
});

test('updates in place are kernels', (t) => {
  const w = zeros([4]);
  const { kernels } = profile(() => w.assign(ones([4])), { peak });
  t.deepEqual(kernels.map(({ kernel }) => kernel).filter((kernel) => kernel.startsWith('assign')), ['assign(float32[4], float32[4]) -> float32[4]']);
  t.deepEqual([...w.dataSync()], [1, 1, 1, 1]);
});

test('programs are replayed as often as they are run, and their launches counted', async (t) => {
  const w = zeros([4]);
  const program = capture(() => w.assign(w.add(1)));
  let told = 0;
  const { kernels } = await profile(async () => {
    await program.run(3, { onProgress: (done) => (told = done) });
    program.runSync(2);
  }, { peak });
  t.deepEqual([...w.dataSync()], [5, 5, 5, 5]);
  t.is(told, 3);
  t.is(kernels.length, program.launches);
  t.true(kernels.every(({ calls, seconds }) => calls === 5 && seconds > 0));
});

test('a profile of fit() trains as fit() does', async (t) => {
  const x = ones([20, 4]);
  const y = ones([20, 1]);
  const net = sequential([layers.dense({ units: 1, inputShape: [4] })]);
  const start = net.getWeights();
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const expected = await net.fit(x, y, { epochs: 2, batchSize: 5, verbose: 0 });
  net.setWeights(start);
  const { result, kernels, otherSeconds } = await profile(() => net.fit(x, y, { epochs: 2, batchSize: 5, verbose: 0 }), { peak });
  t.deepEqual(result.history.loss, expected.history.loss);
  t.true(kernels.some(({ kernel, calls }) => kernel.startsWith('dense(float32[5,4]') && calls === 8));
  t.true(otherSeconds > 0);
});

test('a profile prints as a table, against a peak that is measured', (t) => {
  const a = ones([64, 64]);
  const report = profile(() => a.matmul(a));
  t.true(report.peak.gflops > 0 && report.peak.gigabytesPerSecond > 0);
  const lines = report.toString().split('\n');
  t.regex(lines[0]!, /^ +us +share +calls +GFLOP\/s +GB\/s +of peak {2}kernel$/);
  t.regex(lines[1]!, /% +1 +[\d.]+ +[\d.]+ +[\d.]+ % {2}matmul\(/);
  t.regex(lines.at(-3)!, /% {2}in kernels$/);
  t.regex(lines.at(-2)!, /% {2}elsewhere/);
  t.regex(lines.at(-1)!, /^peak: [\d.]+ GFLOP\/s, [\d.]+ GB\/s$/);
});

test('what the function throws comes out, and the next profile works', async (t) => {
  t.throws(() => profile(() => { throw new Error('mine'); }, { peak }), { message: 'mine' });
  await t.throwsAsync(profile(() => Promise.reject(new Error('later')), { peak }), { message: 'later' });
  t.throws(() => profile(() => tensor([1]).matmul(ones([2, 2])), { peak }), { code: 'ERR_SHAPE' });
  t.throws(() => profile(() => profile(() => 1, { peak }), { peak }), { code: 'ERR_ARGUMENT', message: /do not nest/ });
  t.throws(() => capture(() => profile(() => 1, { peak })), { code: 'ERR_CAPTURE' });
  t.is(profile(() => ones([2]).add(1).sum().item(), { peak }).result, 4);
});

test('the example of profile() does what it says', async (t) => {
  t.is(await runDocstringExamples('src/profiling.ts'), 1);
});

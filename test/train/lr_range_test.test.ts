import ava from 'ava';
import { defaultGenerator, layers, lrRangeTest, optimizers, randn, schedules, seed, sequential, zeros } from '../../src/index.js';
import type { Sequential, Tensor } from '../../src/index.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;

function task(optimizer = optimizers.adam()): { net: Sequential; x: Tensor; y: Tensor } {
  seed(3);
  const x = randn([200, 6]);
  const net = sequential([
    layers.dense({ units: 16, activation: 'relu', inputShape: [6] }),
    layers.batchNormalization(),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  return { net, x, y: x.slice([0, null], [0, 3]).argmax(-1) };
}

/** All that training changes. */
function state(net: Sequential): unknown {
  const params = net.trainableWeights.map(({ value }) => value);
  return [...net.getWeights(), ...net.optimizer.state(params), defaultGenerator.state].map((x) => x.toArray());
}

test('lrRangeTest() finds where the loss falls and where it explodes, and leaves no trace', async (t) => {
  const { net, x, y } = task(optimizers.sgd({ momentum: 0.9 }));
  const before = state(net);
  const { rates, losses, smoothed } = await lrRangeTest(net, x, y, { minLr: 1e-4, maxLr: 1e4, steps: 120, batchSize: 32 });
  t.deepEqual(state(net), before);
  t.deepEqual([rates.length, smoothed.length], [losses.length, losses.length]);
  t.true(losses.length < 120, `ended after ${losses.length} batches`);
  t.is(rates[0], 1e-4);
  rates.slice(1).forEach((rate, i) => { t.true(Math.abs(rate / rates[i]! - 1e8 ** (1 / 119)) < 1e-9); });
  t.is(smoothed[0], losses[0]);
  const best = Math.min(...smoothed);
  t.true(best < 0.8 * smoothed[0]!, `from ${smoothed[0]} to ${best}`);
  t.true(smoothed.at(-1)! > 4 * best);
  let mean = 0;
  smoothed.forEach((value, i) => {
    mean = 0.9 * mean + 0.1 * losses[i]!;
    t.true(Math.abs(value - mean / (1 - 0.9 ** (i + 1))) < 1e-9);
  });
});

test('a test of harmless rates takes all its steps, more than the rows have batches, and the last rate is maxLr', async (t) => {
  const { net, x, y } = task();
  const { rates } = await lrRangeTest(net, x, y, { minLr: 1e-7, maxLr: 1e-5, steps: 17, batchSize: 64 });
  t.is(rates.length, 17);
  t.true(Math.abs(rates.at(-1)! - 1e-5) < 1e-15);
});

test('the loss of a batch is measured before its step', async (t) => {
  const { x, y } = task();
  const plain = sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [6] })]);
  plain.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const { loss } = await plain.evaluate(x, y);
  const { losses } = await lrRangeTest(plain, x, y, { minLr: 1e-3, maxLr: 1, steps: 3, batchSize: 200 });
  t.true(Math.abs(losses[0]! - loss!) < 1e-6);
  t.true(losses[1]! < losses[0]!);
});

test('with a schedule the rates are still those of the test', async (t) => {
  const schedule = schedules.exponentialDecay({ initialLearningRate: 0, decaySteps: 1, decayRate: 1 });
  const { net, x, y } = task(optimizers.sgd({ learningRate: schedule }));
  const { smoothed } = await lrRangeTest(net, x, y, { minLr: 1e-3, maxLr: 1, steps: 40 });
  t.true(Math.min(...smoothed) < 0.8 * smoothed[0]!);
  t.is(net.optimizer.learningRate.item(), 0);
});

test('the picture shows both curves on a logarithmic axis, in SVG and as text', async (t) => {
  const { net, x, y } = task();
  const range = await lrRangeTest(net, x, y, { minLr: 1e-5, maxLr: 1e-1, steps: 50 });
  const svg = range.plot().toSVG();
  t.deepEqual([...svg.matchAll(/>(1e-?\d+)</g)].map(([, text]) => text), ['1e-5', '1e-4', '1e-3', '1e-2', '1e-1']);
  for (const text of ['learning rate range test', 'smoothed', 'loss', 'learning rate']) t.true(svg.includes(`>${text}<`), text);
  const paths = [...svg.matchAll(/class="curve" d="([^"]*)"/g)].map(([, path]) => path!.split(/[ML]/).slice(1).map((point) => Number(point.split(' ')[0])));
  t.deepEqual(paths.map(({ length }) => length), [50, 50]);
  const gaps = paths[0]!.slice(1).map((at, i) => at - paths[0]![i]!);
  t.true(Math.max(...gaps) - Math.min(...gaps) < 0.05, 'equal factors are equally far apart');
  const text = range.plot().toText();
  t.regex(text, /^learning rate range test: \* smoothed {3}o loss\n/);
  t.regex(text, /0\.00001 +0\.1$/);
});

test('lrRangeTest() refuses what makes no sense, and nothing changes', async (t) => {
  const { net, x, y } = task();
  const before = state(net);
  const refused = async (options: object, message: RegExp): Promise<void> => {
    await t.throwsAsync(lrRangeTest(net, x, y, options), { code: 'ERR_ARGUMENT', message });
  };
  await refused({ minLr: 0 }, /lrRangeTest: minLr is a number > 0, got 0/);
  await refused({ minLr: 0.1, maxLr: 0.01 }, /lrRangeTest: maxLr is larger than minLr, got 0.1 to 0.01/);
  await refused({ steps: 1 }, /lrRangeTest: steps is a whole number >= 2, got 1/);
  await refused({ batchSize: 0 }, /lrRangeTest: batchSize is a whole number >= 1, got 0/);
  await refused({ minLR: 1 }, /lrRangeTest: there is no option 'minLR'/);
  await t.throwsAsync(lrRangeTest(net, zeros([3, 5]), y), { code: 'ERR_SHAPE', message: /lrRangeTest: .*expected input/ });
  t.deepEqual(state(net), before);
});

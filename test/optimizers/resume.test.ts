import { join } from 'node:path';
import ava, { type ExecutionContext } from 'ava';
import { layers, loadModel, optimizers, randn, schedules, seed, sequential } from '../../src/index.js';
import type { Model, Sequential, Tensor } from '../../src/index.js';
import { temporaryFolder } from '../support/temporary_folder.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;
const quiet = { verbose: 0, batchSize: 16 } as const;

function file(t: ExecutionContext): string {
  return join(temporaryFolder(t), 'model.hebb');
}

const values = (net: Model): unknown => net.getWeights().map((w) => w.toArray());

function data(): { x: Tensor; y: Tensor } {
  seed(6);
  const x = randn([100, 6]);
  return { x, y: x.slice([0, null], [0, 3]).argmax(-1) };
}

function network(optimizer: optimizers.Optimizer): Sequential {
  seed(7);
  const net = sequential([
    layers.dense({ units: 8, activation: 'relu', inputShape: [6] }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  return net;
}

const { Optimizer: _, ...makers } = optimizers;
const cosine = (): schedules.Schedule =>
  schedules.cosineDecay({ initialLearningRate: 0.001, warmupTarget: 0.05, warmupSteps: 5, decaySteps: 30 });

// 7 batches an epoch: after two epochs, four batches of five wait for their step.
const variants: [string, optimizers.OptimizerOptions][] = [
  ['as it is', { learningRate: 0.02 }],
  ['weight decay, accumulated gradients and a schedule', { learningRate: cosine(), weightDecay: 0.1, gradientAccumulationSteps: 5 }],
  ['running means', { learningRate: 0.02, useEma: true, emaMomentum: 0.8, emaOverwriteFrequency: 9, globalClipNorm: 1 }],
];

for (const [kind, make] of Object.entries(makers)) {
  test(`training goes on from a file as without it, bit for bit: ${kind}`, async (t) => {
    const path = file(t);
    const { x, y } = data();
    for (const [what, options] of variants) {
      const net = network(make(options));
      const start = values(net);
      await net.fit(x, y, { epochs: 2, ...quiet });
      t.notDeepEqual(values(net), start, what);
      await net.save(path);
      await net.fit(x, y, { initialEpoch: 2, epochs: 5, ...quiet });
      seed(99); // the file brings the generator back
      const loaded = await loadModel(path);
      t.deepEqual(loaded.optimizer.getConfig(), net.optimizer.getConfig(), what);
      await loaded.fit(x, y, { initialEpoch: 2, epochs: 5, ...quiet });
      t.deepEqual(values(loaded), values(net), what);
      t.is(loaded.optimizer.learningRate.item(), net.optimizer.learningRate.item(), what);
      t.is(loaded.optimizer.iterations.item(), net.optimizer.iterations.item(), what);
    }
  });

  test(`a name alone chooses the optimiser: ${kind}`, (t) => {
    const net = network(make());
    net.compile({ optimizer: kind, loss: 'mse' });
    t.is(net.optimizer.kind, kind);
    t.deepEqual(net.optimizer.getConfig(), make().getConfig());
  });
}

test('fit() follows a schedule batch by batch, and the learning rate is that of the next batch', async (t) => {
  const { x, y } = data();
  const schedule = schedules.piecewiseConstant({ boundaries: [6], values: [0.5, 0.25] });
  const net = network(optimizers.sgd({ learningRate: schedule }));
  t.is(net.optimizer.learningRate.item(), 0.5);
  const rates: number[] = [];
  await net.fit(x, y, {
    epochs: 1, callbacks: [{ onBatchEnd: (model) => void rates.push(model.optimizer.learningRate.item()) }], ...quiet,
  });
  t.deepEqual(rates, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25]);
});

test('an epoch replayed without JavaScript ends with the bits of one that stops after every batch', async (t) => {
  const { x, y } = data();
  const options = { learningRate: cosine(), gradientAccumulationSteps: 3, useEma: true, emaMomentum: 0.5, weightDecay: 0.1 };
  const nets: Sequential[] = [];
  for (const callbacks of [[], [{ onBatchEnd: () => undefined }]]) {
    const net = network(optimizers.adamw(options));
    await net.fit(x, y, { epochs: 3, callbacks, ...quiet });
    nets.push(net);
  }
  t.deepEqual(values(nets[0]!), values(nets[1]!));
  t.is(nets[0]!.optimizer.iterations.item(), 7, '21 batches');
  t.true(Math.abs(nets[0]!.optimizer.learningRate.item() - cosine().call(21).item()) < 1e-15);
});

test('every schedule comes back from a file as it was', async (t) => {
  const path = file(t);
  const made = [
    schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.5, staircase: true }),
    schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.5 }),
    schedules.piecewiseConstant({ boundaries: [2, 4], values: [0.1, 0.2, 0.3] }),
    schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 7, power: 2, cycle: true }),
    schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 7, alpha: 0.1 }),
    cosine(),
    schedules.cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 3, tMul: 1.5, mMul: 0.5 }),
    schedules.oneCycle({ maxLearningRate: 1, totalSteps: 20, threePhase: true, annealStrategy: 'linear' }),
  ];
  for (const schedule of made) {
    const net = network(optimizers.adam({ learningRate: schedule }));
    await net.save(path);
    const { initialRate } = (await loadModel(path)).optimizer;
    if (typeof initialRate === 'number') {
      t.fail(`${schedule.kind} came back as a number`);
      continue;
    }
    const rates = (made: schedules.Schedule): number[] => [0, 1, 4, 9, 30].map((step) => made.call(step).item());
    t.is(initialRate.kind, schedule.kind);
    t.deepEqual(rates(initialRate), rates(schedule), schedule.kind);
  }
});

test('a schedule of the user works in fit(), and comes back from a file when loadModel() is given it', async (t) => {
  const path = file(t);
  const { x, y } = data();
  const falling: schedules.Schedule = { kind: 'falling', config: {}, call: (step: Tensor) => step.mul(-1).exp() };
  const net = network(optimizers.sgd({ learningRate: falling }));
  await net.fit(x, y, quiet);
  t.is(net.optimizer.learningRate.item().toFixed(12), Math.exp(-7).toFixed(12));
  await net.save(path);
  await t.throwsAsync(loadModel(path), { code: 'ERR_FORMAT', message: /the learning rate needs 'falling'/ });
  t.is((await loadModel(path, { classes: { falling: () => falling } })).optimizer.initialRate, falling);
});

test('with accumulated gradients nothing changes until the last batch of a group, and the step is that of the mean gradient', (t) => {
  const { x, y } = data();
  const rows = (from: number, to: number): [Tensor, Tensor] => [x.slice([from, to]), y.slice([from, to])];
  const parts = network(optimizers.sgd({ learningRate: 0.5, momentum: 0.9, gradientAccumulationSteps: 4 }));
  const whole = network(optimizers.sgd({ learningRate: 0.5, momentum: 0.9 }));
  for (let group = 0; group < 2; group++) {
    const before = values(parts);
    for (let part = 0; part < 4; part++) {
      t.deepEqual(values(parts), before, `batch ${part} of group ${group}`);
      parts.trainOnBatch(...rows(group * 40 + part * 10, group * 40 + part * 10 + 10));
    }
    whole.trainOnBatch(...rows(group * 40, group * 40 + 40));
    t.is(parts.optimizer.iterations.item(), group + 1);
    for (const [i, w] of parts.getWeights().entries()) {
      const other = whole.getWeights()[i]!;
      t.true(w.sub(other).abs().max().item() < 1e-6, `weight ${i} after group ${group}`);
    }
  }
});

test('with running means fit() ends with the means, and not where it was stopped', async (t) => {
  const { x, y } = data();
  const net = network(optimizers.sgd({ learningRate: 0.5, useEma: true, emaMomentum: 0.5 }));
  const seen: Tensor[][] = [];
  await net.fit(x, y, { epochs: 1, callbacks: [{ onBatchEnd: (model) => void seen.push(model.getWeights()) }], ...quiet });
  const expected = seen.reduce((mean, weights) => mean.map((w, i) => w.mul(0.5).add(weights[i]!.mul(0.5))));
  for (const [i, w] of net.getWeights().entries()) {
    t.true(w.sub(expected[i]!).abs().max().item() < 1e-6);
    t.true(w.sub(seen.at(-1)![i]!).abs().max().item() > 1e-4, 'the last step is another');
  }
  const stop = new AbortController();
  let last: unknown;
  const stopping = { onBatchEnd: (model: Model, batch: number): void => { if (batch === 3) { last = values(model); stop.abort(); } } };
  await t.throwsAsync(net.fit(x, y, { callbacks: [stopping], signal: stop.signal, ...quiet }), { code: 'ERR_ABORTED' });
  t.deepEqual(values(net), last);
});

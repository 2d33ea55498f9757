// What fit() does where a GPU is worth it: on a GPU, or on the stand-in of scripts/test_stand_in.mjs.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  callbacks, copy, devices, getDevice, HebbError, layers, loadModel, mul, optimizers, rand, randn, schedules, seed, sequential, setDevice,
  square, sub, sum, tensor, withDevice, zeros, type History, type Sequential, type Tensor,
} from '../../src/index.js';
import type { Callback } from '../../src/train/callbacks.js';
import type { FitOptions } from '../../src/train/fit.js';
import { childResult, hebbUrl } from '../support/node_process.js';
import { temporaryFolder } from '../support/temporary_folder.js';

const [, second] = devices();
const gpu = second !== undefined && 'device' in second ? second.device : undefined;
const deviceTest = gpu === undefined ? test.skip : test.serial;
const there = gpu ?? 'cuda';
const named = getDevice();

test.beforeEach(() => {
  setDevice('auto');
  if (gpu !== undefined) zeros([1], { device: gpu }); // its driver runs
});
test.after(() => { setDevice(named); });

/** A network and rows of which a fit of 12 epochs gains on a GPU; the same whenever and wherever it is called. */
function task(optimizer = optimizers.sgd({ momentum: 0.5 })): { net: Sequential; x: Tensor; y: Tensor } {
  seed(7);
  const net = sequential([
    layers.dense({ units: 512, activation: 'relu', inputShape: [256] }),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const x = randn([1500, 256]);
  return { net, x, y: x.slice([0, null], [0, 10]).argmax(-1) };
}

const options: FitOptions = { epochs: 12, batchSize: 256, verbose: 0 };

/** What a training leaves, in numbers: the history, some of each weight, the next random numbers. */
function left(net: Sequential, history: History): unknown {
  return { history: history.history, weights: net.getWeights().map((w) => [...w.dataSync().slice(0, 99)]), next: rand([3]).toArray() };
}

function isOnCpu(t: ExecutionContext, net: Sequential): void {
  const all = [...net.weightValues(), ...net.optimizer.state(net.trainableWeights.map(({ value }) => value))];
  t.deepEqual([...new Set([...all.map(({ device }) => device), getDevice(), zeros([1]).device])], ['cpu']);
}

deviceTest('a run that gains there computes on the GPU, with the bits of one that was told to', async (t) => {
  const how: FitOptions = { ...options, validationSplit: 0.1 };
  const made = (): ReturnType<typeof task> => task(optimizers.adam({ learningRate: schedules.exponentialDecay({ initialLearningRate: 0.01, decaySteps: 10, decayRate: 0.9 }), useEma: true }));
  const explicit = await withDevice(there, async () => {
    const { net, x, y } = made();
    return left(net, await net.fit(x, y, how));
  });
  const { net, x, y } = made();
  isOnCpu(t, net);
  const history = await net.fit(x, y, how);
  t.is(history.device, there);
  isOnCpu(t, net);
  t.is(x.device, 'cpu');
  t.deepEqual(left(net, history), explicit);
  // All goes on with the state of the optimiser, on a GPU or not.
  const more = await withDevice('cpu', () => net.fit(x, y, { ...how, epochs: 1 }));
  t.is(more.device, 'cpu');
  t.true((more.history.loss?.[0] ?? NaN) < (history.history.loss?.[0] ?? NaN));
});

deviceTest('the device that was named computes: by setDevice or withDevice; small runs and runs on batches stay on the CPU', async (t) => {
  const { net, x, y } = task();
  const device = async (how: FitOptions = options): Promise<string> => (await net.fit(x, y, how)).device;
  t.is(await device(), there);
  t.is(await withDevice('cpu', () => device()), 'cpu');
  t.is(await device(), there);
  setDevice('cpu');
  t.is(await device(), 'cpu');
  setDevice('auto');
  t.is(await device({ ...options, epochs: 1 }), 'cpu');
  t.is((await net.fit([[x, y]], { epochs: 100, verbose: 0 })).device, 'cpu');
  t.is(await device(), there);
});

deviceTest('callbacks find the model on the CPU, with the values of the moment, and what they change counts', async (t) => {
  const folder = temporaryFolder(t);
  const changes = (seen: number[]): Callback => ({
    async onEpochEnd(net, epoch) {
      const [first] = net.weightValues();
      seen.push(sum(square(first!)).item(), rand([1]).item());
      const x = randn([20, 256], { seed: 1 });
      seen.push(sum(square(net.predict(x) as Tensor)).item(), (await net.evaluate(x, x.slice([0, null], [0, 10]).argmax(-1))).loss ?? NaN);
      if (epoch === 3) net.setWeights(net.getWeights().map((w) => mul(w, 0.5)));
      if (epoch === 5) net.optimizer.learningRate.assign(0.001);
      if (epoch === 7) {
        await net.save(join(folder, 'net.safetensors'));
        const again = await loadModel(join(folder, 'net.safetensors'));
        t.deepEqual(again.getWeights().map((w) => w.toArray()), net.getWeights().map((w) => w.toArray()));
      }
    },
  });
  const [seenThere, seenHere]: [number[], number[]] = [[], []];
  const explicit = await withDevice(there, async () => {
    const { net, x, y } = task();
    return left(net, await net.fit(x, y, { ...options, callbacks: [changes(seenThere)] }));
  });
  const { net, x, y } = task();
  const devicesSeen = new Set<string>();
  const watch: Callback = { onEpochEnd: (model) => { for (const w of model.weightValues()) devicesSeen.add(w.device); } };
  const history = await net.fit(x, y, { ...options, callbacks: [changes(seenHere), watch] });
  t.is(history.device, there);
  t.deepEqual([...devicesSeen], ['cpu']);
  for (const [i, value] of seenHere.entries()) t.true(Math.abs(value - (seenThere[i] ?? NaN)) < 1e-4 * Math.abs(value) + 1e-5, `${i}: ${value}`);
  t.deepEqual(left(net, history), explicit);
});

deviceTest('callbacks of batches see and change the model at every batch', async (t) => {
  const run = async (): Promise<{ history: History; sums: number[]; all: unknown }> => {
    const { net, x, y } = task(optimizers.sgd());
    const sums: number[] = [];
    const history = await net.fit(x, y, {
      ...options,
      validationData: [x.slice([0, 100]), y.slice([0, 100])],
      callbacks: [{
        onBatchBegin: (model, batch) => { if (batch === 2) model.optimizer.learningRate.assign(0.02); },
        onBatchEnd: (model, batch) => {
          const [first] = model.weightValues();
          sums.push(sum(square(first!)).item());
          if (batch === 5) first!.assign(mul(first!, 0.9));
        },
      }],
    });
    return { history, sums, all: left(net, history) };
  };
  const explicit = await withDevice(there, run);
  const { history, sums, all } = await run();
  t.is(history.device, there);
  t.is(sums.length, 12 * 6);
  for (const [i, value] of sums.entries()) t.true(Math.abs(value - (explicit.sums[i] ?? NaN)) < 1e-4 * value);
  t.deepEqual(all, explicit.all);
});

deviceTest('early stopping, a signal or an error end the run with what it has learned, on the CPU', async (t) => {
  const { net, x, y } = task();
  const start = net.getWeights().map((w) => copy(w));
  const moved = (): number => sum(square(sub(net.weightValues()[0]!, start[0]!))).item();

  const stopped = await net.fit(x, y, { ...options, callbacks: [callbacks.earlyStopping({ monitor: 'loss', patience: 0, minDelta: 100, restoreBestWeights: true })] });
  t.is(stopped.device, there);
  t.is(stopped.epoch.length, 2);
  isOnCpu(t, net);
  t.true(moved() > 0);

  const thrown = await t.throwsAsync(net.fit(x, y, { ...options, callbacks: [{ onEpochEnd: (_, epoch) => { if (epoch === 2) throw new Error('mine'); } }] }));
  t.is(thrown.message, 'mine');
  isOnCpu(t, net);

  const controller = new AbortController();
  const before = moved();
  let ended: boolean | undefined;
  const aborted = await t.throwsAsync(
    net.fit(x, y, {
      ...options, epochs: 1000, signal: controller.signal,
      callbacks: [{ onEpochEnd: (_, epoch) => { if (epoch === 1) controller.abort(); }, onTrainEnd: (_, __, completed) => { ended = completed; } }],
    }),
    { instanceOf: HebbError },
  );
  t.is(aborted.code, 'ERR_ABORTED');
  t.is(ended, false);
  isOnCpu(t, net);
  t.not(moved(), before);

  const wrong = await t.throwsAsync(net.fit(x, tensor(Int32Array.from({ length: 1500 }, () => 11)), options), { instanceOf: HebbError });
  t.is(wrong.code, 'ERR_ARGUMENT');
  isOnCpu(t, net);
  t.is((await net.fit(x, y, options)).device, there);
});

/** As the JSON that it prints: a script in which `hebb` is the library, `task` the above, and STAND_IN_BYTES the memory of the stand-in. */
const child = (script: string, environment: Record<string, string> = {}): Promise<unknown> => childResult(`
  const { layers, optimizers, randn, seed, sequential } = hebb;
  ${task.toString()}
  const options = ${JSON.stringify(options)};
  ${left.toString().replace('rand(', 'hebb.rand(')}
  ${script}`, { HEBB_DEVICE: '', ...environment });

deviceTest('HEBB_DEVICE names the device for fit(), too; auto is as without', async (t) => {
  const script = `
    hebb.zeros([1], { device: 'cuda' });
    const { net, x, y } = task();
    console.log(JSON.stringify([hebb.getDevice(), x.device, (await net.fit(x, y, options)).device, net.weightValues()[0].device]));`;
  t.deepEqual(await child(script, { HEBB_DEVICE: 'auto' }), ['cpu', 'cpu', 'cuda:0', 'cpu']);
  t.deepEqual(await child(script, { HEBB_DEVICE: 'cpu' }), ['cpu', 'cpu', 'cpu', 'cpu']);
});

deviceTest('a run that is too small starts no driver; one in a worker thread takes the GPU as any other', async (t) => {
  const [small, large, worker] = (await child(`
    import { Worker } from 'node:worker_threads';
    const { net, x, y } = task();
    const fits = async (how) => [(await net.fit(x, y, { ...options, ...how })).device, ...Object.keys(hebb.memory())];
    const small = await fits({ epochs: 2 });
    const large = await fits({ epochs: 120 });
    const source = 'import * as hebb from ' + ${JSON.stringify(JSON.stringify(hebbUrl))} + '; import { parentPort } from "node:worker_threads";'
      + 'const { layers, optimizers, randn, seed, sequential } = hebb; hebb.zeros([1], { device: "cuda" });' + task.toString()
      + 'const { net, x, y } = task(); const { device } = await net.fit(x, y, ' + JSON.stringify(options) + ');'
      + 'parentPort.postMessage([device, net.weightValues()[0].device]);';
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)));
    const answer = await new Promise((resolve, reject) => { worker.on('message', resolve); worker.on('error', reject); });
    console.log(JSON.stringify([small, large, answer]));`)) as string[][];
  t.deepEqual(small, ['cpu', 'cpu']);
  t.deepEqual(large, ['cuda:0', 'cpu', 'cuda:0']);
  t.deepEqual(worker, ['cuda:0', 'cpu']);
});

const isStandIn = second !== undefined && 'name' in second && second.name === 'stand-in';
(isStandIn ? test.serial : test.skip)('where the memory of the GPU is full, before or in the run, the CPU does the rest, and nothing is lost', async (t) => {
  const script = (callback: string): string => `
    hebb.zeros([1], { device: 'cuda' });
    const { net, x, y } = task();
    const hold = [];
    const history = await net.fit(x, y, { ...options, validationSplit: 0.1, callbacks: [${callback}] });
    console.log(JSON.stringify({ device: history.device, left: left(net, history) }));`;
  const fill = `{ onEpochBegin(_, epoch) {
    if (epoch === 5) try { for (;;) hold.push(hebb.zeros([100_000], { device: 'cuda' })); } catch {}
  } }`;
  const cpu = await withDevice('cpu', async () => {
    const { net, x, y } = task();
    return { device: 'cpu', left: left(net, await net.fit(x, y, { ...options, validationSplit: 0.1 })) };
  });
  t.deepEqual(await child(script(''), { STAND_IN_BYTES: '1000000' }), cpu);
  t.deepEqual(await child(script(fill), { STAND_IN_BYTES: '64000000' }), cpu);
});

deviceTest('a model whose loss computes with a tensor of the CPU is trained there', async (t) => {
  const { net, x, y } = task();
  const factor = tensor([2]);
  net.compile({ optimizer: 'sgd', loss: (yTrue: Tensor, yPred: Tensor) => mul(square(sub(yPred.slice([0, null], 0), yTrue.cast('float32'))), factor) });
  const history = await net.fit(x, y, options);
  t.is(history.device, 'cpu');
  t.true((history.history.loss?.at(-1) ?? NaN) < (history.history.loss?.[0] ?? NaN));
  t.is(factor.device, 'cpu');
});

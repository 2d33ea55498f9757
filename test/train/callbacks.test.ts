import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ava from 'ava';
import { callbacks, layers, losses, ones, optimizers, randn, schedules, seed, sequential, zeros } from '../../src/index.js';
import type { Model, Sequential, Tensor } from '../../src/index.js';
import { runDocstringExamples } from '../support/docstring_examples.js';
import { golden, mismatch } from '../support/golden.js';
import { childResult } from '../support/node_process.js';
import { temporaryFolder } from '../support/temporary_folder.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;
const quiet = { verbose: 0 } as const;

const values = (net: Model): unknown => net.getWeights().map((w) => w.toArray());

function data(): { x: Tensor; y: Tensor } {
  seed(6);
  const x = randn([90, 6]);
  return { x, y: x.slice([0, null], [0, 3]).argmax(-1) };
}

function network(optimizer: optimizers.Optimizer = optimizers.sgd({ learningRate: 0.1 })): Sequential {
  seed(7);
  const net = sequential([
    layers.dense({ units: 8, activation: 'relu', inputShape: [6] }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

/** Logs that a callback before the others writes in every epoch. */
function logging(name: string, list: readonly number[]): callbacks.Callback {
  return { onEpochEnd: (_model, epoch, logs) => { logs[name] = list[epoch]!; } };
}

const { plateau, csv } = golden('optimizers');

test('reduceLROnPlateau() lowers the learning rate when Keras does, on every recorded sequence', async (t) => {
  t.is(plateau.traces.length, 32);
  t.true(plateau.traces.some(({ rates }) => rates.at(-1)! < 0.02), 'some are lowered twice');
  for (const { sequence, arguments: options, rates: expected } of plateau.traces) {
    const net = network();
    const callback = callbacks.reduceLROnPlateau(options);
    await callback.onTrainBegin?.(net, { epochs: 1, initialEpoch: 0, stepsPerEpoch: 1, batchSize: 1, rows: 1 });
    const rates: number[] = [];
    for (const [epoch, loss] of plateau.sequences[sequence]!.entries()) {
      await callback.onEpochEnd?.(net, epoch, { val_loss: loss });
      rates.push(net.optimizer.learningRate.item());
    }
    t.is(mismatch(rates, expected, { relative: 1e-12 }), null, JSON.stringify([sequence, options]));
  }
});

test("the mode 'auto' knows which metrics are better when they are larger, as Keras does", async (t) => {
  const info = { epochs: 1, initialEpoch: 0, stepsPerEpoch: 1, batchSize: 1, rows: 1 };
  const rises = [
    'accuracy', 'acc', 'binaryAccuracy', 'sparseTopKCategoricalAccuracy', 'auc', 'precision', 'recall', 'f1Score', 'fbetaScore',
    'r2Score', 'binaryIoU', 'cosineSimilarity', 'truePositives', 'trueNegatives',
  ];
  const falls = ['loss', 'mse', 'mae', 'hinge', 'klDivergence', 'logCosh', 'poisson', 'binaryCrossentropy', 'falsePositives', 'falseNegatives'];
  for (const [names, best] of [[rises, 0.9], [falls, 0.1]] as const) {
    for (const name of names) {
      const stopping = callbacks.earlyStopping({ monitor: `val_${name}`, patience: 9 });
      await stopping.onTrainBegin?.(network(), info);
      for (const [epoch, value] of [0.5, 0.9, 0.1, 0.4].entries()) await stopping.onEpochEnd?.(network(), epoch, { [`val_${name}`]: value });
      t.is(stopping.best, best, name);
    }
  }
});

test('a monitored log that is missing is a warning where the mode is given, and nothing is done', async (t) => {
  const { x, y } = data();
  const path = join(temporaryFolder(t), 'best.hebb');
  const watching = { reduceLROnPlateau: callbacks.reduceLROnPlateau({ mode: 'min', patience: 0 }), modelCheckpoint: callbacks.modelCheckpoint(path, { mode: 'max', saveBestOnly: true }) };
  for (const [name, callback] of Object.entries(watching)) {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const net = network();
    await net.fit(x, y, { callbacks: [callback], ...quiet });
    t.is((await warned).message, `${name}: there is no 'val_loss' in the logs, only accuracy, loss`);
    t.is(net.optimizer.learningRate.item(), 0.1);
  }
  t.false(existsSync(path));
});

test('modelCheckpoint() with a threshold to begin with saves nothing before that is beaten', async (t) => {
  const { x, y } = data();
  const path = temporaryFolder(t);
  for (const [mode, scores, saved] of [['min', [0.7, 0.5, 0.4, 0.45, 0.3], [3, 5]], ['max', [0.4, 0.5, 0.6, 0.55, 0.9], [3, 5]]] as const) {
    const checkpoint = callbacks.modelCheckpoint(join(path, `${mode}-{epoch}.hebb`), {
      monitor: 'score', mode, saveBestOnly: true, initialValueThreshold: 0.5,
    });
    await network().fit(x, y, { epochs: 5, callbacks: [logging('score', scores), checkpoint], ...quiet });
    t.deepEqual(readdirSync(path).filter((name) => name.startsWith(mode)), saved.map((epoch) => `${mode}-${epoch}.hebb`));
  }
});

test('reduceLROnPlateau() by default waits 10 epochs for 0.0001 less, takes a tenth, and begins to wait anew at once', async (t) => {
  const net = network();
  const callback = callbacks.reduceLROnPlateau();
  await callback.onTrainBegin?.(net, { epochs: 1, initialEpoch: 0, stepsPerEpoch: 1, batchSize: 1, rows: 1 });
  const rates: number[] = [];
  for (let epoch = 0; epoch < 32; epoch++) {
    await callback.onEpochEnd?.(net, epoch, { val_loss: 1 - (epoch % 2) * 0.00009 });
    rates.push(net.optimizer.learningRate.item());
  }
  const expected = Array.from(rates, (_, epoch) => 0.1 * 0.1 ** Math.floor(epoch / 10));
  t.is(mismatch(rates, expected, { relative: 1e-12 }), null);
  await callback.onEpochEnd?.(net, 32, { val_loss: 0.9998 });
  for (let epoch = 33; epoch < 42; epoch++) await callback.onEpochEnd?.(net, epoch, { val_loss: 0.9998 });
  t.is(mismatch([net.optimizer.learningRate.item()], [1e-4], { relative: 1e-12 }), null, 'what is 0.0002 better counts');
});

test('reduceLROnPlateau() in fit() writes the rate of every epoch into the history', async (t) => {
  const { x, y } = data();
  const net = network();
  const callback = callbacks.reduceLROnPlateau({ monitor: 'score', mode: 'min', factor: 0.5, patience: 1 });
  const { history } = await net.fit(x, y, { epochs: 5, callbacks: [logging('score', [3, 2, 2, 1, 1]), callback], ...quiet });
  t.deepEqual(history.learning_rate, [0.1, 0.1, 0.1, 0.05, 0.05]);
  t.is(net.optimizer.learningRate.item(), 0.025);
  t.deepEqual(Object.keys(history), ['accuracy', 'loss', 'learning_rate', 'score']);
});

test('learningRateScheduler() sets the rate before every epoch from the one before', async (t) => {
  const { x, y } = data();
  const net = network();
  const calls: [number, number][] = [];
  const callback = callbacks.learningRateScheduler((epoch, rate) => {
    calls.push([epoch, rate]);
    return epoch < 2 ? 0.5 : rate / 2;
  });
  const { history } = await net.fit(x, y, { epochs: 4, callbacks: [callback], ...quiet });
  t.deepEqual(calls, [[0, 0.1], [1, 0.5], [2, 0.5], [3, 0.25]]);
  t.deepEqual(history.learning_rate, [0.5, 0.5, 0.25, 0.125]);
  t.deepEqual(Object.keys(history), ['accuracy', 'loss', 'learning_rate']);
});

test('a rate of 0 set by learningRateScheduler() stops the learning', async (t) => {
  const { x, y } = data();
  const net = network();
  const before = values(net);
  await net.fit(x, y, { epochs: 1, callbacks: [callbacks.learningRateScheduler(() => 0)], ...quiet });
  t.deepEqual(values(net), before);
});

test('callbacks that set the learning rate say so when a schedule does', async (t) => {
  const { x, y } = data();
  const schedule = schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 });
  const net = network(optimizers.adam({ learningRate: schedule }));
  const message = /the learning rate of adam follows the schedule exponentialDecay/;
  const plateaus = callbacks.reduceLROnPlateau({ monitor: 'score', mode: 'min', patience: 0 });
  await t.throwsAsync(net.fit(x, y, { callbacks: [callbacks.learningRateScheduler(() => 0.1)], ...quiet }), { code: 'ERR_ARGUMENT', message });
  await t.throwsAsync(net.fit(x, y, { epochs: 2, callbacks: [logging('score', [1, 1]), plateaus], ...quiet }), { code: 'ERR_ARGUMENT', message });
});

for (const [name, { epochs, arguments: options, text, appended }] of Object.entries(csv)) {
  test(`csvLogger() writes Keras's file, byte for byte: ${name}`, async (t) => {
    const path = join(temporaryFolder(t), 'log.csv');
    const net = network();
    for (const append of [false, true]) {
      const callback = callbacks.csvLogger(path, { ...options, append });
      await callback.onTrainBegin?.(net, { epochs: 1, initialEpoch: 0, stepsPerEpoch: 1, batchSize: 1, rows: 1 });
      for (const [epoch, logs] of epochs.entries()) await callback.onEpochEnd?.(net, epoch, logs);
      await callback.onTrainEnd?.(net, {}, true);
      t.is(readFileSync(path, 'utf8'), append ? appended : text);
    }
  });
}

test('csvLogger() begins its file anew unless it is told to append', async (t) => {
  const path = join(temporaryFolder(t), 'log.csv');
  writeFileSync(path, 'of an earlier training\n');
  const { x, y } = data();
  await network().fit(x, y, { callbacks: [callbacks.csvLogger(path)], ...quiet });
  t.regex(readFileSync(path, 'utf8'), /^epoch,accuracy,loss,.*\r\n0,.*\r\n$/);
});

test('csvLogger() in fit() writes what the history holds', async (t) => {
  const path = join(temporaryFolder(t), 'log.csv');
  const { x, y } = data();
  const { history } = await network().fit(x, y, { epochs: 3, validationSplit: 0.2, callbacks: [callbacks.csvLogger(path)], ...quiet });
  const [names, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\r\n').map((line) => line.split(','));
  t.deepEqual(names, ['epoch', ...Object.keys(history)]);
  t.deepEqual(rows.map((row) => row.map(Number)), [0, 1, 2].map((epoch) => [epoch, ...Object.values(history).map((list) => list[epoch]!)]));
});

test('terminateOnNaN() ends fit() after the batch, with a warning; with raiseError it is an error', async (t) => {
  const batches: number[] = [];
  const diverging = (): Sequential => {
    const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    net.compile({ optimizer: optimizers.sgd({ learningRate: 1e20 }), loss: 'mse' });
    return net;
  };
  const rest = { batchSize: 1, epochs: 3, ...quiet };
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const counting = { onBatchEnd: (_model: Model, batch: number): void => void batches.push(batch) };
  const { epoch } = await diverging().fit(ones([9, 1]), zeros([9]), { callbacks: [counting, callbacks.terminateOnNaN()], ...rest });
  t.deepEqual(epoch, [0]);
  t.true(batches.length < 9, `${batches.length} batches`);
  t.is((await warned).message, `terminateOnNaN: the loss is Infinity after batch ${batches.at(-1)}; the training ends`);
  const raising = callbacks.terminateOnNaN({ raiseError: true });
  await t.throwsAsync(diverging().fit(ones([9, 1]), zeros([9]), { callbacks: [raising], ...rest }), { code: 'ERR_ARGUMENT', message: /the loss is Infinity/ });
  const fine = await network().fit(data().x, data().y, { epochs: 2, callbacks: [raising], ...quiet });
  t.is(fine.epoch.length, 2);
});

/** Ends a training in the middle of an epoch, as a power cut would. */
function interruptedIn(epoch: number): callbacks.Callback {
  let now = 0;
  return {
    onEpochBegin: (_model, index) => { now = index; },
    onBatchEnd: (_model, batch) => { if (now === epoch && batch === 1) throw new Error('power cut'); },
  };
}

test('backupAndRestore() goes on after an interruption with the bits of a training without one', async (t) => {
  const backup = join(temporaryFolder(t), 'backup');
  const { x, y } = data();
  const make = (): Sequential => network(optimizers.adamw({ useEma: true, emaMomentum: 0.9, gradientAccumulationSteps: 2 }));
  const whole = make();
  const { history: expected } = await whole.fit(x, y, { epochs: 5, validationSplit: 0.2, ...quiet });
  const first = make();
  const options = { epochs: 5, validationSplit: 0.2, ...quiet };
  const backups = (): callbacks.Callback => callbacks.backupAndRestore(backup);
  await t.throwsAsync(first.fit(x, y, { callbacks: [backups(), interruptedIn(3)], ...options }), { message: 'power cut' });
  t.deepEqual(readdirSync(backup), ['latest.hebb']);
  const second = make();
  seed(99); // the backup brings the generator back
  const { history, epoch } = await second.fit(x, y, { callbacks: [backups()], ...options });
  t.deepEqual(epoch, [3, 4]);
  for (const [key, list] of Object.entries(history)) t.deepEqual(list, expected[key]!.slice(3), key);
  t.deepEqual(values(second), values(whole));
  t.false(existsSync(backup), 'removed at the end');
  const { epoch: anew } = await make().fit(x, y, { callbacks: [callbacks.backupAndRestore(backup, { deleteCheckpoint: false })], ...options });
  t.deepEqual(anew, [0, 1, 2, 3, 4]);
  t.deepEqual((await make().fit(x, y, { callbacks: [backups()], ...options })).epoch, [], 'a kept backup of a whole training leaves nothing to do');
});

test('backupAndRestore() survives the end of its process, and takes models that no file can hold', async (t) => {
  const backup = join(temporaryFolder(t), 'backup');
  const program = (more: string): string => `
    const { layers, sequential, callbacks, ones, seed } = hebb;
    seed(3);
    const net = sequential([layers.dense({ units: 2, inputShape: [2] })]);
    net.compile({ optimizer: 'adam', loss: (y, yPred) => yPred.sub(y).abs().mean(-1) });
    const backup = callbacks.backupAndRestore(${JSON.stringify(backup)});
    const { epoch } = await net.fit(ones([64, 2]), ones([64, 2]), { epochs: 4, verbose: 0, callbacks: [backup${more}] });
    console.log(JSON.stringify({ epoch, weights: net.getWeights().map((w) => w.toArray()) }));`;
  const dying = ", { onEpochEnd: (_model, epoch) => { if (epoch === 1) { console.log('true'); process.exit(0); } } }";
  t.true(await childResult(program(dying)));
  const resumed = (await childResult(program(''))) as { epoch: number[]; weights: unknown };
  const whole = (await childResult(program(''))) as { epoch: number[]; weights: unknown };
  t.deepEqual([resumed.epoch, whole.epoch], [[2, 3], [0, 1, 2, 3]]);
  t.deepEqual(resumed.weights, whole.weights);
});

test('backupAndRestore() by batches begins the interrupted epoch again with the weights of its middle', async (t) => {
  const backup = join(temporaryFolder(t), 'backup');
  const { x, y } = data();
  const make = (): callbacks.Callback => callbacks.backupAndRestore(backup, { saveFreq: 2 });
  const saved: unknown[] = [];
  const watch = { onBatchEnd: (model: Model): void => void saved.push(values(model)) };
  const net = network();
  await t.throwsAsync(net.fit(x, y, { epochs: 4, callbacks: [make(), watch, interruptedIn(1)], ...quiet }), { message: 'power cut' });
  const again = network();
  let begun: unknown;
  const { epoch } = await again.fit(x, y, { epochs: 4, callbacks: [make(), { onEpochBegin: (model) => { begun ??= values(model); } }], ...quiet });
  t.deepEqual(epoch, [1, 2, 3]);
  t.is(saved.length, 5);
  t.deepEqual(begun, saved[3], 'after the second save, 4 batches');
});

test('backupAndRestore() falls back on the backup before when the last is damaged, and refuses that of another model', async (t) => {
  const backup = join(temporaryFolder(t), 'backup');
  const { x, y } = data();
  const make = (): callbacks.Callback => callbacks.backupAndRestore(backup, { doubleCheckpoint: true });
  await t.throwsAsync(network().fit(x, y, { epochs: 5, callbacks: [make(), interruptedIn(3)], ...quiet }));
  t.deepEqual(readdirSync(backup).sort(), ['latest.hebb', 'previous.hebb']);
  const other = sequential([layers.dense({ units: 3, inputShape: [6] })]);
  other.compile({ loss: losses.mse() });
  const before = values(other);
  await t.throwsAsync(other.fit(x, zeros([90, 3]), { callbacks: [make()], ...quiet }), { code: 'ERR_FORMAT', message: /'.*' is (missing|float32)/ });
  t.deepEqual(values(other), before);
  writeFileSync(join(backup, 'latest.hebb'), 'damaged');
  const { epoch } = await network().fit(x, y, { epochs: 5, callbacks: [make()], ...quiet });
  t.deepEqual(epoch, [2, 3, 4]);
});

test('callbacks say what is wrong with their options, files and answers', async (t) => {
  const { x, y } = data();
  const path = temporaryFolder(t);
  const refused = (make: () => unknown, message: RegExp): void => { t.throws(make, { code: 'ERR_ARGUMENT', message }); };
  refused(() => callbacks.reduceLROnPlateau({ factor: 1 }), /reduceLROnPlateau: factor is in \[0, 1\), got 1/);
  refused(() => callbacks.reduceLROnPlateau({ patience: -1 }), /reduceLROnPlateau: patience .* got -1/);
  refused(() => callbacks.reduceLROnPlateau({ minLR: NaN }), /reduceLROnPlateau: minLR is a number >= 0, got NaN/);
  refused(() => callbacks.reduceLROnPlateau({ mode: 'up' as never }), /reduceLROnPlateau: mode .* got 'up'/);
  refused(() => callbacks.reduceLROnPlateau({ minLr: 0 } as never), /no option 'minLr'/);
  refused(() => callbacks.learningRateScheduler(0.1 as never), /learningRateScheduler: schedule is a function .* got number/);
  refused(() => callbacks.csvLogger(''), /csvLogger: filename is the path of a file, got ''/);
  refused(() => callbacks.csvLogger('a.csv', { separator: '--' }), /csvLogger: separator is one character.* got '--'/);
  refused(() => callbacks.terminateOnNaN({ raise: true } as never), /terminateOnNaN: there is no option 'raise'/);
  refused(() => callbacks.backupAndRestore(''), /backupAndRestore: backupDir is the path of a folder, got ''/);
  refused(() => callbacks.backupAndRestore('b', { saveFreq: 0.5 }), /backupAndRestore: saveFreq is 'epoch' or a whole number >= 1, got 0.5/);
  const fails = async (callback: callbacks.Callback, message: RegExp): Promise<void> => {
    await t.throwsAsync(network().fit(x, y, { callbacks: [callback], ...quiet }), { code: 'ERR_ARGUMENT', message });
  };
  await fails(callbacks.learningRateScheduler(() => -1), /learningRateScheduler: the learning rate is a number >= 0, got -1/);
  await fails(callbacks.learningRateScheduler(() => undefined as never), /the learning rate is a number >= 0, got undefined/);
  await fails(callbacks.reduceLROnPlateau(), /reduceLROnPlateau: there is no 'val_loss' in the logs, only accuracy, loss/);
  await fails(callbacks.csvLogger(join(path, 'no', 'folder.csv')), /csvLogger: .*folder.csv cannot be written/);
  writeFileSync(join(path, 'file'), '');
  await fails(callbacks.backupAndRestore(join(path, 'file')), /backupAndRestore: .*file cannot be written/);
});

test('the examples in the docstrings of callbacks and of lrRangeTest() say what is true', async (t) => {
  const files = ['src/callbacks.ts', 'src/callbacks_files.ts', 'src/callbacks_learning_rate.ts', 'src/train/lr_range_test.ts'];
  t.is(await runDocstringExamples(...files), 10);
});

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ava from 'ava';
import {
  callbacks, layers, loadModel, losses, metrics, optimizers, rand, randn, regularizers, seed, sequential,
} from '../../src/index.js';
import type { Model, Sequential, Tensor } from '../../src/index.js';
import { temporaryFolder } from '../support/temporary_folder.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;
const quiet = { verbose: 0 } as const;

const values = (net: Model): unknown => net.getWeights().map((w) => w.toArray());

function data(): { x: Tensor; y: Tensor } {
  seed(6);
  const x = randn([200, 8]);
  return { x, y: x.slice([0, null], [0, 4]).argmax(-1) };
}

function network(optimizer: ReturnType<typeof optimizers.adam>): Sequential {
  seed(7);
  const net = sequential([
    layers.dense({ units: 20, activation: 'relu', inputShape: [8] }),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 4, activation: 'softmax' }),
  ]);
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

const rules: Record<string, () => ReturnType<typeof optimizers.adam>> = {
  sgd: () => optimizers.sgd({ learningRate: 0.1 }),
  'sgd with momentum': () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, clipNorm: 1 }),
  adam: () => optimizers.adam(),
  'adam with amsgrad': () => optimizers.adam({ amsgrad: true }),
  'rmsprop, centered with momentum': () => optimizers.rmsprop({ centered: true, momentum: 0.5 }),
};

for (const [name, rule] of Object.entries(rules)) {
  test(`training resumed from a file ends with the bits of training without a break: ${name}`, async (t) => {
    const path = join(temporaryFolder(t), 'model.hebb');
    const { x, y } = data();
    const whole = network(rule());
    const { history: expected } = await whole.fit(x, y, { epochs: 5, validationSplit: 0.1, ...quiet });
    const first = network(rule());
    await first.fit(x, y, { epochs: 2, validationSplit: 0.1, ...quiet });
    await first.save(path);
    seed(99); // the file brings the generator back
    const second = await loadModel(path);
    const { history, epoch } = await second.fit(x, y, { initialEpoch: 2, epochs: 5, validationSplit: 0.1, ...quiet });
    t.deepEqual(values(second), values(whole));
    t.deepEqual(epoch, [2, 3, 4]);
    for (const [key, list] of Object.entries(history)) t.deepEqual(list, expected[key]!.slice(2), key);
  });
}

test('a loaded model predicts, evaluates and is built as the saved one, every layer and option included', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  seed(1);
  const x = rand([50, 4, 6]).mul(255);
  const normalization = layers.normalization({ name: 'statistics' });
  normalization.adapt(x.div(255).reshape([50, 2, 12]));
  const net = sequential([
    layers.input({ shape: [4, 6] }),
    layers.rescaling({ scale: 1 / 255, offset: 0.25 }),
    layers.reshape({ targetShape: [2, -1] }),
    normalization,
    layers.flatten({ name: 'flat' }),
    layers.dense({ units: 7, activation: 'selu', kernelInitializer: 'lecunNormal', biasInitializer: 'ones', useBias: true }),
    layers.activation({ activation: 'softsign' }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 5, useBias: false, trainable: false, kernelRegularizer: regularizers.l1l2({ l1: 0.1, l2: 0.2 }) }),
    layers.dense({ units: 1, dtype: 'float64', kernelRegularizer: regularizers.l2(0.5) }),
  ], { name: 'everything' });
  net.compile({
    optimizer: optimizers.sgd({ learningRate: 0.01, clipValue: 0.1 }),
    loss: losses.huber({ delta: 0.5 }),
    metrics: ['mae', metrics.binaryAccuracy({ threshold: 0.3, name: 'above' })],
    weightedMetrics: ['rmse'],
  });
  const y = rand([50]);
  await net.fit(x, y, quiet);
  await net.save(path);
  const loaded = await loadModel(path);
  t.is(loaded.name, 'everything');
  t.deepEqual(loaded.getConfig(), net.getConfig());
  t.deepEqual(values(loaded), values(net));
  t.deepEqual(loaded.predict(x).toArray(), net.predict(x).toArray());
  t.deepEqual(await loaded.evaluate(x, y, { sampleWeight: y }), await net.evaluate(x, y, { sampleWeight: y }));
  t.deepEqual(loaded.optimizer.getConfig(), net.optimizer.getConfig());
  t.deepEqual(loaded.loss.config, { delta: 0.5 });
  t.is(loaded.trainableWeights.length, net.trainableWeights.length);
  const text = (model: Sequential): string => { let out = ''; model.summary((s) => (out += s)); return out; };
  t.is(text(loaded), text(net));
});

test('a learning rate that was changed by hand is kept', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  const { x, y } = data();
  const net = network(optimizers.sgd());
  await net.fit(x, y, quiet);
  net.optimizer.learningRate.assign(0.125);
  await net.save(path);
  t.is((await loadModel(path)).optimizer.learningRate.item(), 0.125);
});

test('a model saved without its optimizer predicts the same and starts training afresh, the generator left alone', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  const { x, y } = data();
  const net = network(optimizers.adam());
  await net.fit(x, y, quiet);
  await net.save(path);
  const size = statSync(path).size;
  await net.save(path, { optimizer: false });
  t.true(statSync(path).size < size / 2);
  seed(5);
  const undisturbed = rand([3]).toArray();
  seed(5);
  const loaded = await loadModel(path);
  t.deepEqual(rand([3]).toArray(), undisturbed);
  t.deepEqual(loaded.predict(x).toArray(), net.predict(x).toArray());
  t.is(loaded.optimizer.iterations.item(), 0);
  const bare = await loadModel(path, { compile: false });
  await t.throwsAsync(bare.fit(x, y, quiet), { code: 'ERR_ARGUMENT', message: /compile\(\)/ });
});

test('functions of the user have no place in a file; save() says so, and what to do', async (t) => {
  const path = join(temporaryFolder(t), 'model.hebb');
  const { x } = data();
  const net = sequential([layers.dense({ units: 1, inputShape: [8] })]);
  net.compile({ loss: (yTrue: Tensor, yPred: Tensor) => yPred.sub(yTrue).abs().mean(-1) });
  await net.fit(x, x.slice([0, null], [0, 1]), quiet);
  await t.throwsAsync(net.save(path), { code: 'ERR_ARGUMENT', message: /optimizer: false/ });
  await net.save(path, { optimizer: false });
  t.deepEqual(values(await loadModel(path)), values(net));
  const own = sequential([layers.dense({ units: 1, inputShape: [8], activation: (z) => z.mul(z), name: 'squares' })]);
  await t.throwsAsync(own.save(path), { code: 'ERR_ARGUMENT', message: /squares: the activation/ });
  await t.throwsAsync(sequential([layers.dense({ units: 1 })]).save(path), { code: 'ERR_ARGUMENT', message: /not built/ });
  t.deepEqual(readdirSync(join(path, '..')), ['model.hebb'], 'nothing half written is left');
});

test('a path that cannot be written is an error, and the model is as it was', async (t) => {
  const net = sequential([layers.dense({ units: 1, inputShape: [8] })]);
  await t.throwsAsync(net.save(join(temporaryFolder(t), 'no', 'such', 'folder')), { code: 'ERR_ARGUMENT', message: /cannot be written/ });
});

test('modelCheckpoint() saves every epoch, the best one, or every so many batches', async (t) => {
  const path = temporaryFolder(t);
  const { x, y } = data();
  const net = network(optimizers.adam());
  await net.fit(x, y, { epochs: 3, callbacks: [callbacks.modelCheckpoint(join(path, 'epoch-{epoch:02d}-{loss:.1f}.hebb'))], ...quiet });
  t.deepEqual(readdirSync(path).sort().map((name) => name.slice(0, 8)), ['epoch-01', 'epoch-02', 'epoch-03']);
  t.regex(readdirSync(path).sort()[0]!, /^epoch-01-\d\.\d\.hebb$/);
  t.deepEqual(values(await loadModel(join(path, readdirSync(path).sort()[2]!))), values(net));

  const best = join(path, 'best.hebb');
  const losses_ = [3, 1, 2, 0.5, 0.7];
  const saved: unknown[] = [];
  const checkpoint = callbacks.modelCheckpoint(best, { saveBestOnly: true });
  await net.fit(x, y, {
    epochs: 5,
    callbacks: [
      { onEpochEnd: (_model, epoch, logs) => { logs.val_loss = losses_[epoch]!; } },
      checkpoint,
      { onEpochEnd: async () => { saved.push(values(await loadModel(best))); } },
    ],
    ...quiet,
  });
  t.deepEqual(saved[2], saved[1], 'epoch 2 was not better');
  t.notDeepEqual(saved[3], saved[2]);
  t.deepEqual(saved[4], saved[3]);

  const often = join(path, 'often-{epoch}.hebb');
  const weightsOnly = callbacks.modelCheckpoint(often, { saveFreq: 3, saveWeightsOnly: true });
  await net.fit(x, y, { batchSize: 40, epochs: 2, callbacks: [weightsOnly], ...quiet });
  t.deepEqual(readdirSync(path).filter((name) => name.startsWith('often')).sort(), ['often-1.hebb', 'often-2.hebb']);
  t.is((await loadModel(join(path, 'often-1.hebb'))).optimizer.iterations.item(), 0, 'weights only');

  // Batches of the epoch from 1 on, though every fourth one of all counts.
  const numbered = callbacks.modelCheckpoint(join(path, 'batch-{epoch}-{batch:03d}.hebb'), { saveFreq: 4 });
  await net.fit(x.slice([0, 30]), y.slice([0, 30]), { batchSize: 5, epochs: 2, callbacks: [numbered], ...quiet });
  t.deepEqual(readdirSync(path).filter((name) => name.startsWith('batch')).sort(), ['batch-1-004.hebb', 'batch-2-002.hebb', 'batch-2-006.hebb']);
  const perEpoch = callbacks.modelCheckpoint(join(path, '{batch}.hebb'));
  await t.throwsAsync(net.fit(x, y, { callbacks: [perEpoch], ...quiet }), { code: 'ERR_ARGUMENT', message: /the path has \{batch\}/ });
});

test('modelCheckpoint() and earlyStopping() say what is wrong with their options and logs', async (t) => {
  const { x, y } = data();
  const path = join(temporaryFolder(t), 'model.hebb');
  t.throws(() => callbacks.modelCheckpoint(path, { saveFreq: 0 }), { code: 'ERR_ARGUMENT', message: /saveFreq .* got 0/ });
  t.throws(() => callbacks.modelCheckpoint(path, { mode: 'up' as never }), { code: 'ERR_ARGUMENT', message: /mode .* got 'up'/ });
  t.throws(() => callbacks.earlyStopping({ patience: -1 }), { code: 'ERR_ARGUMENT', message: /patience .* got -1/ });
  t.throws(() => callbacks.earlyStopping({ patiance: 3 } as never), { code: 'ERR_ARGUMENT', message: /no option 'patiance'/ });
  const net = network(optimizers.sgd());
  const fit = (callback: ReturnType<typeof callbacks.lambda>): Promise<unknown> => net.fit(x, y, { callbacks: [callback], ...quiet });
  await t.throwsAsync(fit(callbacks.earlyStopping()), { code: 'ERR_ARGUMENT', message: /no 'val_loss' in the logs, only accuracy, loss/ });
  await t.throwsAsync(fit(callbacks.modelCheckpoint(path, { saveBestOnly: true })), { code: 'ERR_ARGUMENT', message: /val_loss/ });
  await t.throwsAsync(fit(callbacks.modelCheckpoint(`${path}-{nothing}`)), { code: 'ERR_ARGUMENT', message: /\{nothing\}/ });
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  await fit(callbacks.earlyStopping({ mode: 'min' }));
  t.regex((await warned).message, /earlyStopping: there is no 'val_loss'/);
});

test('earlyStopping() in fit() ends the training and puts the best weights back', async (t) => {
  const { x, y } = data();
  const net = network(optimizers.sgd());
  const seen: unknown[] = [];
  const scores = [5, 3, 4, 3.5, 6, 1];
  const stopping = callbacks.earlyStopping({ monitor: 'score', patience: 2, restoreBestWeights: true });
  const { epoch } = await net.fit(x, y, {
    epochs: 6,
    callbacks: [{ onEpochEnd: (model, i, logs) => { seen.push(values(model)); logs.score = scores[i]!; } }, stopping],
    ...quiet,
  });
  t.deepEqual([epoch.length, stopping.stoppedEpoch, stopping.bestEpoch, stopping.best], [4, 3, 1, 3]);
  t.deepEqual(values(net), seen[1]);
});

test('earlyStopping() puts the best weights back also when nothing was stopped', async (t) => {
  const { x, y } = data();
  const net = network(optimizers.sgd());
  const seen: unknown[] = [];
  const stopping = callbacks.earlyStopping({ monitor: 'score', patience: 9, restoreBestWeights: true });
  const { epoch } = await net.fit(x, y, {
    epochs: 4,
    callbacks: [{ onEpochEnd: (model, i, logs) => { seen.push(values(model)); logs.score = [5, 3, 4, 3.5][i]!; } }, stopping],
    ...quiet,
  });
  t.deepEqual([epoch.length, stopping.stoppedEpoch, stopping.bestEpoch], [4, 0, 1]);
  t.deepEqual(values(net), seen[1]);
  t.notDeepEqual(values(net), seen[3]);
});

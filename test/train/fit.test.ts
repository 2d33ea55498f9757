import ava from 'ava';
import { arange, callbacks, getDevice, layers, ones, optimizers, randn, seed, sequential, tensor, zeros } from '../../src/index.js';
import type { Sequential, Tensor } from '../../src/index.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;
const quiet = { verbose: 0 } as const;

/** y = w x without bias, w = 0, so that after one step of sgd(1) on a batch w tells which rows were in it. */
function line(learningRate = 0.01): Sequential {
  const net = sequential([layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', inputShape: [1] })]);
  net.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'mse', metrics: ['mae'] });
  return net;
}

const weight = (net: Sequential): number => net.getWeights()[0]!.item();

/** A dense network with dropout, compiled for three classes of random rows. */
function classifier(): { net: Sequential; x: Tensor; y: Tensor } {
  seed(2);
  const x = randn([150, 5]);
  const y = x.slice([0, null], [0, 3]).argmax(-1);
  const net = sequential([
    layers.dense({ units: 12, activation: 'tanh', inputShape: [5] }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return { net, x, y };
}

test('fit() learns, and answers the history that stays with the model', async (t) => {
  const { net, x, y } = classifier();
  const history = await net.fit(x, y, { epochs: 40, validationSplit: 0.2, ...quiet });
  t.is(net.history, history);
  t.deepEqual(history.epoch, Array.from({ length: 40 }, (_, i) => i));
  t.deepEqual(Object.keys(history.history), ['accuracy', 'loss', 'val_accuracy', 'val_loss']);
  t.deepEqual(history.params, { epochs: 40, steps: 4 });
  t.true(history.history.loss!.at(-1)! < 0.7 * history.history.loss![0]!);
  t.true(history.history.val_accuracy!.at(-1)! > 0.7);
});

test('the last partial batch is kept, and every row counts once in the epoch', async (t) => {
  const net = line(0);
  const sizes: number[] = [];
  const { history } = await net.fit(arange(10).reshape([10, 1]), zeros([10]), { batchSize: 4, ...quiet });
  t.is(history.loss![0], 0);
  net.setWeights([[[1]]]);
  const again = await net.fit(arange(10).reshape([10, 1]), zeros([10]), {
    batchSize: 4,
    callbacks: [{ onBatchEnd: (_model, batch) => void sizes.push(batch) }],
    ...quiet,
  });
  t.deepEqual(sizes, [0, 1, 2]);
  t.is(again.history.mae![0], 4.5);
  t.is(again.history.loss![0], 28.5);
});

test('rows are shuffled anew each epoch by default, reproducibly, and left in order on request', async (t) => {
  const x = arange(64).reshape([64, 1]);
  const firstBatches = async (shuffle?: boolean): Promise<number[]> => {
    seed(8);
    const net = line(0);
    net.setWeights([[[1]]]);
    const found: number[] = [];
    const callback = { onBatchEnd: (_: unknown, batch: number, logs: Record<string, number>) => { if (batch === 0) found.push(logs.mae!); } };
    await net.fit(x, zeros([64]), { batchSize: 8, epochs: 3, ...(shuffle !== undefined && { shuffle }), callbacks: [callback], ...quiet });
    return found;
  };
  const shuffled = await firstBatches(true);
  t.is(new Set(shuffled).size, 3, `first batches ${shuffled.join()}`);
  t.deepEqual(await firstBatches(true), shuffled);
  t.deepEqual(await firstBatches(false), [3.5, 3.5, 3.5]);
  t.deepEqual(await firstBatches(), shuffled, 'by default');
});

test('validationSplit takes the last rows before any shuffle; validationData wins over it', async (t) => {
  const x = ones([10, 1]);
  const y = tensor([0, 0, 0, 0, 0, 0, 0, 0, 3, 3]);
  const split = await line(0).fit(x, y, { validationSplit: 0.2, ...quiet });
  t.deepEqual([split.history.mae, split.history.val_mae], [[0], [3]]);
  const both = await line(0).fit(x, y, { validationSplit: 0.2, validationData: [ones([2, 1]), [5, 7]], ...quiet });
  t.deepEqual([both.history.mae, both.history.val_mae], [[Math.fround(0.6)], [6]].map((v) => v.map((a) => Math.round(a * 1e6) / 1e6)));
});

test('validationSplit leaves whole rows for training, rounded down', async (t) => {
  const { history } = await line(0).fit(ones([10, 1]), arange(10), { validationSplit: 0.24, ...quiet });
  t.deepEqual([history.mae, history.val_mae], [[3], [8]], 'rows 0 to 6, then 7 to 9');
});

test('validationData may weight its rows', async (t) => {
  const { history } = await line(0).fit(ones([4, 1]), zeros([4]), {
    validationData: [ones([2, 1]), [1, 3], [2, 0]],
    ...quiet,
  });
  t.deepEqual([history.val_loss, history.val_mae], [[1], [2]], 'the loss is weighted, a plain metric is not');
});

test('validationFreq, validationSteps and validationBatchSize', async (t) => {
  const y = tensor([0, 0, 1, 2, 3, 4]);
  const options = { validationData: [ones([6, 1]), y] as const, ...quiet };
  const rare = await line(0).fit(ones([4, 1]), zeros([4]), { epochs: 5, validationFreq: 2, ...options });
  t.is(rare.history.loss!.length, 5);
  t.is(rare.history.val_loss!.length, 2);
  const few = await line(0).fit(ones([4, 1]), zeros([4]), { epochs: 2, validationBatchSize: 2, validationSteps: 2, ...options });
  t.deepEqual(few.history.val_mae, [0.75, 0.75], 'the first two batches of two, each time');
});

test('stepsPerEpoch: the next epoch goes on where the last one ended', async (t) => {
  const net = line(0);
  net.setWeights([[[1]]]);
  const x = arange(10).reshape([10, 1]);
  const { history, params } = await net.fit(x, zeros([10]), { batchSize: 2, stepsPerEpoch: 2, epochs: 4, shuffle: false, ...quiet });
  t.deepEqual(history.mae, [1.5, 5.5, 8.5, 1.5], 'rows 0-3, 4-7, 8-9, 0-3');
  t.is(params.steps, 2);
});

test('initialEpoch and epochs are indices: the epochs from one to before the other', async (t) => {
  const net = line();
  const { epoch } = await net.fit(ones([4, 1]), zeros([4]), { initialEpoch: 3, epochs: 5, ...quiet });
  t.deepEqual(epoch, [3, 4]);
  const none = await net.fit(ones([4, 1]), zeros([4]), { initialEpoch: 5, epochs: 5, ...quiet });
  t.deepEqual([none.epoch, none.history], [[], {}]);
});

test('sampleWeight weights rows in the loss and its gradient, not in plain metrics', async (t) => {
  const net = line(1);
  const { history } = await net.fit(ones([2, 1]), tensor([1, 5]), { sampleWeight: [1, 0], ...quiet });
  t.is(weight(net), 1, 'one step of 2 (1 - 0) / 2 rows');
  t.deepEqual([history.loss, history.mae], [[0.5], [3]]);
});

test('classWeight weights the rows of a class, but not in the validation', async (t) => {
  const net = sequential([layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: 'zeros', inputShape: [1] })]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: 'binaryCrossentropy', weightedMetrics: ['accuracy'] });
  const y = tensor([0, 1, 1, 1]);
  const { history } = await net.fit(ones([4, 1]), y, { classWeight: { 1: 3 }, validationSplit: 0.5, ...quiet });
  const chance = Math.log(2);
  t.true(Math.abs(history.loss![0]! - chance * 2) < 1e-6, '(1 + 3) / 2 rows');
  t.true(Math.abs(history.val_loss![0]! - chance) < 1e-6);
  t.is(history.accuracy![0], 0.25, 'right for the one row of class 0, weight 1 of 4');
  t.is(history.val_accuracy![0], 0);
});

test('classWeight names classes that outputs or loss have, be they in this batch or not', async (t) => {
  const net = sequential([layers.dense({ units: 1, activation: 'sigmoid', inputShape: [1] })]);
  net.compile({ loss: 'binaryCrossentropy' });
  t.notThrows(() => net.trainOnBatch([[1]], [0], { classWeight: { 1: 3 } }));
  t.throws(() => net.trainOnBatch([[1]], [0], { classWeight: { 2: 3 } }), { code: 'ERR_ARGUMENT', message: /'2'; the classes are 0 to 1/ });
  net.compile({ loss: 'mse' });
  t.notThrows(() => net.trainOnBatch([[1]], [7], { classWeight: { 9: 3 } }), 'an order of unknown length');
  const unbuilt = sequential([layers.dense({ units: 2, activation: 'softmax' })]);
  unbuilt.compile({ loss: 'sparseCategoricalCrossentropy' });
  await t.throwsAsync(unbuilt.fit([[1]], [0], { classWeight: { 2: 3 }, ...quiet }), { code: 'ERR_ARGUMENT', message: /'2'; the classes are 0 to 1/ });
});

test('callbacks are called in order, with logs, and may add to them', async (t) => {
  const calls: string[] = [];
  const net = line();
  const note = (name: string) => (...args: unknown[]): void => void calls.push(`${name} ${args.slice(1).filter((a) => typeof a === 'number').join()}`.trim());
  const { history } = await net.fit(ones([4, 1]), zeros([4]), {
    batchSize: 2,
    epochs: 2,
    validationSplit: 0.5,
    callbacks: [
      {
        onTrainBegin: (_model, info) => void calls.push(`train begin ${JSON.stringify(info)}`),
        onEpochBegin: note('epoch begin'),
        onBatchBegin: note('batch begin'),
        onBatchEnd: note('batch end'),
        onEpochEnd: (_model, epoch, logs) => {
          calls.push(`epoch end ${epoch} ${Object.keys(logs).join()}`);
          logs.learning_rate = 0.5;
        },
        onTrainEnd: (_model, logs) => void calls.push(`train end ${Object.keys(logs).join()}`),
      },
      callbacks.lambda({ onEpochEnd: (_model, epoch, logs) => void calls.push(`second ${epoch} ${logs.learning_rate}`) }),
    ],
    ...quiet,
  });
  const epoch = (i: number): string[] => [
    `epoch begin ${i}`, 'batch begin 0', 'batch end 0', `epoch end ${i} loss,mae,val_loss,val_mae`, `second ${i} 0.5`,
  ];
  t.deepEqual(calls, [
    `train begin {"epochs":2,"initialEpoch":0,"stepsPerEpoch":1,"batchSize":2,"rows":2,"device":"${getDevice()}"}`, ...epoch(0), ...epoch(1),
    'train end loss,mae,val_loss,val_mae,learning_rate',
  ]);
  t.deepEqual(Object.keys(history), ['loss', 'mae', 'val_loss', 'val_mae', 'learning_rate'], 'what callbacks add comes last');
});

test('asynchronous callbacks are waited for', async (t) => {
  let open = 0;
  const wait = async (): Promise<void> => {
    t.is(open++, 0);
    await new Promise(setImmediate);
    open--;
  };
  await line().fit(ones([4, 1]), zeros([4]), {
    batchSize: 1, epochs: 2, callbacks: [{ onBatchBegin: wait, onBatchEnd: wait, onEpochEnd: wait, onTrainEnd: wait }], ...quiet,
  });
  t.is(open, 0);
});

test('stopTraining ends fit() after the batch or the epoch in which it was set', async (t) => {
  const net = line();
  const inEpoch = await net.fit(ones([8, 1]), zeros([8]), {
    epochs: 9, callbacks: [{ onEpochEnd: (model, epoch) => { model.stopTraining = epoch === 2; } }], ...quiet,
  });
  t.deepEqual(inEpoch.epoch, [0, 1, 2]);
  let batches = 0;
  const inBatch = await net.fit(ones([8, 1]), zeros([8]), {
    batchSize: 1, epochs: 9, callbacks: [{ onBatchEnd: (model, batch) => { batches++; model.stopTraining = batch === 4; } }], ...quiet,
  });
  t.deepEqual([inBatch.epoch, batches], [[0], 5]);
  t.is((await net.fit(ones([8, 1]), zeros([8]), { epochs: 2, ...quiet })).epoch.length, 2, 'the next fit() starts afresh');
});

test('a callback that throws ends fit() with its error; onTrainEnd is still called and the model can go on', async (t) => {
  const net = line();
  let ended = 0;
  const fitting = net.fit(ones([8, 1]), zeros([8]), {
    callbacks: [{ onEpochEnd: () => { throw new Error('mine'); } }, { onTrainEnd: () => { ended++; } }], ...quiet,
  });
  await t.throwsAsync(fitting, { message: 'mine' });
  t.is(ended, 1);
  await t.notThrowsAsync(net.fit(ones([8, 1]), zeros([8]), quiet));
});

test('an AbortSignal stops within a step: ERR_ABORTED, the epochs so far are kept, the model is usable', async (t) => {
  const { net, x, y } = classifier();
  const controller = new AbortController();
  const fitting = net.fit(x, y, {
    epochs: 1_000_000,
    signal: controller.signal,
    callbacks: [{ onEpochEnd: (_model, epoch) => { if (epoch === 3) controller.abort(new Error('enough')); } }],
    ...quiet,
  });
  const error = await t.throwsAsync(fitting, { code: 'ERR_ABORTED' });
  t.is((error.cause as Error).message, 'enough');
  t.deepEqual(net.history?.epoch, [0, 1, 2, 3]);
  t.true(Number.isFinite((await net.evaluate(x, y)).loss));
  t.is((await net.fit(x, y, quiet)).epoch.length, 1);
  const running = new AbortController();
  setTimeout(() => { running.abort(); }, 50);
  await t.throwsAsync(net.fit(x, y, { epochs: 1_000_000, signal: running.signal, ...quiet }), { code: 'ERR_ABORTED' });
  t.true(net.predict(x).sum(-1).sub(1).abs().max().item() < 1e-5);
});

test('a signal that is aborted already changes nothing', async (t) => {
  const { net, x, y } = classifier();
  const before = net.getWeights().map((w) => w.toArray());
  await t.throwsAsync(net.fit(x, y, { signal: AbortSignal.abort(), ...quiet }), { code: 'ERR_ABORTED' });
  await t.throwsAsync(net.evaluate(x, y, { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' });
  t.deepEqual(net.getWeights().map((w) => w.toArray()), before);
  t.is(net.optimizer.iterations.item(), 0);
});

test('trainOnBatch() is one step of fit(), bit for bit', async (t) => {
  const [a, b] = [classifier(), classifier()];
  seed(4);
  await a.net.fit(a.x.slice([0, 32]), a.y.slice([0, 32]), { shuffle: false, ...quiet });
  seed(4);
  const logs = b.net.trainOnBatch(b.x.slice([0, 32]), b.y.slice([0, 32]));
  t.deepEqual(b.net.getWeights().map((w) => w.toArray()), a.net.getWeights().map((w) => w.toArray()));
  t.is(logs.loss, a.net.history!.history.loss![0]);
  t.is(b.net.optimizer.iterations.item(), 1);
});

test('testOnBatch() and evaluate() measure without training, and without dropout', async (t) => {
  const { net, x, y } = classifier();
  const before = net.getWeights().map((w) => w.toArray());
  const once = net.testOnBatch(x, y);
  t.deepEqual(net.testOnBatch(x, y), once);
  const whole = await net.evaluate(x, y, { batchSize: 150 });
  t.true(Math.abs(whole.loss! - once.loss!) < 1e-6);
  t.is(whole.accuracy, once.accuracy);
  const pieces = await net.evaluate(x, y, { batchSize: 7 });
  t.true(Math.abs(pieces.loss! - once.loss!) < 1e-6);
  t.is(pieces.accuracy, once.accuracy);
  const part = await net.evaluate(x, y, { batchSize: 50, steps: 1 });
  t.deepEqual(part.accuracy, net.testOnBatch(x.slice([0, 50]), y.slice([0, 50])).accuracy);
  t.deepEqual(net.getWeights().map((w) => w.toArray()), before);
});

test('an optimizer keeps its state from one fit() to the next', async (t) => {
  const [a, b] = [line(), line()];
  for (const net of [a, b]) net.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), loss: 'mse' });
  await a.fit(ones([4, 1]), ones([4]), { epochs: 4, ...quiet });
  await b.fit(ones([4, 1]), ones([4]), { epochs: 2, ...quiet });
  await b.fit(ones([4, 1]), ones([4]), { epochs: 2, ...quiet });
  t.is(weight(b), weight(a));
  t.is(b.optimizer.iterations.item(), 4);
});

test('the learning rate is a tensor that may change between epochs', async (t) => {
  const net = line(0.25);
  await net.fit(ones([4, 1]), ones([4]), {
    epochs: 2,
    callbacks: [{ onEpochEnd: (model) => void model.optimizer.learningRate.assign(0) }],
    ...quiet,
  });
  t.is(weight(net), 0.5, 'only the first epoch moved it');
});

test('two fits of one model at a time are an error, of two models not', async (t) => {
  const { net, x, y } = classifier();
  const other = classifier().net;
  const first = net.fit(x, y, { epochs: 20, ...quiet });
  await t.throwsAsync(net.fit(x, y, quiet), { code: 'ERR_ARGUMENT', message: /trained already/ });
  await t.notThrowsAsync(Promise.all([first, other.fit(x, y, { epochs: 20, ...quiet })]));
});

test('a layer that is not trainable keeps its weights', async (t) => {
  const { net, x, y } = classifier();
  net.getLayer(0).trainable = false;
  const before = net.getWeights().map((w) => w.toArray());
  await net.fit(x, y, quiet);
  const after = net.getWeights().map((w) => w.toArray());
  t.deepEqual(after.slice(0, 2), before.slice(0, 2));
  t.notDeepEqual(after.slice(2), before.slice(2));
});

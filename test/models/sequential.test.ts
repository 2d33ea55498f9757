import ava from 'ava';
import { arange, layers, randn, scope, seed, sequential, tensor, zeros } from '../../src/index.js';
import type { Sequential, Tensor } from '../../src/index.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;

/** The chapter's network. */
function chapter(): Sequential {
  return sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units: 300, activation: 'relu' }),
    layers.dense({ units: 100, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ], { name: 'chapter' });
}

function printed(net: Sequential): string {
  let out = '';
  net.summary((text) => (out += text));
  return out;
}

test("summary() shows the chapter's 266,610 parameters as Keras does", (t) => {
  t.is(printed(chapter()), [
    'Model: "chapter"',
    '┏━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┓',
    '┃ Layer (type)      ┃ Output Shape ┃ Param # ┃',
    '┡━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━┩',
    '│ flatten (Flatten) │ (None, 784)  │       0 │',
    '├───────────────────┼──────────────┼─────────┤',
    '│ dense (Dense)     │ (None, 300)  │ 235,500 │',
    '├───────────────────┼──────────────┼─────────┤',
    '│ dense_1 (Dense)   │ (None, 100)  │  30,100 │',
    '├───────────────────┼──────────────┼─────────┤',
    '│ dense_2 (Dense)   │ (None, 10)   │   1,010 │',
    '└───────────────────┴──────────────┴─────────┘',
    ' Total params: 266,610 (1.02 MB)',
    ' Trainable params: 266,610 (1.02 MB)',
    ' Non-trainable params: 0 (0.00 B)',
  ].join('\n'));
  t.is(chapter().countParams(), 266_610);
});

test('summary() tells frozen weights, float64 and models whose input is not known yet', (t) => {
  const net = sequential([
    layers.dense({ units: 4, inputShape: [8], trainable: false }),
    layers.dense({ units: 1, dtype: 'float64' }),
  ]);
  t.regex(printed(net), /Total params: 41 \(184\.00 B\)/);
  t.regex(printed(net), /Trainable params: 5 \(40\.00 B\)/);
  t.regex(printed(net), /Non-trainable params: 36 \(144\.00 B\)/);
  t.regex(printed(sequential([layers.dense({ units: 4 })])), /│ \? +│ +0 │/);
});

test('layers are named by their kind and number, and found by name or position', (t) => {
  const net = chapter();
  t.deepEqual(net.layers.map(({ name }) => name), ['flatten', 'dense', 'dense_1', 'dense_2']);
  t.is(net.getLayer('dense_1'), net.layers[2]!);
  t.is(net.getLayer(3).name, 'dense_2');
  t.throws(() => net.getLayer('dense_9'), { code: 'ERR_ARGUMENT', message: /no layer dense_9; there are flatten, dense, dense_1, dense_2/ });
  t.throws(() => net.getLayer(4), { code: 'ERR_ARGUMENT', message: /no layer 4/ });
  t.throws(() => net.add(layers.dense({ units: 1, name: 'dense' })), { code: 'ERR_ARGUMENT', message: /two layers named 'dense'/ });
  t.throws(() => net.add('dense' as never), { code: 'ERR_ARGUMENT', message: /expected a layer/ });
  t.is(net.layers.length, 4);
});

test('weights are read as copies and written all or not at all', (t) => {
  const net = sequential([layers.dense({ units: 2, inputShape: [3] }), layers.dense({ units: 1 })]);
  const before = net.getWeights();
  t.deepEqual(before.map(({ shape }) => [...shape]), [[3, 2], [2], [2, 1], [1]]);
  before[0]!.assign(7);
  t.notDeepEqual(net.getWeights()[0]!.toArray(), before[0]!.toArray());
  const old = net.getWeights().map((w) => w.toArray());
  t.throws(() => { net.setWeights([zeros([3, 2]), zeros([2]), zeros([2, 1]), zeros([3])]); }, { code: 'ERR_SHAPE', message: /dense_1: bias is \[1\], got \[3\]/ });
  t.throws(() => { net.setWeights([zeros([3, 2])]); }, { code: 'ERR_ARGUMENT', message: /4 weights, got 1/ });
  const gone = zeros([1]);
  gone.dispose();
  t.throws(() => { net.setWeights([zeros([3, 2]), zeros([2]), zeros([2, 1]), gone]); }, { code: 'ERR_DISPOSED' });
  t.deepEqual(net.getWeights().map((w) => w.toArray()), old);
  net.setWeights([[[1, 2], [3, 4], [5, 6]], [0, 1], [[1], [-1]], [0.5]]);
  t.deepEqual(net.predict([[1, 1, 1]]).toArray(), [[9 - 13 + 0.5]]);
  net.getLayer(1).setWeights([[[0], [1]], [0]]);
  t.deepEqual(net.predict([[1, 1, 1]]).toArray(), [[13]]);
});

test('a model without an input shape takes that of its first data', async (t) => {
  const net = sequential([layers.flatten(), layers.dense({ units: 2 })]);
  t.is(net.outputShape, undefined);
  net.compile({ loss: 'mse' });
  await net.fit(zeros([4, 3, 5]), zeros([4, 2]), { verbose: 0 });
  t.deepEqual([net.inputShape, net.outputShape], [[3, 5], [2]]);
  net.add(layers.dense({ units: 7 }));
  t.deepEqual([...net.outputShape!], [7]);
  const byInput = sequential([layers.input({ shape: [6] }), layers.dense({ units: 2 })]);
  t.deepEqual([...byInput.outputShape!], [2]);
});

test('a layer that cannot follow is refused with its name, and the model is as it was', (t) => {
  const net = sequential([layers.dense({ units: 6, inputShape: [4] })]);
  t.throws(() => net.add(layers.reshape({ targetShape: [4, 2], name: 'square' })), { code: 'ERR_SHAPE', message: /square: cannot make/ });
  t.is(net.layers.length, 1);
  t.deepEqual([...net.outputShape!], [6]);
  net.add(layers.reshape({ targetShape: [3, 2] }));
  t.deepEqual([...net.outputShape!], [3, 2]);
});

test('predict() gives the same for any number of rows and any batch size', async (t) => {
  seed(3);
  const net = sequential([
    layers.dense({ units: 16, activation: 'relu', inputShape: [5] }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  const x = randn([3000, 5]);
  const all = net.call(x, { training: false }).dataSync();
  for (const rows of [1, 2, 31, 32, 1023, 1024, 1025, 3000]) {
    const y = net.predict(x.slice([0, rows]));
    t.deepEqual([...y.shape], [rows, 3]);
    t.deepEqual(y.dataSync(), all.slice(0, 3 * rows), `${rows} rows`);
  }
  for (const batchSize of [1, 7, 1000, 5000]) {
    t.deepEqual(net.predict(x.slice([0, 50]), { batchSize }).dataSync(), all.slice(0, 150), `batches of ${batchSize}`);
  }
  t.deepEqual(scope(() => net.predict(x)).dataSync(), all, 'answered by a scope');
  t.deepEqual((await net.predictAsync(x)).dataSync(), all);
  t.deepEqual((await net.predictAsync(x.slice([0, 1]))).dataSync(), all.slice(0, 3));
  t.deepEqual([...net.predict(zeros([0, 5])).shape], [0, 3]);
});

test('predict() sees weights that were changed in between, and leaves its inputs alone', (t) => {
  const net = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })]);
  const x = arange(5).reshape([5, 1]).cast('float32');
  for (const w of [1, -2]) {
    net.setWeights([[[w]]]);
    t.deepEqual(net.predict(x, { batchSize: 2 }).toArray(), [[0], [w], [2 * w], [3 * w], [4 * w]].map((row) => row.map((v) => v + 0)));
  }
  t.deepEqual(x.toArray(), [[0], [1], [2], [3], [4]]);
});

test('bytes train and predict as the numbers they are', async (t) => {
  seed(1);
  const bytes = tensor(Uint8Array.from({ length: 40 * 6 }, (_, i) => (i * 37) % 256), { shape: [40, 2, 3] });
  const y = tensor(Uint8Array.from({ length: 40 }, (_, i) => i % 3));
  const train = async (x: Tensor): Promise<unknown> => {
    seed(2);
    const net = sequential([layers.rescaling({ scale: 1 / 255, inputShape: [2, 3] }), layers.flatten(), layers.dense({ units: 3, activation: 'softmax' })]);
    net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    await net.fit(x, y, { batchSize: 16, epochs: 2, verbose: 0 });
    return net.predict(x).toArray();
  };
  t.deepEqual(await train(bytes), await train(bytes.cast('float32')));
});

test('compile() checks names and options', (t) => {
  const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  const compile = (options: object) => (): void => { net.compile(options as never); };
  t.throws(compile({ loss: 'mean' }), { code: 'ERR_ARGUMENT', message: /loss: expected one of mse, .* got 'mean'/ });
  t.throws(compile({}), { code: 'ERR_ARGUMENT', message: /loss: expected a name \(mse, .* got undefined/ });
  t.throws(compile({ loss: null }), { code: 'ERR_ARGUMENT', message: /loss/ });
  t.throws(compile({ loss: {} }), { code: 'ERR_ARGUMENT', message: /loss/ });
  t.throws(compile({ loss: 'constructor' }), { code: 'ERR_ARGUMENT', message: /got 'constructor'/ });
  t.throws(compile({ loss: 'mse', optimizer: 'sdg' }), { code: 'ERR_ARGUMENT', message: /optimizer: expected one of sgd, adam, .*, adafactor, got 'sdg'/ });
  t.throws(compile({ loss: 'mse', metrics: ['precison'] }), { code: 'ERR_ARGUMENT', message: /metrics: expected one of accuracy, .* got 'precison'/ });
  t.throws(compile({ loss: 'mse', metrics: [{}] }), { code: 'ERR_ARGUMENT', message: /metrics/ });
  t.throws(compile({ loss: 'mse', metrics: [null] }), { code: 'ERR_ARGUMENT', message: /metrics/ });
  t.throws(compile({ loss: 'mse', metric: ['mae'] }), { code: 'ERR_ARGUMENT', message: /compile: there is no option 'metric'/ });
  t.false(net.isCompiled, 'nothing was chosen');
  t.throws(() => net.optimizer, { code: 'ERR_ARGUMENT', message: /call compile\(\)/ });
});

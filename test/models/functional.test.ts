import { join } from 'node:path';
import ava, { type ExecutionContext } from 'ava';
import { input, layers, loadModel, model, ones, optimizers, randn, seed, sequential, sub, tensor, valueAndGrad } from '../../src/index.js';
import type { Functional, Model, Tensor } from '../../src/index.js';
import { golden, mismatch, type GoldenTensor } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary_folder.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;
const quiet = { verbose: 0 } as const;
const recorded = golden('functional');
const double = { dtype: 'float64' } as const;
const read = ({ data, shape }: GoldenTensor): Tensor => tensor(data, { shape, ...double });
const numbers = (x: Tensor): number[] => [...x.dataSync()];
const values = (net: Model): number[][] => net.getWeights().map(numbers);
const near = (t: ExecutionContext, x: Tensor, { data }: GoldenTensor, what: string): void => {
  t.is(mismatch(x.dataSync(), data, { relative: 1e-10, absolute: 1e-10 }), null, what);
};

function temporaryFile(t: ExecutionContext): string {
  return join(temporaryFolder(t), 'model.hebb');
}

/** The network of make_functional.py. */
function wideAndDeep(): Functional<readonly [Tensor, Tensor]> {
  const wide = input({ shape: [3], name: 'wide' });
  const deep = input({ shape: [4], name: 'deep' });
  const first = layers.dense({ units: 5, activation: 'relu', name: 'first', ...double }).apply(deep);
  const second = layers.dense({ units: 5, activation: 'relu', name: 'second', ...double }).apply(first);
  const joined = layers.concatenate({ name: 'joined' }).apply([wide, second]);
  const main = layers.dense({ units: 1, name: 'main', ...double }).apply(joined);
  const aux = layers.dense({ units: 3, activation: 'softmax', name: 'aux', ...double }).apply(second);
  const net = model({ inputs: [wide, deep], outputs: [main, aux] });
  net.setWeights(recorded.wideAndDeep.given.map(read));
  net.compile({
    optimizer: optimizers.sgd({ learningRate: 0.1 }),
    loss: ['mse', 'sparseCategoricalCrossentropy'],
    lossWeights: [0.9, 0.1],
    metrics: [['mae'], ['accuracy']],
  });
  return net;
}

const data = (): { x: [Tensor, Tensor]; y: [Tensor, Tensor] } => {
  const { wide, deep, main, aux } = recorded.data;
  return { x: [read(wide), read(deep)], y: [read(main), read(aux)] };
};
const cut = (tensors: readonly Tensor[]): Tensor[] => tensors.map((x) => x.slice([0, 4]));

test('wide and deep with two outputs trains as in Keras: names, history, weights, predictions', async (t) => {
  const net = wideAndDeep();
  const { x, y } = data();
  t.deepEqual(net.layers.map(({ name }) => name), recorded.wideAndDeep.layers);
  const { history } = await net.fit(x, y, { batchSize: 12, epochs: 5, shuffle: false, validationData: [cut(x), cut(y)], ...quiet });
  t.deepEqual(Object.keys(history), Object.keys(recorded.wideAndDeep.history));
  for (const [name, list] of Object.entries(recorded.wideAndDeep.history)) {
    t.is(mismatch(history[name]!, list, { relative: 1e-7, absolute: 1e-7 }), null, name);
  }
  for (const [i, w] of net.getWeights().entries()) near(t, w, recorded.wideAndDeep.final[i]!, `weight ${i}`);
  const [main, aux] = net.predict(x);
  near(t, main, recorded.wideAndDeep.predict[0], 'main');
  near(t, aux, recorded.wideAndDeep.predict[1], 'aux');
});

test('arrays and names, many batches and single ones, captured and not: one training', async (t) => {
  const [byOrder, byName, onBatches] = [wideAndDeep(), wideAndDeep(), wideAndDeep()];
  const { x, y } = data();
  const named = { x: { deep: x[1], wide: x[0] }, y: { aux: y[1], main: y[0] } };
  await byOrder.fit(x, y, { batchSize: 4, epochs: 3, shuffle: false, ...quiet });
  await byName.fit(named.x, named.y, { batchSize: 4, epochs: 3, shuffle: false, ...quiet });
  for (let step = 0; step < 9; step++) {
    const part = (tensors: readonly Tensor[]): Tensor[] => tensors.map((rows) => rows.slice([(step % 3) * 4, (step % 3) * 4 + 4]));
    onBatches.trainOnBatch(part(x), part(y)); // the first without a program, the others by one
  }
  t.deepEqual(values(byName), values(byOrder));
  t.deepEqual(values(onBatches), values(byOrder));
  t.deepEqual(await byName.evaluate(named.x, named.y), await byOrder.evaluate(x, y));
  t.deepEqual(onBatches.testOnBatch(x, y), byOrder.testOnBatch(x, y));
});

test('losses, weights and metrics may be given by the names of outputs; an output without a loss is not trained', async (t) => {
  const net = wideAndDeep();
  const { x, y } = data();
  net.compile({ optimizer: 'sgd', loss: { main: 'mse' }, metrics: { main: 'mae' } });
  const before = values(net);
  const { history } = await net.fit(x, { main: y[0] }, quiet);
  t.deepEqual(Object.keys(history), ['loss', 'mae']);
  t.deepEqual(values(net).slice(-2), before.slice(-2), 'aux');
  t.notDeepEqual(values(net).slice(4, 6), before.slice(4, 6), 'main');
  net.compile({ loss: 'mse' });
  t.deepEqual(net.targets.map(({ name }) => name), ['main', 'aux'], 'one loss for all');
});

test('a layer used twice has one set of weights, whose gradients add up', (t) => {
  const { deep, main } = recorded.data;
  const [left, right] = [input({ shape: [4] }), input({ shape: [4] })];
  const shared = layers.dense({ units: 3, activation: 'tanh', ...double });
  const difference = layers.subtract().apply([shared.apply(left), shared.apply(right)]);
  const net = model({ inputs: { left, right }, outputs: layers.dense({ units: 1, ...double }).apply(difference) });
  net.setWeights(recorded.shared.given.map(read));
  t.is(net.countParams(), 4 * 3 + 3 + 3 + 1);
  const rows = { left: read(deep), right: tensor((read(deep).toArray() as number[][]).reverse(), double) };
  const [loss, gradients] = valueAndGrad(
    () => sub(net.call(rows, { training: true }), read(main)).square().mean(),
    net.trainableWeights.map(({ value }) => value),
  );
  near(t, loss, { shape: [], data: [recorded.shared.loss] }, 'loss');
  for (const [i, gradient] of gradients.entries()) near(t, gradient, recorded.shared.gradients[i]!, `gradient ${i}`);
});

test('dot() multiplies as Keras does', (t) => {
  for (const { a, b, axes, normalize, y } of recorded.dots) {
    const result = layers.dot({ axes, normalize }).apply([read(a), read(b)]);
    t.deepEqual([...result.shape], y.shape);
    near(t, result, y, `axes ${String(axes)}`);
  }
});

test('merging layers combine element by element, broadcast, and say what does not fit', (t) => {
  const [a, b] = [tensor([[1, 5], [2, 4]]), tensor([[3, 3], [3, 3]])];
  const results = { add: [[4, 8], [5, 7]], subtract: [[-2, 2], [-1, 1]], multiply: [[3, 15], [6, 12]], average: [[2, 4], [2.5, 3.5]], maximum: [[3, 5], [3, 4]], minimum: [[1, 3], [2, 3]] } as const;
  for (const [kind, expected] of Object.entries(results)) {
    t.deepEqual(layers[kind as keyof typeof results]().apply([a, b]).toArray(), expected, kind);
  }
  t.deepEqual(layers.concatenate().apply([a, b]).toArray(), [[1, 5, 3, 3], [2, 4, 3, 3]]);
  t.deepEqual([...layers.concatenate({ axis: 1 }).apply([ones([2, 3, 4]), ones([2, 1, 4])]).shape], [2, 4, 4]);
  const [x, y] = [input({ shape: [3, 1] }), input({ shape: [3, 5] })];
  t.deepEqual(layers.add().apply([x, y]).shape, [3, 5]);
  const fails = (make: () => unknown, code: string, message: RegExp): void => { t.throws(make, { code, message }); };
  fails(() => layers.add().apply([input({ shape: [2] }), input({ shape: [3] })]), 'ERR_SHAPE', /add: inputs \[\*,2\] and \[\*,3\] do not have one shape/);
  fails(() => layers.add().apply(x), 'ERR_ARGUMENT', /add: takes at least 2 inputs, got 1/);
  fails(() => layers.subtract().apply([x, x, x]), 'ERR_ARGUMENT', /subtract: takes 2 inputs, got 3/);
  fails(() => layers.concatenate({ axis: 0 }).apply([x, x]), 'ERR_ARGUMENT', /axis .* is not the batch, got 0/);
  fails(() => layers.concatenate({ axis: 1 }).apply([x, y]), 'ERR_SHAPE', /differ in more than axis 1/);
  fails(() => layers.dot({ axes: 3 }).apply([x, y]), 'ERR_SHAPE', /have no axes 3 and 3/);
  fails(() => layers.dot({ axes: 2 }).apply([x, y]), 'ERR_SHAPE', /1 and 5 elements/);
  fails(() => layers.dense({ units: 1 }).apply([x, y]), 'ERR_ARGUMENT', /dense: takes one input, got 2/);
});

test('models are layers of other models, of any kind, and share their weights', async (t) => {
  seed(3);
  const encoder = sequential([layers.dense({ units: 4, activation: 'tanh', inputShape: [6] })], { name: 'encoder' });
  const x = input({ shape: [6] });
  const hidden = layers.dense({ units: 5 }).apply(x);
  const pair = model({ inputs: x, outputs: { low: layers.dense({ units: 2, name: 'low' }).apply(hidden), high: hidden }, name: 'pair' });
  const start = input({ shape: [6] });
  const both = pair.apply(start);
  const end = layers.dense({ units: 1 }).apply(layers.concatenate().apply([encoder.apply(start), both.low, both.high]));
  const net = model({ inputs: start, outputs: end });
  t.is(net.countParams(), encoder.countParams() + pair.countParams() + 12);
  net.compile({ optimizer: 'adam', loss: 'mse' });
  const rows = randn([40, 6]);
  const before = encoder.getWeights().map(numbers);
  const { history } = await net.fit(rows, rows.sum(1), { epochs: 20, ...quiet });
  t.true(history.loss!.at(-1)! < history.loss![0]!);
  t.notDeepEqual(encoder.getWeights().map(numbers), before);
  const path = temporaryFile(t);
  await net.save(path);
  const loaded = await loadModel<Functional<Tensor>>(path);
  t.deepEqual(numbers(loaded.predict(rows)), numbers(net.predict(rows)));
  t.deepEqual(loaded.getConfig(), net.getConfig());
  const twice = model({ inputs: start, outputs: layers.add().apply([encoder.apply(start), encoder.layers[0]!.apply(start)]) });
  t.is(twice.trainableWeights.length, 2, 'a layer beside the model that holds it');
  const stack = sequential([encoder, layers.dense({ units: 1 })]);
  t.deepEqual(stack.getWeights().slice(0, 2).map(numbers), encoder.getWeights().map(numbers));
});

test('a graph is saved with its losses, and goes on training to the bits of a training without a break', async (t) => {
  const [whole, first] = [wideAndDeep(), wideAndDeep()];
  const { x, y } = data();
  seed(5);
  await whole.fit(x, y, { batchSize: 4, epochs: 4, ...quiet });
  seed(5);
  await first.fit(x, y, { batchSize: 4, epochs: 2, ...quiet });
  const path = temporaryFile(t);
  await first.save(path);
  seed(99);
  const second = await loadModel<Functional>(path);
  await second.fit(x, y, { batchSize: 4, initialEpoch: 2, epochs: 4, ...quiet });
  t.deepEqual(values(second), values(whole));
  t.deepEqual(await second.evaluate(x, y), await whole.evaluate(x, y));
});

test('summary() of a graph tells what is connected to what, and Mermaid draws it', (t) => {
  const net = wideAndDeep();
  let text = '';
  net.summary((line) => (text += line));
  t.regex(text, /Connected to/);
  t.regex(text, /│ joined \(Concatenate\) │ \(None, 8\) +│ +0 │ wide\[0\]\[0\], second\[0\]\[0\] │/);
  const drawn = net.toMermaid();
  t.regex(drawn, /^flowchart TB\n/);
  t.is(drawn.match(/-->/g)?.length, 6);
  const chain = sequential([layers.dense({ units: 1, inputShape: [2], name: 'a' }), layers.dense({ units: 1, name: 'b' })]).toMermaid();
  t.is(chain.match(/-->/g)?.length, 1);
});

test('bad graphs and bad data are told by name', async (t) => {
  const x = input({ shape: [2], name: 'x' });
  const y = layers.dense({ units: 1, name: 'y' }).apply(x);
  const argument = (make: () => unknown, message: RegExp): void => { t.throws(make, { code: 'ERR_ARGUMENT', message }); };
  argument(() => model({ inputs: input({ shape: [2] }), outputs: y }), /need an input of shape \[\*,2\] that is not among the inputs/);
  argument(() => model({ inputs: y, outputs: layers.dense({ units: 1 }).apply(y) }), /inputs are made by input\(\), got the result of/);
  argument(() => model({ inputs: [x, x], outputs: y }), /an input is given twice/);
  argument(() => model({ inputs: [], outputs: y }), /inputs are what input\(\)/);
  argument(() => model({ inputs: x, outputs: [y, layers.dense({ units: 1, name: 'y' }).apply(x)] }), /two layers named 'y'/);
  argument(() => layers.add().apply([x, ones([1, 2])] as never), /not both/);
  t.throws(() => layers.reshape({ targetShape: [3] }).apply(x), { code: 'ERR_SHAPE' });
  const net = wideAndDeep();
  const rows = data();
  argument(() => { net.compile({ loss: ['mse'] }); }, /loss has 1 entries for 2 outputs, main, aux/);
  argument(() => { net.compile({ loss: { mian: 'mse' } }); }, /loss has 'mian', the outputs are main, aux/);
  argument(() => { net.compile({ loss: 'mse', metrics: ['mae'] }); }, /metrics has 1 entries for 2 outputs/);
  argument(() => { net.compile({ loss: 'mse', lossWeights: [1, NaN] }); }, /lossWeights: a weight is a number, got NaN/);
  argument(() => { net.compile({ loss: { main: 'mse' }, metrics: { aux: 'mae' } }); }, /aux has metrics but no loss/);
  const refuses = (bad: Promise<unknown>, code: string, message: RegExp): Promise<unknown> => t.throwsAsync(bad, { code, message });
  await refuses(net.fit(rows.x[0], rows.y), 'ERR_ARGUMENT', /fit: x is an array of 2, or has names: wide, deep; got one tensor/);
  await refuses(net.fit({ wide: rows.x[0] }, rows.y), 'ERR_ARGUMENT', /fit: x lacks 'deep'; there are wide, deep/);
  await refuses(net.fit(rows.x, { main: rows.y[0], aux: rows.y[1], other: rows.y[0] }), 'ERR_ARGUMENT', /y has an unknown 'other'/);
  await refuses(net.fit([rows.x[1], rows.x[0]], rows.y), 'ERR_SHAPE', /fit: wide: expected input \[\*,3\], got \[12,4\]/);
  await refuses(net.fit([rows.x[0], rows.x[1].slice([0, 4])], rows.y), 'ERR_SHAPE', /x has 12 rows, x\[1\] has 4/);
  await refuses(net.fit(rows.x, rows.y, { classWeight: { 1: 2 } }), 'ERR_ARGUMENT', /classWeight is for one output, there are 2/);
  t.throws(() => net.predict([rows.x[0], rows.x[1].slice([0, 4])]), { code: 'ERR_SHAPE', message: /predict: x has 12 rows/ });
});

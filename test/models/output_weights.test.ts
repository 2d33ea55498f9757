import ava from 'ava';
import { input, layers, model, ones, optimizers, tensor } from '../../src/index.js';
import type { Functional, SampleWeight, Tensor } from '../../src/index.js';
import { golden, mismatch, type GoldenTensor } from '../support/golden.js';

const test = ava.serial;
const { data: given, wideAndDeep: network } = golden('functional');
const recorded = golden('output_weights');
const double = { dtype: 'float64' } as const;
const quiet = { verbose: 0 } as const;
const read = ({ data, shape }: GoldenTensor): Tensor => tensor(data, { shape, ...double });
const x = [read(given.wide), read(given.deep)];
const y = [read(given.main), read(given.aux)];
const main = read(recorded.weights.main);
const aux = read(recorded.weights.aux);
const cut = (tensors: readonly Tensor[]): Tensor[] => tensors.map((rows) => rows.slice([0, 4]));

/** The network of make_output_weights.py. */
function wideAndDeep(): Functional<readonly [Tensor, Tensor]> {
  const wide = input({ shape: [3], name: 'wide' });
  const deep = input({ shape: [4], name: 'deep' });
  const first = layers.dense({ units: 5, activation: 'relu', name: 'first', ...double }).apply(deep);
  const second = layers.dense({ units: 5, activation: 'relu', name: 'second', ...double }).apply(first);
  const joined = layers.concatenate({ name: 'joined' }).apply([wide, second]);
  const outputs = [
    layers.dense({ units: 1, name: 'main', ...double }).apply(joined),
    layers.dense({ units: 3, activation: 'softmax', name: 'aux', ...double }).apply(second),
  ] as const;
  const net = model({ inputs: [wide, deep], outputs });
  net.setWeights(network.given.map(read));
  net.compile({
    optimizer: optimizers.sgd({ learningRate: 0.1 }),
    loss: ['mse', 'sparseCategoricalCrossentropy'],
    lossWeights: [0.9, 0.1],
    weightedMetrics: [['mae'], ['accuracy']],
  });
  return net;
}
const values = (net: Functional<readonly [Tensor, Tensor]>): number[][] => net.getWeights().map((w) => [...w.dataSync()]);

test("weights of each output train and validate as Keras's", async (t) => {
  const net = wideAndDeep();
  const { history } = await net.fit(x, y, {
    sampleWeight: [main, aux], batchSize: 12, epochs: 4, shuffle: false, validationData: [cut(x), cut(y), cut([main, aux])], ...quiet,
  });
  t.deepEqual(Object.keys(history), Object.keys(recorded.history));
  for (const [name, list] of Object.entries(recorded.history)) {
    t.is(mismatch(history[name]!, list, { relative: 1e-6, absolute: 1e-7 }), null, name);
  }
  for (const [i, w] of net.getWeights().entries()) {
    t.is(mismatch(w.dataSync(), recorded.final[i]!.data, { relative: 1e-6, absolute: 1e-7 }), null, `weight ${i}`);
  }
});

test('weights in order, by name, of batches from a generator and of single batches are one training', async (t) => {
  const [inOrder, byName, fromBatches, onBatches] = [wideAndDeep(), wideAndDeep(), wideAndDeep(), wideAndDeep()];
  const parts = [0, 4, 8].map((start) => [x, y, [main, aux]].map((tensors) => tensors.map((rows) => rows.slice([start, start + 4]))));
  const batches = parts.map(([bx, by, weights]) => [bx!, by!, weights!] as const);
  const settings = { batchSize: 4, epochs: 2, shuffle: false, ...quiet };
  await inOrder.fit(x, y, { sampleWeight: [main, aux], ...settings });
  await byName.fit(x, y, { sampleWeight: { aux, main }, ...settings });
  await fromBatches.fit(() => batches, { epochs: 2, ...quiet });
  for (let step = 0; step < 6; step++) {
    const [bx, by, sampleWeight] = batches[step % 3]!;
    onBatches.trainOnBatch(bx, by, { sampleWeight });
  }
  for (const other of [byName, fromBatches, onBatches]) t.deepEqual(values(other), values(inOrder));
  const evaluated = await inOrder.evaluate(x, y, { sampleWeight: [main, aux] });
  t.deepEqual(await inOrder.evaluate(x, y, { sampleWeight: { main, aux } }), evaluated);
  t.deepEqual(inOrder.testOnBatch(x, y, { sampleWeight: { main, aux } }), evaluated);
});

test('one array of weights serves all outputs; an output without weights counts every row 1', async (t) => {
  const net = wideAndDeep();
  t.deepEqual(await net.evaluate(x, y, { sampleWeight: main }), await net.evaluate(x, y, { sampleWeight: [main, main] }));
  const alone = await net.evaluate(x, y, { sampleWeight: { main } });
  t.deepEqual(alone, await net.evaluate(x, y, { sampleWeight: [main, ones([12])] }));
  t.deepEqual(alone, await net.evaluate(x, y, { sampleWeight: [main, null] }));
  t.not(alone.main_loss, (await net.evaluate(x, y)).main_loss);
});

test('weights for other outputs than there are, or of another length, are refused by name', async (t) => {
  const net = wideAndDeep();
  const before = values(net);
  const refused = async (sampleWeight: SampleWeight, message: RegExp): Promise<void> => {
    await t.throwsAsync(net.fit(x, y, { sampleWeight, ...quiet }), { message });
  };
  await refused({ mian: main }, /sampleWeight has 'mian', the outputs are main, aux/);
  await refused([main, aux, aux], /sampleWeight has 3 entries for 2 outputs, main, aux/);
  await refused([main, [1, 2]], /sampleWeight of aux has shape \[2\] for 12 rows/);
  t.deepEqual(values(net), before);
});

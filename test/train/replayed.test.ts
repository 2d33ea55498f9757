import test from 'ava';
import { layers, losses, randint, randn, scope, seed, sequential, sum, valueAndGrad, type Tensor } from '../../src/index.js';

function network(loss: Parameters<ReturnType<typeof sequential>['compile']>[0]['loss'] = 'sparseCategoricalCrossentropy') {
  seed(7);
  const net = sequential([
    layers.dense({ units: 6, activation: 'relu', inputShape: [5] }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss, metrics: ['accuracy'] });
  return net;
}
const rows = (count: number, start: number): [Tensor, Tensor] => [randn([count, 5], { seed: start }), randint(0, 3, [count], { seed: start + 1 })];
const list = (x: Tensor): number[] => [...x.dataSync()];

test('predict() called again and again gives what one large predict() gives, in tensors of their own', (t) => {
  const net = network();
  const [x] = rows(200, 1);
  const all = list(net.predict(x));
  const parts = Array.from({ length: 40 }, (_, i) => net.predict(x.slice([5 * i, 5 * i + 5])));
  t.deepEqual(parts.flatMap(list), all);
});

test('predict() inside scopes keeps nothing that the scope frees', (t) => {
  const net = network();
  const [x] = rows(4, 3);
  const expected = list(net.predict(x));
  for (let i = 0; i < 5; i++) {
    const kept = scope(() => net.predict(x));
    t.deepEqual(list(kept), expected);
    kept.dispose();
  }
  t.deepEqual(list(net.predict(x)), expected);
});

test('predict() sees new weights, another batch size and another type', (t) => {
  const [net, other] = [network(), network()];
  const [x] = rows(4, 5);
  for (let i = 0; i < 3; i++) net.predict(x);
  const doubled = net.getWeights().map((w) => w.mul(2));
  net.setWeights(doubled);
  other.setWeights(doubled);
  t.deepEqual(list(net.predict(x)), list(other.predict(x)));
  for (const y of [x.slice([0, 2]), x.slice([0, 2]), randint(0, 9, [4, 5], { seed: 6 }), x]) {
    t.deepEqual(list(net.predict(y)), list(other.predict(y)));
  }
});

test('a gradient goes through predict() however often it was called', (t) => {
  const net = network();
  const [x] = rows(2, 8);
  const slope = (): number[] => list(valueAndGrad(() => sum(net.predict(x).square()), [x])[1][0]!);
  const first = slope();
  net.predict(x);
  net.predict(x);
  t.deepEqual(slope(), first);
  t.true(first.some((value) => value !== 0));
});

test('trainOnBatch() again and again is training step by step, with the logs of each batch alone', async (t) => {
  const [net, other] = [network(), network()];
  const [x, y] = rows(40, 10);
  const logs = Array.from({ length: 10 }, (_, i) => net.trainOnBatch(x.slice([4 * i, 4 * i + 4]), y.slice([4 * i, 4 * i + 4])));
  for (const [i, expected] of logs.entries()) {
    const history = await other.fit(x.slice([4 * i, 4 * i + 4]), y.slice([4 * i, 4 * i + 4]), { batchSize: 4, shuffle: false, verbose: 0 });
    t.deepEqual({ loss: history.history.loss![0], accuracy: history.history.accuracy![0] }, { loss: expected.loss, accuracy: expected.accuracy });
  }
  t.deepEqual(net.getWeights().map(list), other.getWeights().map(list));
});

test('trainOnBatch() follows layers that are frozen, another optimizer, weights of rows', (t) => {
  const net = network();
  const [x, y] = rows(4, 20);
  for (let i = 0; i < 3; i++) net.trainOnBatch(x, y);
  const before = net.getWeights().map(list);
  net.layers[0]!.trainable = false;
  for (let i = 0; i < 3; i++) net.trainOnBatch(x, y);
  const after = net.getWeights().map(list);
  t.deepEqual(after.slice(0, 2), before.slice(0, 2));
  t.notDeepEqual(after[2], before[2]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  t.deepEqual(Object.keys(net.trainOnBatch(x, y)), ['loss']);
  const zero = net.trainOnBatch(x, y, { sampleWeight: [0, 0, 0, 0] });
  t.is(zero.loss, 0);
  t.not(net.trainOnBatch(x, y, { sampleWeight: [1, 1, 1, 1] }).loss, 0);
});

test('a loss that reads values cannot be captured, and trains on a batch all the same', (t) => {
  const { call } = losses.sparseCategoricalCrossentropy();
  let seen = 0;
  const net = network((yTrue, yPred) => {
    seen += yPred.dataSync().length;
    return call(yTrue, yPred);
  });
  const [x, y] = rows(4, 30);
  const first = net.trainOnBatch(x, y).loss!;
  for (let i = 0; i < 50; i++) net.trainOnBatch(x, y);
  t.is(seen, 51 * 12);
  t.true(net.testOnBatch(x, y).loss! < first);
});

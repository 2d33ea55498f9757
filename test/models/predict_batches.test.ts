import ava from 'ava';
import { concat, data, input, layers, model, Model, randn, seed, sequential } from '../../src/index.js';
import type { CallContext, Sequential, Tensor } from '../../src/index.js';

const test = ava.serial;
const numbers = (x: Tensor): number[] => [...x.dataSync()];

function small(): Sequential {
  seed(3);
  return sequential([layers.dense({ units: 4, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 2 })]);
}

test('predict() takes datasets of inputs, the last batch smaller, and answers all rows in order', async (t) => {
  const net = small();
  const x = randn([10, 3]);
  const expected = numbers(net.predict(x));
  const y = await net.predict(data.fromTensors(x).batch(4));
  t.deepEqual(y.shape, [10, 2]);
  t.deepEqual(numbers(y), expected);
  t.deepEqual(numbers(await net.predictAsync(data.fromTensors(x).batch(4))), expected);
});

test('of batches [x, y] and [x, y, sampleWeight] predict() uses x, be they tensors or arrays', async (t) => {
  const net = small();
  const x = randn([6, 3]);
  const expected = numbers(net.predict(x));
  t.deepEqual(numbers(await net.predict(data.fromTensors(x, randn([6, 2])).batch(3))), expected);
  t.deepEqual(numbers(await net.predict(data.fromTensors(x, randn([6, 2]), randn([6])).batch(3))), expected);
  const rows = x.toArray() as number[][];
  t.deepEqual(numbers(await net.predict(() => [[rows, [[0, 1]]]] as const)), expected);
  t.deepEqual(numbers(await net.predict(new Set([rows]))), expected);
});

test('predict() ends a generator after as many batches as steps says', async (t) => {
  const net = small();
  const x = randn([2, 3]);
  let ended = false;
  async function* endless(): AsyncGenerator<Tensor> {
    try {
      for (;;) yield await Promise.resolve(x);
    } finally {
      ended = true;
    }
  }
  t.deepEqual(numbers(await net.predict(endless(), { steps: 3 })), numbers(net.predict(concat([x, x, x], 0))));
  t.true(ended);
});

test('predict() of batches serves several inputs and outputs, with and without targets', async (t) => {
  const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [3], name: 'b' })];
  const joined = layers.concatenate().apply([a, b]);
  const net = model({ inputs: [a, b], outputs: [layers.dense({ units: 1 }).apply(joined), layers.dense({ units: 2 }).apply(b)] });
  const x = [randn([5, 2]), randn([5, 3])];
  const expected = net.predict(x).map(numbers);
  const cut = (start: number, end: number): Tensor[] => x.map((rows) => rows.slice([start, end]));
  const parts = [cut(0, 2), cut(2, 4), cut(4, 5)];
  t.deepEqual((await net.predict(() => parts)).map(numbers), expected);
  t.deepEqual((await net.predict(() => parts.map(([first, second]) => ({ b: second!, a: first! })))).map(numbers), expected);
  t.deepEqual((await net.predict(() => parts.map((inputs) => [inputs, [inputs[0]!, inputs[1]!]] as const))).map(numbers), expected);
});

test('a class of one\'s own is built by the first batch', async (t) => {
  class Net extends Model {
    private readonly output = layers.dense({ units: 2 });
    override call(x: Tensor, context: CallContext): Tensor {
      return this.output.apply(x, context);
    }
  }
  const net = new Net();
  const x = randn([4, 3]);
  const y = await net.predict(data.fromTensors(x, randn([4, 1])).batch(2));
  t.deepEqual(numbers(y), numbers(net.predict(x)));
});

test('no batches, batches of another shape and options of rows are refused', async (t) => {
  const net = small();
  await t.throwsAsync(net.predict(() => []), { message: 'predict: there are no batches' });
  await t.throwsAsync(net.predict(data.fromTensors(randn([4, 5])).batch(2)), { message: /expected input \[\*,3\], got \[2,5\]/ });
  await t.throwsAsync(net.predictAsync(data.fromTensors(randn([4, 3])).batch(2), { batchSize: 2 }), { message: /no option 'batchSize'; there are steps/ });
  t.throws(() => net.predict(randn([4, 3]), { steps: 2 } as never), { message: /no option 'steps'/ });
});

import { join } from 'node:path';
import ava from 'ava';
import { layers, mean, Model, randn, seed, sequential, square, sub, valueAndGrad } from '../../src/index.js';
import type { CallContext, OutputMeters, Rows, Tensor } from '../../src/index.js';
import { temporaryFolder } from '../support/temporary_folder.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;
const quiet = { verbose: 0 } as const;
const values = (net: Model): number[][] => net.getWeights().map((w) => [...w.dataSync()]);

class Net extends Model {
  private readonly hidden = [layers.dense({ units: 6, activation: 'relu' }), layers.dense({ units: 4, activation: 'tanh' })];
  private readonly drop = layers.dropout({ rate: 0.2 });
  protected readonly heads = { out: layers.dense({ units: 1 }) };

  constructor() {
    super('net');
  }
  override call(x: Tensor, context: CallContext): Tensor {
    const h = this.hidden.reduce((value, layer) => layer.apply(value, context), x);
    return this.heads.out.apply(this.drop.apply(h, context), context);
  }
}

function data(): { x: Tensor; y: Tensor } {
  const x = randn([64, 3], { seed: 4 });
  return { x, y: x.sum(1, true) };
}

/** The same layers in a row. */
function row(): Model {
  return sequential([
    layers.dense({ units: 6, activation: 'relu', inputShape: [3] }), layers.dense({ units: 4, activation: 'tanh' }),
    layers.dropout({ rate: 0.2 }), layers.dense({ units: 1 }),
  ]);
}

test('a class of one\'s own trains to the same bits as the same layers in a sequential()', async (t) => {
  const { x, y } = data();
  const nets = [new Net(), row()];
  for (const net of nets) {
    net.build([3]);
    net.setWeights(nets[0]!.getWeights());
    net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  }
  for (const net of nets) {
    seed(5);
    await net.fit(x, y, { epochs: 3, batchSize: 10, validationSplit: 0.2, ...quiet });
  }
  const [own, other] = nets as [Net, Model];
  t.deepEqual(values(own), values(other));
  t.deepEqual(own.history?.history, other.history?.history);
  t.deepEqual(await own.evaluate(x, y), await other.evaluate(x, y));
  t.deepEqual(own.predict(x).toArray(), (other.predict(x) as Tensor).toArray());
  t.deepEqual(own.testOnBatch(x, y), other.testOnBatch(x, y));
});

test('its layers are found in properties, arrays and objects, named and summed up', (t) => {
  const net = new Net();
  t.deepEqual(net.layers.map(({ name }) => name), ['dense', 'dense_1', 'dropout', 'dense_2']);
  net.build([3]);
  t.is(net.countParams(), 3 * 6 + 6 + 6 * 4 + 4 + 4 + 1);
  let text = '';
  net.summary((line) => (text += line));
  t.regex(text, /│ dense_1 \(Dense\) +│ \(None, 4\) +│ +28 │/);
});

test('its first data build it, and no other shape is taken afterwards', async (t) => {
  const net = new Net();
  net.compile({ loss: 'mse' });
  const { x, y } = data();
  t.is(net.outputShape, undefined);
  await net.fit(x, y, quiet);
  t.deepEqual([net.inputShape, net.outputShape], [[3], [1]]);
  await t.throwsAsync(net.fit(x.slice([0, null], [0, 2]), y, quiet), { code: 'ERR_SHAPE', message: /expected input \[\*,3\], got \[64,2\]/ });
});

test('weights go to a file and back; the class itself only if it has getConfig()', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'weights');
  const [net, other] = [new Net(), new Net()];
  await t.throwsAsync(net.saveWeights(path), { code: 'ERR_ARGUMENT', message: /saveWeights: net is not built/ });
  for (const model of [net, other]) model.build([3]);
  t.notDeepEqual(values(other), values(net));
  await net.saveWeights(path);
  await other.loadWeights(path);
  t.deepEqual(values(other), values(net));
  const before = row();
  const old = values(before);
  await t.throwsAsync(sequential([layers.dense({ units: 7, inputShape: [3] })]).loadWeights(path), { code: 'ERR_FORMAT', message: /expected float32 \[3,7\]/ });
  await before.loadWeights(path);
  t.notDeepEqual(values(before), old, 'the names of the layers are what counts');
  await t.throwsAsync(net.save(path), { code: 'ERR_ARGUMENT', message: /class of your own .* saveWeights/ });
});

test('it may take and answer several tensors, by order or by name', async (t) => {
  class Pair extends Model {
    private readonly left = layers.dense({ units: 2 });
    private readonly right = layers.dense({ units: 2 });
    override call({ a, b }: { a: Tensor; b: Tensor }, context: CallContext): { sum: Tensor; product: Tensor } {
      const [x, y] = [this.left.apply(a, context), this.right.apply(b, context)];
      return { sum: layers.add().apply([x, y]), product: layers.multiply().apply([x, y]) };
    }
  }
  const net = new Pair();
  net.compile({ loss: { sum: 'mse', product: 'mse' }, lossWeights: { product: 0.5 } });
  const [a, b, y] = [randn([20, 3]), randn([20, 4]), randn([20, 2])];
  const { history } = await net.fit({ a, b }, { sum: y, product: y }, { epochs: 2, ...quiet });
  t.deepEqual(Object.keys(history), ['loss', 'product_loss', 'sum_loss']);
  for (const used of [net, new Pair()]) {
    const { sum, product } = used.predict({ a, b }); // which builds one that is new
    t.deepEqual([sum.shape, product.shape], [[20, 2], [20, 2]]);
  }
});

test('a training step of its own is what fit() captures and replays', async (t) => {
  class Own extends Net {
    override trainStep({ x, y }: Rows, meters: OutputMeters): void {
      const params = this.trainableWeights.map(({ value }) => value);
      let yPred = x[0]!;
      const [loss, gradients] = valueAndGrad(() => {
        yPred = this.call(x[0]!, { training: true });
        return mean(square(sub(yPred, y[0]!)));
      }, params);
      meters.update({ rows: [loss], total: loss, penalty: undefined }, y, [yPred]);
      this.optimizer.apply(params, gradients);
    }
  }
  const { x, y } = data();
  const nets = [new Own(), new Net()].map((net) => {
    seed(3);
    net.build([3]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    return net;
  });
  for (const net of nets) {
    seed(5);
    await net.fit(x, y, { epochs: 2, batchSize: 16, ...quiet });
  }
  t.deepEqual(values(nets[0]!), values(nets[1]!));
});

test('a layer used for the first time while a program is captured is an error that says so', async (t) => {
  class Late extends Net {
    private readonly late = layers.dense({ units: 1 });
    override call(x: Tensor, context: CallContext): Tensor {
      return context.training ? this.late.apply(x, context) : super.call(x, context);
    }
  }
  const net = new Late();
  net.compile({ loss: 'mse' });
  const { x, y } = data();
  await t.throwsAsync(net.fit(x, y, quiet), { code: 'ERR_CAPTURE', message: /dense_3: is used for the first time while a program is captured/ });
  t.throws(() => new (class extends Model { override call(): Tensor { return 3 as never; } })().predict(x), { code: 'ERR_ARGUMENT', message: /call\(\) returns a tensor/ });
});

import test from 'ava';
import { layers, metrics, sequential, tensor, type Tensor } from '../../src/index.js';
import { Meters } from '../../src/train/meter.js';
import { golden, mismatch, type GoldenTensor } from '../support/golden.js';

const { cases } = golden('metrics');
const tolerance = { relative: 1e-12, absolute: 1e-12 };
const float64 = ({ shape, data }: GoldenTensor): Tensor => tensor(Float64Array.from(data), { shape });

const makers: Record<string, (options?: never) => ReturnType<typeof metrics.mae>> = {
  accuracy: metrics.accuracy,
  binaryAccuracy: metrics.binaryAccuracy,
  categoricalAccuracy: metrics.categoricalAccuracy,
  sparseCategoricalAccuracy: metrics.sparseCategoricalAccuracy,
  topKCategoricalAccuracy: metrics.topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy: metrics.sparseTopKCategoricalAccuracy,
  mae: metrics.mae,
  mse: metrics.mse,
  rmse: metrics.rmse,
  binaryCrossentropy: metrics.binaryCrossentropy,
  categoricalCrossentropy: metrics.categoricalCrossentropy,
  sparseCategoricalCrossentropy: metrics.sparseCategoricalCrossentropy,
};

test('metrics over several batches, weighted and not, are those of Keras after each batch and after a reset', (t) => {
  t.deepEqual([...new Set(cases.map(({ metric }) => metric))].sort(), Object.keys(makers).sort());
  for (const c of cases) {
    const what = `${c.metric} ${JSON.stringify(c.arguments)} [${c.batches[0]!.yPred.shape.join()}]`;
    const metric = makers[c.metric]!(c.arguments as never);
    const meters = new Meters([{ metric, weighted: true }]);
    const add = ({ yTrue, yPred, sampleWeight }: (typeof c.batches)[number]): number => {
      const rows = tensor(Float64Array.of(0));
      meters.update(rows, undefined, float64(yTrue), float64(yPred), sampleWeight ? float64(sampleWeight) : undefined);
      return meters.logs()[metric.name]!;
    };
    t.is(mismatch([meters.logs()[metric.name]!], [c.empty], tolerance), null, `${what} before the first batch`);
    t.is(mismatch(c.batches.map(add), c.results, tolerance), null, what);
    meters.reset();
    t.is(mismatch([add(c.batches.at(-1)!)], [c.afterReset], tolerance), null, `${what} after a reset`);
  }
});

test("'accuracy' is binary, categorical or sparse categorical accuracy by the shapes, under the name that was given", async (t) => {
  const x = tensor([[1], [2], [3], [4]]);
  const measure = async (units: number, y: Tensor, loss: string): Promise<Record<string, number>> => {
    const net = sequential([layers.dense({ units, inputShape: [1], useBias: false })]);
    net.setWeights([[Array.from({ length: units }, (_, i) => i / units)]]);
    net.compile({ loss, metrics: ['accuracy', 'acc'] });
    return net.evaluate(x, y);
  };
  // Three outputs 0, x/3, 2x/3: class 2 always wins.
  const sparse = await measure(3, tensor([2, 2, 2, 0], { dtype: 'int32' }), 'sparseCategoricalCrossentropy');
  t.deepEqual([sparse.accuracy, sparse.acc], [0.75, 0.75]);
  const hot = tensor([[0, 0, 1], [0, 1, 0], [0, 0, 1], [0, 1, 0]]);
  t.is((await measure(3, hot, 'categoricalCrossentropy')).accuracy, 0.5);
  t.is((await measure(3, hot, 'mse')).accuracy, 0.5);
  // One output 0: below the threshold.
  t.is((await measure(1, tensor([0, 0, 0, 1]), 'binaryCrossentropy')).accuracy, 0.75);
  t.is((await measure(1, tensor([[0], [0], [1], [1]]), 'mse')).accuracy, 0.5);
});

test('a metric of its own name, options and function is one among the others', async (t) => {
  const net = sequential([layers.dense({ units: 1, inputShape: [1], useBias: false })]);
  net.setWeights([[[1]]]);
  const worst = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue).abs().reshape([-1]);
  net.compile({ loss: 'mse', metrics: [metrics.binaryAccuracy({ threshold: 3, name: 'aboveThree' }), worst, 'rmse'] });
  const logs = await net.evaluate([[1], [2], [3], [4]], [0, 0, 1, 1]);
  t.deepEqual(Object.keys(logs), ['loss', 'aboveThree', 'worst', 'rmse']);
  t.is(logs.aboveThree, 0.75);
  t.is(logs.worst, (1 + 2 + 2 + 3) / 4);
  t.is(logs.rmse, Math.sqrt((1 + 4 + 4 + 9) / 4));
});

test('options of metrics are checked when they are made', (t) => {
  t.throws(() => metrics.topKCategoricalAccuracy({ k: 0 }), { code: 'ERR_ARGUMENT', message: /topKCategoricalAccuracy: k .* got 0/ });
  t.throws(() => metrics.sparseTopKCategoricalAccuracy({ k: 1.5 }), { code: 'ERR_ARGUMENT' });
});

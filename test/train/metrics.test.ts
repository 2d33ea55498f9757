import test from 'ava';
import { callbacks, layers, metrics, sequential, tensor, type Tensor } from '../../src/index.js';
import { Meters } from '../../src/train/meter.js';
import { golden, mismatch, type GoldenTensor } from '../support/golden.js';

const { cases } = golden('metrics');
const close = { relative: 1e-12, absolute: 1e-12 };
const float64 = ({ shape, data }: GoldenTensor): Tensor => tensor(Float64Array.from(data), { shape });

type Makers = Omit<typeof metrics, 'confusionMatrix'>;
const makers: Readonly<Record<string, (options: never) => ReturnType<Makers[keyof Makers]>>> = metrics as Makers;
/** Keras adds the counts of IoU up in integers and divides in float32; log(2) is one too. */
const tolerances: Record<string, typeof close> = Object.fromEntries(
  ['iou', 'meanIoU', 'binaryIoU', 'oneHotIoU', 'oneHotMeanIoU', 'logCosh', 'cosineSimilarity'].map((name) => [name, { relative: 1e-6, absolute: 1e-6 }]),
);

test('metrics over several batches, weighted and not, are those of Keras after each batch and after a reset', (t) => {
  t.deepEqual([...new Set(cases.map(({ metric }) => metric))].sort(), Object.keys(makers).filter((name) => !['confusionMatrix', 'sum', 'mean'].includes(name)).sort());
  for (const c of cases) {
    const what = `${c.metric} ${JSON.stringify(c.arguments)} [${c.batches[0]!.yPred.shape.join()}]`;
    const metric = makers[c.metric]!(c.arguments as never);
    const meters = new Meters([{ metric, weighted: true }], c.batches[0]!.yPred.shape.slice(1));
    const tolerance = tolerances[c.metric] ?? close;
    // A number, or with `average: null` one for each class.
    const values = (): number[] => Object.entries(meters.logs()).flatMap(([key, value]) => (key === 'loss' ? [] : [value]));
    const add = ({ yTrue, yPred, sampleWeight }: (typeof c.batches)[number]): number[] => {
      const rows = tensor(Float64Array.of(0));
      meters.update(rows, undefined, float64(yTrue), float64(yPred), sampleWeight ? float64(sampleWeight) : undefined);
      return values();
    };
    if (c.metric !== 'r2Score') t.is(mismatch(values(), [c.empty].flat(), tolerance), null, `${what} before the first batch`);
    t.is(mismatch(c.batches.flatMap(add), c.results.flat(), tolerance), null, what);
    meters.reset();
    t.is(mismatch(add(c.batches.at(-1)!), [c.afterReset].flat(), tolerance), null, `${what} after a reset`);
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

test('a metric with average null logs a value for each class, by which callbacks and histories know it', async (t) => {
  const net = sequential([layers.dense({ units: 2, inputShape: [2], useBias: false })]);
  net.setWeights([[[1, 0], [0, 1]]]);
  net.compile({ optimizer: 'sgd', loss: 'mse', metrics: [metrics.f1Score({ average: null }), metrics.r2Score({ average: null, name: 'r2' })] });
  const x = tensor([[0.75, 0.25], [0.25, 0.75], [0.75, 0.25], [0.25, 0.75]]);
  const y = tensor([[1, 0], [1, 0], [0, 1], [0, 1]]);
  const logs = await net.evaluate(x, y);
  t.deepEqual(Object.keys(logs), ['loss', 'f1Score_0', 'f1Score_1', 'r2_0', 'r2_1']);
  t.true(Math.abs(logs.f1Score_0! - 0.5) < 1e-6 && Math.abs(logs.r2_1! + 0.25) < 1e-12);
  const { history } = await net.fit(x, y, { validationData: [x, y], verbose: 0, callbacks: [callbacks.earlyStopping({ monitor: 'val_f1Score_1' })] });
  t.deepEqual(Object.keys(history), ['f1Score_0', 'f1Score_1', 'loss', 'r2_0', 'r2_1', 'val_f1Score_0', 'val_f1Score_1', 'val_loss', 'val_r2_0', 'val_r2_1']);
});

test('options of metrics are checked when they are made', (t) => {
  t.throws(() => metrics.f1Score({ average: 'mean' as never }), { code: 'ERR_ARGUMENT', message: /f1Score: average is macro, micro, weighted or null, got 'mean'/ });
  t.throws(() => metrics.oneHotMeanIoU({ numClasses: 0 }), { code: 'ERR_ARGUMENT', message: /oneHotMeanIoU: numClasses .* got 0/ });
  t.throws(() => metrics.oneHotIoU({ numClasses: 2, targetClassIds: [2] }), { code: 'ERR_ARGUMENT', message: /oneHotIoU: targetClassIds .* got 2/ });
  t.throws(() => metrics.topKCategoricalAccuracy({ k: 0 }), { code: 'ERR_ARGUMENT', message: /topKCategoricalAccuracy: k .* got 0/ });
  t.throws(() => metrics.sparseTopKCategoricalAccuracy({ k: 1.5 }), { code: 'ERR_ARGUMENT' });
});

test('the confusion matrix counts labels by row and predictions by column', (t) => {
  t.deepEqual(metrics.confusionMatrix([0, 1, 2, 2, 5], [0, 2, 2, 1, 0], { numClasses: 3 }).toArray(), [[1, 0, 0], [0, 0, 1], [0, 1, 1]]);
  t.throws(() => metrics.confusionMatrix([0], [0, 1], { numClasses: 2 }), { code: 'ERR_SHAPE', message: /1 labels but 2/ });
  t.throws(() => metrics.confusionMatrix([0], [0], { numClasses: 0 }), { code: 'ERR_ARGUMENT', message: /numClasses/ });
});

test('metrics with a state give after captured steps what they give for all rows at once, weights counting in weightedMetrics', async (t) => {
  const net = sequential([layers.dense({ units: 1, inputShape: [1], useBias: false })]);
  net.setWeights([[[1]]]);
  const tracked = [metrics.precision(), 'recall', 'auc', 'truePositives', 'r2Score', metrics.sum({ name: 'total' }), 'mean'];
  net.compile({ loss: 'mse', metrics: tracked, weightedMetrics: [metrics.truePositives({ name: 'weighted' })] });
  const x = [[0.1], [0.9], [0.6], [0.4], [0.8]];
  const y = [0, 1, 0, 1, 1];
  const sampleWeight = [1, 2, 3, 4, 5];
  const whole = await net.evaluate(x, y, { batchSize: 5, sampleWeight });
  t.deepEqual([whole.precision, whole.recall, whole.truePositives, whole.weighted], [2 / 3, 2 / 3, 2, 7]);
  t.true(Math.abs(whole.total! - 2.8) < 1e-6 && Math.abs(whole.mean! - 0.56) < 1e-6);
  const parts = await net.evaluate(x, y, { batchSize: 2, sampleWeight });
  for (const [key, value] of Object.entries(whole)) t.true(Math.abs(parts[key]! - value) < 1e-6, key);
  for (let i = 0; i < 3; i++) t.is(net.testOnBatch(x, y).truePositives, 2, 'eager, captured, replayed');
});

test('options of metrics with a state are checked when they are made', (t) => {
  t.throws(() => metrics.auc({ numThresholds: 1 }), { code: 'ERR_ARGUMENT', message: /numThresholds .* got 1/ });
  t.throws(() => metrics.precision({ topK: 0 }), { code: 'ERR_ARGUMENT', message: /topK .* got 0/ });
  t.throws(() => metrics.f1Score({ threshold: 2 }), { code: 'ERR_ARGUMENT', message: /threshold .* got 2/ });
  t.throws(() => metrics.fbetaScore({ beta: 0 }), { code: 'ERR_ARGUMENT', message: /beta .* got 0/ });
  t.throws(() => metrics.iou({ numClasses: 2, targetClassIds: [2] }), { code: 'ERR_ARGUMENT', message: /targetClassIds .* got 2/ });
  t.throws(() => metrics.r2Score({ numRegressors: -1 }), { code: 'ERR_ARGUMENT', message: /numRegressors .* got -1/ });
});

test('one-hot targets for a metric of class numbers are an error that names it', (t) => {
  const rows = tensor([[1, 0], [0, 1]]);
  const message = 'sparseCategoricalAccuracy: targets are class numbers [2], got [2,2] for predictions [2,2]; one-hot rows need a categorical metric';
  t.throws(() => metrics.sparseCategoricalAccuracy().rows(rows, rows), { code: 'ERR_SHAPE', message });
  t.throws(() => metrics.sparseTopKCategoricalAccuracy({ k: 1 }).rows(rows, rows), { code: 'ERR_SHAPE', message: /^sparseTopKCategoricalAccuracy: / });
});

test('class numbers for a metric of one-hot targets are an error that names it', (t) => {
  const [numbers, rows] = [tensor([1, 0, 1]), tensor([[0.2, 0.8], [0.7, 0.3], [0.1, 0.9]])];
  const message = 'categoricalAccuracy: targets are one-hot rows [3,2], got [3] for predictions [3,2]; class numbers need a sparse metric';
  t.throws(() => metrics.categoricalAccuracy().rows(numbers, rows), { code: 'ERR_SHAPE', message });
  t.throws(() => metrics.topKCategoricalAccuracy({ k: 1 }).rows(numbers, rows), { code: 'ERR_SHAPE', message: /^topKCategoricalAccuracy: / });
  const iou = metrics.oneHotMeanIoU({ numClasses: 2 });
  t.throws(() => { iou.update(iou.state([2]), numbers, rows); }, {
    code: 'ERR_SHAPE',
    message: 'oneHotMeanIoU: targets are rows of 2 numbers, one for each class, got [3]',
  });
  t.throws(() => metrics.oneHotIoU({ numClasses: 2, targetClassIds: [0], ...{ sparseYTrue: true } }), {
    code: 'ERR_ARGUMENT',
    message: /^oneHotIoU: there is no option 'sparseYTrue'/,
  });
});

test('targets that do not fit the predictions are an error that names the metric', (t) => {
  const [targets, predictions] = [tensor([1, 0, 1]), tensor([[0.2, 0.8], [0.7, 0.3], [0.1, 0.9]])];
  const compared = [
    metrics.accuracy(), metrics.binaryAccuracy(), metrics.mse(), metrics.mae(), metrics.rmse(), metrics.mape(), metrics.msle(),
    metrics.hinge(), metrics.squaredHinge(), metrics.categoricalHinge(), metrics.klDivergence(), metrics.poisson(), metrics.logCosh(),
    metrics.cosineSimilarity(), metrics.binaryCrossentropy(), metrics.categoricalCrossentropy(),
  ];
  for (const metric of compared) {
    const message = `${metric.name}: targets are [3,2], got [3] for predictions [3,2]`;
    t.throws(() => metric.rows(targets, predictions), { code: 'ERR_SHAPE', message });
  }
  const counted = [metrics.precision(), metrics.recall(), metrics.auc(), metrics.f1Score(), metrics.r2Score(), metrics.binaryIoU()];
  for (const metric of counted) {
    const message = `${metric.name}: targets are [3,2], got [3] for predictions [3,2]`;
    t.throws(() => { metric.update(metric.state([2]), targets, predictions); }, { code: 'ERR_SHAPE', message });
  }
  t.throws(() => metrics.sparseCategoricalCrossentropy().rows(predictions, predictions), {
    code: 'ERR_SHAPE',
    message: /^sparseCategoricalCrossentropy: targets are class numbers \[3\], got \[3,2\]/,
  });
});

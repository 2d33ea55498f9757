import test from 'ava';
import { HebbError, losses, mul, ones, sigmoid, softmax, sum, tensor, valueAndGrad, vjp, zeros } from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { golden, mismatch, type GoldenReduction, type GoldenTensor } from '../support/golden.js';

const { cases } = golden('losses');
const close = { relative: 1e-12, absolute: 1e-12 };
/** Keras takes log(2) in float32 even for float64. */
const tolerances: Record<string, typeof close> = { logCosh: { relative: 1e-12, absolute: 1e-7 } };
const float64 = ({ shape, data }: GoldenTensor): Tensor => tensor(Float64Array.from(data), { shape });

const makers: Readonly<Record<string, (options?: never) => ReturnType<typeof losses.mse>>> = losses;

/** Keras's reductions of losses [n, ...] with weights of as many dimensions or fewer. */
function reduce(reduction: GoldenReduction, rows: Tensor, weights: Tensor | undefined): Tensor {
  const total = sum(weights === undefined ? rows : mul(rows, weights));
  if (reduction === 'sum') return total;
  if (reduction === 'sumOverBatchSize' || weights === undefined) return total.div(rows.size);
  return total.div(weights.sum());
}

test('losses and their gradients are those of Keras, for every recorded reduction and weight', (t) => {
  const chosen = cases.filter((c) => !('ignoreClass' in c.arguments));
  t.is(chosen.length, 104);
  t.deepEqual([...new Set(chosen.map(({ loss }) => loss))].sort(), Object.keys(losses).sort(), 'every loss is recorded');
  for (const [i, c] of chosen.entries()) {
    const tolerance = tolerances[c.loss] ?? close;
    const what = `${i}: ${c.loss} ${JSON.stringify(c.arguments)} [${c.yPred.shape.join()}]`;
    const loss = makers[c.loss]!(c.arguments as never);
    const yTrue = float64(c.yTrue);
    t.notThrows(() => { loss.check(yTrue, c.yPred.shape.slice(1)); }, what);
    const yPred = float64(c.yPred);
    const rows = loss.call(yTrue, yPred);
    const weights = c.sampleWeight ? float64(c.sampleWeight).reshape(rows.shape) : undefined;
    const each = weights === undefined ? rows : mul(rows, weights);
    const single = c.value.none.shape.length === 0; // one number for the batch: hebb gives it to every row
    t.is(mismatch(single ? [each.at(0).item()] : each.dataSync(), c.value.none.data, tolerance), null, what);
    for (const reduction of ['sumOverBatchSize', 'sum', 'meanWithSampleWeight'] as const) {
      if (single && reduction === 'sum') continue;
      const [value, [gradient]] = valueAndGrad(() => reduce(reduction, loss.call(yTrue, yPred), weights), [yPred]);
      t.is(mismatch(value.dataSync(), [c.value[reduction]], tolerance), null, `${what} ${reduction}`);
      t.is(mismatch(gradient!.dataSync(), c.gradient[reduction].data, tolerance), null, `${what} gradient of ${reduction}`);
    }
  }
});

test('a softmax or sigmoid output is traced back to its logits: no clipping, however sure the model is', (t) => {
  const logits = tensor(Float64Array.of(200, 0, -200, 200), { shape: [2, 2] });
  const labels = tensor([1, 0], { dtype: 'int32' });
  const sparse = losses.sparseCategoricalCrossentropy();
  t.deepEqual(sparse.call(labels, softmax(logits)).toArray(), [200, 400]);
  const hot = tensor([[0, 1], [1, 0]]);
  t.deepEqual(losses.categoricalCrossentropy().call(hot, softmax(logits)).toArray(), [200, 400]);
  const [, dz] = vjp((z) => sparse.call(labels, softmax(z)), logits, ones([2], { dtype: 'float64' }));
  t.deepEqual(dz.toArray(), [[1, -1], [-1, 1]]);
  const z = tensor(Float64Array.of(-300, 300), { shape: [2, 1] });
  t.deepEqual(losses.binaryCrossentropy().call(tensor([1, 0]), sigmoid(z)).toArray(), [300, 300]);
});

test('mae is less moved by an outlier than mse, and huber turns from one to the other at delta', (t) => {
  const yTrue = zeros([2, 1]);
  const yPred = tensor([[0.5], [10]]);
  t.deepEqual(losses.mse().call(yTrue, yPred).toArray(), [0.25, 100]);
  t.deepEqual(losses.mae().call(yTrue, yPred).toArray(), [0.5, 10]);
  t.deepEqual(losses.huber().call(yTrue, yPred).toArray(), [0.125, 9.5]);
  t.deepEqual(losses.huber({ delta: 20 }).call(yTrue, yPred).toArray(), [0.125, 50]);
});

test('a batch of one row with one output takes targets of either shape', (t) => {
  t.deepEqual(losses.mse().call(tensor([3]), tensor([[1]])).toArray(), [4]);
  t.deepEqual(losses.mse().call(tensor([[3]]), tensor([[1]])).toArray(), [4]);
  t.deepEqual(losses.sparseCategoricalCrossentropy({ fromLogits: true }).call(tensor([[1]]), tensor([[0, 0]])).shape, [1]);
});

test('targets that do not fit are found before training, with the loss, the fault and the values', (t) => {
  const check = (loss: ReturnType<typeof losses.mse>, y: Tensor, outputs: number[]): HebbError | undefined =>
    t.throws(() => { loss.check(y, outputs); }, { instanceOf: HebbError });
  const sparse = losses.sparseCategoricalCrossentropy();
  const wrong = [
    { error: check(losses.mse(), zeros([5, 2]), [3]), code: 'ERR_SHAPE', message: /^mse: targets \[5,2\] do not fit outputs \[\*,3\]/ },
    { error: check(losses.mae(), tensor([1, NaN]), [1]), code: 'ERR_ARGUMENT', message: /^mae: the targets contain NaN/ },
    { error: check(sparse, tensor([0, 3]), [3]), code: 'ERR_ARGUMENT', message: /label 3 is out of range for 3 classes/ },
    { error: check(sparse, tensor([-1, 2]), [3]), code: 'ERR_ARGUMENT', message: /label -1 is out of range for 3 classes/ },
    { error: check(sparse, tensor([0.5, 2]), [3]), code: 'ERR_ARGUMENT', message: /class numbers/ },
    { error: check(sparse, tensor([NaN, 2]), [3]), code: 'ERR_ARGUMENT', message: /NaN/ },
    { error: check(sparse, zeros([5, 3]), [3]), code: 'ERR_SHAPE', message: /one-hot rows need categoricalCrossentropy/ },
    { error: check(losses.categoricalCrossentropy(), zeros([5]), [3]), code: 'ERR_SHAPE', message: /class numbers need sparse/ },
  ];
  for (const { error, code, message } of wrong) {
    t.is(error?.code, code as HebbError['code']);
    t.regex(error?.message ?? '', message);
  }
});

test('options of losses are checked when they are made', (t) => {
  t.throws(() => losses.huber({ delta: -1 }), { code: 'ERR_ARGUMENT', message: /huber: delta .* got -1/ });
  t.throws(() => losses.huber({ delta: NaN }), { code: 'ERR_ARGUMENT' });
  t.throws(() => losses.binaryCrossentropy({ labelSmoothing: 1.5 }), { code: 'ERR_ARGUMENT', message: /labelSmoothing .* got 1.5/ });
  t.throws(() => losses.categoricalCrossentropy({ labelSmoothing: -0.1 }), { code: 'ERR_ARGUMENT' });
  t.throws(() => losses.categoricalGeneralizedCrossEntropy({ q: 1 }), { code: 'ERR_ARGUMENT', message: /q is between 0 and 1.* got 1/ });
  t.throws(() => losses.dice({ axis: [0, 1] }), { code: 'ERR_ARGUMENT', message: /dice: axis .* got 0/ });
  t.throws(() => losses.binaryFocalCrossentropy({ gamma: -1 }), { code: 'ERR_ARGUMENT', message: /gamma .* got -1/ });
});

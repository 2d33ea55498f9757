import test from 'ava';

import {
  HebbError,
  logSoftmax,
  mul,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
  softmaxCrossEntropyDense,
  sum,
  tensor,
  vjp,
  zeros,
  grad,
  type Tensor,
} from '../../src/index.js';
import { checkOp, differs, spread, type Values } from '../support/check_op.js';
import { testGradient } from '../support/op_cases.js';

function overRows(f: (row: readonly number[]) => number[]): (x: Values) => Values {
  return ({ shape, data }) => {
    const n = shape.at(-1)!;
    const out: number[] = [];
    for (let begin = 0; begin < data.length; begin += n) out.push(...f(data.slice(begin, begin + n)));
    return { shape, data: out };
  };
}
const logSumExp = (row: readonly number[]): number => {
  const top = Math.max(...row);
  return top + Math.log(row.reduce((total, x) => total + Math.exp(x - top), 0));
};

const shapes = [[[1]], [[5]], [[16]], [[3, 7]], [[2, 9]], [[3, 15]], [[2, 17]], [[2, 2, 10]], [[3, 67]], [[0, 4]], [[3, 0]]];
checkOp({
  name: 'softmax',
  op: (x) => softmax(x),
  reference: overRows((row) => row.map((x) => Math.exp(x - logSumExp(row)))),
  shapes,
  golden: ({ axis }, [x]) => softmax(x!, axis as number),
});
checkOp({
  name: 'logSoftmax',
  op: (x) => logSoftmax(x),
  reference: overRows((row) => row.map((x) => x - logSumExp(row))),
  shapes,
  golden: ({ axis }, [x]) => logSoftmax(x!, axis as number),
});

test('softmax and its logarithm stay accurate for large logits, and NaN shows', (t) => {
  const x = tensor([[1000, 999, 0], [-1000, -1001, -3000]]);
  const expected = [Math.log(1 / (1 + Math.exp(-1))), Math.log(1 / (1 + Math.exp(1)))];
  t.is(differs(logSoftmax(x).slice([], [0, 2]).dataSync(), [...expected, ...expected], 1e-6), null);
  for (const total of softmax(x).sum(1).dataSync()) t.true(Math.abs(total - 1) < 1e-6);
  t.true(softmax([NaN, 1, 2]).dataSync().every(Number.isNaN));
  t.deepEqual(softmax([-Infinity, 0]).toArray(), [0, 1]);
});

test('an axis out of range is an error', (t) => {
  t.is(t.throws(() => softmax([1, 2], 1), { instanceOf: HebbError }).code, 'ERR_ARGUMENT');
  t.is(t.throws(() => logSoftmax(zeros([]), -1), { instanceOf: HebbError }).code, 'ERR_ARGUMENT');
});

test('many rows are computed in parallel with the bits of single ones', (t) => {
  const { shape, data } = spread([5000, 11], 0, [-4, 4]);
  const x = tensor(Float32Array.from(data), { shape });
  const whole = softmax(x).dataSync();
  for (const row of [0, 1489, 1490, 2978, 4999]) {
    t.deepEqual(softmax(x.slice([row, row + 1])).dataSync(), whole.slice(11 * row, 11 * row + 11));
  }
});

const labelsOf = (values: number[], dtype: 'int32' | 'uint8' = 'int32'): Tensor => tensor(values, { dtype });
const logitsOf = (rows: number, classes: number, dtype: 'float32' | 'float64' = 'float64'): Tensor =>
  tensor(Float64Array.from(spread([rows, classes], 0, [-3, 3]).data), { shape: [rows, classes], dtype });

test('softmaxCrossEntropy is minus the logarithm of the probability of the label, with its gradient', (t) => {
  for (const classes of [1, 2, 10, 16, 17, 100]) {
    for (const dtype of ['float64', 'float32'] as const) {
      const x = logitsOf(9, classes, dtype);
      const labels = Array.from({ length: 9 }, (_, i) => (i * 7) % classes);
      const data = x.dataSync();
      const rows = labels.map((_, i) => Array.from(data.slice(i * classes, (i + 1) * classes)));
      const tolerance = dtype === 'float64' ? 1e-13 : 2e-6;
      const dy = labels.map((_, i) => 1 + i / 4);
      const [loss, dx] = vjp((v) => softmaxCrossEntropy(v, labelsOf(labels, 'uint8')), x, tensor(Float64Array.from(dy), { dtype }));
      t.is(differs(loss.dataSync(), rows.map((row, i) => logSumExp(row) - row[labels[i]!]!), tolerance), null);
      const slopes = rows.flatMap((row, i) => row.map((z, j) => dy[i]! * (Math.exp(z - logSumExp(row)) - Number(j === labels[i]))));
      t.is(differs(dx.dataSync(), slopes, 4 * tolerance), null);
    }
  }
});

test('softmaxCrossEntropy has derivatives of any order, and reads views', (t) => {
  const x = logitsOf(3, 5);
  const labels = labelsOf([4, 0, 2]);
  const f = (v: Tensor): Tensor => softmaxCrossEntropy(v, labels);
  testGradient(t, f, x);
  testGradient(t, grad((v: Tensor) => sum(mul(f(v), tensor([1, 2, 3])))), x, 1e-5);
  const turned = logitsOf(5, 3);
  testGradient(t, (v) => f(v.transpose()), turned);
  const every = f(x).dataSync();
  t.deepEqual([...softmaxCrossEntropy(x.slice([0, 3, 2]), labels.slice([0, 3, 2])).dataSync()], [every[0], every[2]]);
});

test('a label out of range is an error that names it', (t) => {
  for (const bad of [10, 12, -1]) {
    const error = t.throws(() => softmaxCrossEntropy(zeros([2, 10]), labelsOf([3, bad])).dataSync(), { instanceOf: HebbError });
    t.is(error.code, 'ERR_ARGUMENT');
    t.is(error.message, `sparseCategoricalCrossentropy: label ${bad} is out of range for 10 classes`);
  }
  t.is(t.throws(() => softmaxCrossEntropy(zeros([2, 10]), labelsOf([1])), { instanceOf: HebbError }).code, 'ERR_SHAPE');
});

test('softmaxCrossEntropyDense weighs every class by its target; a target of 0 ignores an infinite logit', (t) => {
  for (const classes of [1, 3, 16, 17]) {
    const x = logitsOf(4, classes);
    const targets = tensor(Float64Array.from(spread([4, classes], 1, [0, 1]).data), { shape: [4, classes] });
    const expected = Array.from({ length: 4 }, (_, i) => {
      const row = Array.from(x.dataSync().slice(i * classes, (i + 1) * classes));
      return row.reduce((total, z, j) => total + targets.dataSync()[i * classes + j]! * (logSumExp(row) - z), 0);
    });
    const f = (v: Tensor): Tensor => softmaxCrossEntropyDense(v, targets);
    t.is(differs(f(x).dataSync(), expected, 1e-13), null);
    testGradient(t, f, x);
    testGradient(t, (v) => softmaxCrossEntropyDense(x, v), targets);
    testGradient(t, grad((v: Tensor) => sum(mul(f(v), tensor([1, 2, 3, 4])))), x, 1e-5);
  }
  t.deepEqual(softmaxCrossEntropyDense(tensor([[-Infinity, 0]]), tensor([[0, 1]])).toArray(), [0]);
  t.is(t.throws(() => softmaxCrossEntropyDense(zeros([2, 3]), zeros([2, 2])), { instanceOf: HebbError }).code, 'ERR_SHAPE');
});

checkOp({
  name: 'sigmoidCrossEntropy',
  op: (x, target) => sigmoidCrossEntropy(x, target),
  reference: (x, target) => ({
    shape: x.shape,
    data: x.data.map((z, i) => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - z * target.data[i]!),
  }),
  shapes: [[[], []], ...[0, 1, 7, 8, 9, 15, 16, 17, 67].map((n) => [[n], [n]]), [[3, 17], [3, 17]]],
  kinks: [0],
});

test('sigmoidCrossEntropy neither overflows nor loses small losses', (t) => {
  const x = tensor([1000, -1000, 30, -30]);
  const loss = sigmoidCrossEntropy(x, tensor([1, 0, 1, 1])).dataSync();
  t.deepEqual([loss[0], loss[1], loss[3]], [0, 0, 30]);
  t.true(Math.abs(loss[2]! / Math.exp(-30) - 1) < 1e-6);
  t.is(t.throws(() => sigmoidCrossEntropy(zeros([2]), zeros([3])), { instanceOf: HebbError }).code, 'ERR_SHAPE');
});

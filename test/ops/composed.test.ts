import test from 'ava';
import * as hebb from '../../src/index.js';
import { arange, HebbError, ones, stack, Tensor, tensor, toCategorical, trainTestSplit, zeros } from '../../src/index.js';

const gone = 'this tensor was disposed, its values are gone';
const other = ones([4]);

function disposed(): Tensor {
  const x = ones([4]);
  x.dispose();
  return x;
}

/** What ops need besides their first tensor. */
const rest: Readonly<Record<string, readonly unknown[]>> = {
  broadcastTo: [[4, 4]],
  cast: ['float64'],
  clip: [0, 1],
  copyFrom: [[1, 2, 3, 4]],
  gather: [[0]],
  moveAxis: [0, 0],
  oneHot: [3],
  pad: [[[1, 1]]],
  repeat: [2],
  reshape: [[2, 2]],
  scatterAdd: [[0, 1, 2, 3], [4]],
  sliceAt: [tensor(0, { dtype: 'int32' }), 1],
  split: [2],
  sumTo: [[4]],
  tile: [[2]],
  to: ['cpu'],
  topk: [1],
  where: [1, 0],
};
const ofTwo = [
  'add', 'sub', 'mul', 'div', 'pow', 'floorDiv', 'mod', 'maximum', 'minimum', 'equal', 'notEqual', 'less', 'lessEqual', 'greater',
  'greaterEqual', 'logicalAnd', 'logicalOr', 'logicalXor', 'matmul', 'dot', 'outer', 'assign', 'addInPlace', 'softmaxCrossEntropy',
  'softmaxCrossEntropyDense', 'sigmoidCrossEntropy',
];

/** Calls the function that hebb exports by this name. */
function call(name: string, ...args: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(hebb, name) as (...args: unknown[]) => unknown, undefined, args);
}

const methods = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => typeof Reflect.get(hebb, name) === 'function');

test('a function that is given a disposed tensor names itself, as its method does', (t) => {
  t.true(methods.length > 100);
  for (const name of methods) {
    const args = ofTwo.includes(name) ? [other] : (rest[name] ?? []);
    const expected = { instanceOf: HebbError, code: 'ERR_DISPOSED', message: `${name}: ${gone}` } as const;
    t.throws(() => call(name, disposed(), ...args), expected, name);
    t.throws((): unknown => Reflect.apply(Reflect.get(Tensor.prototype, name) as () => unknown, disposed(), args), expected, `.${name}()`);
  }
});

test('so it does for a second disposed tensor, and for one in a list', (t) => {
  for (const name of ofTwo) t.throws(() => call(name, other, disposed()), { code: 'ERR_DISPOSED', message: `${name}: ${gone}` }, name);
  t.throws(() => stack([other, disposed()]), { code: 'ERR_DISPOSED', message: `stack: ${gone}` });
  t.throws(() => hebb.stopGradient(disposed()), { code: 'ERR_DISPOSED', message: `stopGradient: ${gone}` });
});

test('so do functions outside the ops that take tensors', (t) => {
  const { data, metrics, plots } = hebb;
  const calls: readonly [string, () => unknown, string?][] = [
    ['toCategorical', () => toCategorical(disposed())],
    ['trainTestSplit', () => trainTestSplit(disposed(), other)],
    ['trainTestSplit', () => trainTestSplit(other, disposed())],
    ['fromTensors', () => data.fromTensors(other, { a: disposed() })],
    ['confusionMatrix', () => metrics.confusionMatrix([0, 1, 1, 0], disposed(), { numClasses: 2 })],
    ['confusionMatrix', () => plots.confusionMatrix(disposed(), [0, 1, 1, 0])],
    ['images', () => plots.images(zeros([4, 2, 2]), { labels: disposed() }), 'labels'],
    ['firstLayerWeights', () => plots.firstLayerWeights(disposed())],
    ['lines', () => plots.lines([0, 1, 2, 3], { a: disposed() })],
    ['decisionBoundary', () => plots.decisionBoundary((x) => x.sum(1), zeros([4, 2]), disposed()), 'y'],
  ];
  for (const [name, use, what = 'this tensor'] of calls) {
    t.throws(use, { code: 'ERR_DISPOSED', message: `${name}: ${what} was disposed, its values are gone` });
  }
  const square = (x: Tensor): Tensor => x.square().sum();
  const parameter = { code: 'ERR_DISPOSED', message: 'grad: parameter 0 was disposed, its values are gone' } as const;
  t.throws(() => hebb.grad(square)(disposed()), parameter);
  t.throws(() => hebb.vjp((x) => x, disposed(), other), parameter);
  t.throws(() => hebb.valueAndGrad(() => square(other), [disposed()]), parameter, 'even where it is not used');
});

test('options that take other ways do not change that', (t) => {
  const ways: readonly [string, ...unknown[]][] = [
    ['relu', { threshold: 1 }], ['relu', { negativeSlope: 0.1 }], ['relu', { maxValue: 6 }], ['gelu', { approximate: true }],
    ['softmax', 0], ['argmax', 0], ['norm', 0, false, 1], ['norm', 0, false, Infinity], ['flip', []], ['sum', 0], ['cumsum', 0],
  ];
  for (const [name, ...args] of ways) t.throws(() => call(name, disposed(), ...args), { code: 'ERR_DISPOSED', message: `${name}: ${gone}` }, JSON.stringify(args));
});

test('a function made of others names itself whatever is wrong', (t) => {
  const x = arange(6).reshape([2, 3]);
  for (const name of ['mean', 'any', 'all', 'variance', 'var', 'std', 'norm', 'logsumexp', 'sort', 'argsort', 'softmax', 'flip', 'squeeze']) {
    t.throws(() => call(name, x, 2), { code: 'ERR_ARGUMENT', message: new RegExp(`^${name}: axis 2 is out of range`) }, name);
  }
  t.throws(() => ones([-1]), { code: 'ERR_SHAPE', message: /^ones: sizes are whole numbers >= 0, got \[-1\]/ });
  t.throws(() => zeros([2], { dtype: 'float16' as never }), { code: 'ERR_DTYPE', message: /^zeros: dtype is one of/ });
  t.throws(() => stack([x, ones([2])]), { code: 'ERR_SHAPE', message: /^stack: / });
  const error = t.throws(() => x.mean(7), { message: /^mean: / });
  t.true(error.cause instanceof HebbError, 'the error of the op within');
});

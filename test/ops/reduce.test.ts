import test from 'ava';

import * as hebb from '../../src/index.js';
import { HebbError, sumTo, tensor, type Tensor } from '../../src/index.js';
import { checkOp, type Values } from '../support/check_op.js';
import { testCases, testGradient } from '../support/op_cases.js';

type Fold = (values: readonly number[]) => number;
const folds: Record<'sum' | 'mean' | 'prod' | 'max' | 'min', Fold> = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  mean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  prod: (values) => values.reduce((a, b) => a * b, 1),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
};

/** Folds the elements that share their position on the kept axes. */
function reduced(fold: Fold, axes: readonly number[] | undefined): (x: Values) => Values {
  return ({ shape, data }) => {
    const over = (axes ?? shape.map((_, i) => i)).map((axis) => (axis < 0 ? axis + shape.length : axis));
    const kept = shape.filter((_, i) => !over.includes(i));
    const groups = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, (): number[] => []);
    for (const [flat, value] of data.entries()) {
      let rest = flat;
      let target = 0;
      let step = 1;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const index = rest % shape[axis]!;
        rest = Math.floor(rest / shape[axis]!);
        if (over.includes(axis)) continue;
        target += index * step;
        step *= shape[axis]!;
      }
      groups[target]!.push(value);
    }
    return { shape: kept, data: groups.map(fold) };
  };
}

const vectors = [[[1]], [[5]], [[15]], [[16]], [[17]], [[67]]];
const matrices = [[[3, 17]], [[17, 3]], [[1, 33]], [[33, 1]]];
const cubes = [[[2, 3, 5]], [[3, 1, 17]], [[4, 18, 2]]];
const cases: { axes: number[] | undefined; shapes: number[][][] }[] = [
  { axes: undefined, shapes: [[[]], ...vectors, ...matrices, ...cubes] },
  { axes: [0], shapes: [...vectors, ...matrices, ...cubes] },
  { axes: [-1], shapes: [...matrices, ...cubes] },
  { axes: [1], shapes: cubes },
  { axes: [0, 2], shapes: cubes },
  { axes: [1, 2], shapes: cubes },
];

for (const [name, fold] of Object.entries(folds) as [keyof typeof folds, Fold][]) {
  const op = hebb[name];
  for (const { axes, shapes } of cases) {
    checkOp({
      name: `${name} over ${axes?.join(' and ') ?? 'everything'}`,
      op: (x) => op(x, axes),
      reference: (x) => reduced(fold, axes)(x),
      shapes,
      domain: name === 'prod' ? [0.5, 1.6] : [-3, 3],
      tolerance: { float32: 2e-6, float64: 1e-13 },
      derivatives: name === 'max' || name === 'min' ? 'first' : 'both',
    });
  }
  test(`${name}: recorded values and gradients`, (t) => {
    testCases(t, name, ({ axis, keepDims }, [x]) => op(x!, (axis ?? undefined) as number | number[] | undefined, keepDims as boolean));
  });
}

test('what is reduced over nothing is the identity of sum and prod, and an error of max and min', (t) => {
  const none = hebb.zeros([0, 3]);
  t.deepEqual(hebb.sum(none, 0).toArray(), [0, 0, 0]);
  t.deepEqual(hebb.prod(none, 0).toArray(), [1, 1, 1]);
  t.deepEqual(hebb.sum(none, 1).toArray(), []);
  t.is(t.throws(() => hebb.max(none, 0), { instanceOf: HebbError }).code, 'ERR_SHAPE');
  t.deepEqual(hebb.min(none, 1).shape, [0]);
});

test('kept dimensions have size 1, and the axes are checked', (t) => {
  const x = hebb.ones([2, 3, 4]);
  t.deepEqual(hebb.sum(x, [0, -1], true).shape, [1, 3, 1]);
  t.is(t.throws(() => hebb.sum(x, 3), { instanceOf: HebbError }).code, 'ERR_ARGUMENT');
  t.is(t.throws(() => hebb.sum(x, [1, -2]), { instanceOf: HebbError }).code, 'ERR_ARGUMENT');
});

test('integers and bool add up in int32 and wrap around; their extremes keep the type', (t) => {
  t.is(hebb.sum(tensor([true, true])).item(), 2);
  t.is(hebb.sum(tensor([200, 200], { dtype: 'uint8' })).dtype, 'int32');
  t.is(hebb.sum(tensor([200, 200], { dtype: 'uint8' })).item(), 400);
  t.is(hebb.sum(tensor([2147483647, 1], { dtype: 'int32' })).item(), -2147483648);
  t.is(hebb.max(tensor([3, 200], { dtype: 'uint8' })).dtype, 'uint8');
  t.is(hebb.min(tensor([true, false])).dtype, 'bool');
  t.is(hebb.mean(tensor([1, 2], { dtype: 'int32' })).dtype, 'float32');
});

test('NaN propagates through every reduction, from any position', (t) => {
  for (let at = 0; at < 40; at++) {
    const x = tensor(Float32Array.from({ length: 40 }, (_, i) => (i === at ? NaN : i)));
    for (const op of [hebb.sum, hebb.prod, hebb.max, hebb.min, hebb.mean]) t.is(op(x).item(), NaN);
  }
});

test('a long sum stays accurate and does not depend on how it is cut', (t) => {
  const n = 3_000_001;
  const x = tensor(new Float32Array(n).fill(0.1));
  const exact = n * Math.fround(0.1);
  t.true(Math.abs(hebb.sum(x).item() - exact) < 1e-5 * exact); // one running sum would be 3e-2 off
  const column = hebb.reshape(tensor(new Float32Array(1_000_000).fill(0.1)), [500_000, 2]);
  for (const total of hebb.sum(column, 0).dataSync()) t.true(Math.abs(total - 50_000) < 5);
});

test('the gradient of a product is right where elements are 0', (t) => {
  for (const values of [[2, 0, 3, 5], [0, 4, 0, 7], [0, 0, 0, 1]]) {
    const x = tensor(Float64Array.from(values), { shape: [2, 2] });
    for (const axes of [undefined, [0], [1]]) {
      testGradient(t, (v: Tensor) => hebb.prod(v, axes), x);
      testGradient(t, hebb.grad((v: Tensor) => hebb.prod(v, axes).square().sum()), x, 1e-5);
    }
  }
});

test('sumTo undoes a broadcast, with a gradient', (t) => {
  const x = tensor(Float64Array.from({ length: 24 }, (_, i) => i / 7), { shape: [2, 3, 4] });
  for (const shape of [[4], [3, 1], [2, 1, 4], [1, 1, 1], []]) {
    t.deepEqual(sumTo(x, shape).shape, shape);
    t.true(Math.abs(hebb.sum(sumTo(x, shape)).item() - hebb.sum(x).item()) < 1e-12);
    testGradient(t, (v: Tensor) => hebb.square(sumTo(v, shape)), x);
  }
  t.is(t.throws(() => sumTo(x, [2]), { instanceOf: HebbError }).code, 'ERR_SHAPE');
});

test('a sum of many columns has the bits of the sums of a few of them', (t) => {
  const [rows, columns] = [300, 1111];
  const x = hebb.randn([rows, columns]);
  const whole = hebb.sum(x, 0).dataSync();
  for (let from = 0; from < columns; from += 11) {
    const part = hebb.sum(hebb.slice(x, [], [from, from + 11]), 0).dataSync();
    t.deepEqual(part, whole.slice(from, from + 11));
  }
});

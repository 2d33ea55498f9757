import test from 'ava';
import {
  all, any, arange, argmax, argmin, argsort, cumsum, grad, mul, reshape, slice, sort, square, sum, tensor, topk, transpose, zeros, type Tensor,
} from '../../src/index.js';
import { testCases, testGradient } from '../support/op_cases.js';

const axisOf = (axis: unknown): number | undefined => (axis ?? undefined) as number | undefined;
/** Uneven numbers in no order, with ties when `levels` is small. */
const scattered = (n: number, levels = 1e6): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.floor(((i * 7919 + 13) % 1009) / 1009 * levels));

test('argmax, argmin, any, all, cumsum, sort, argsort and topk give the recorded values and gradients', (t) => {
  testCases(t, 'argmax', ({ axis, keepDims }, [x]) => argmax(x!, axisOf(axis), keepDims as boolean));
  testCases(t, 'argmin', ({ axis, keepDims }, [x]) => argmin(x!, axisOf(axis), keepDims as boolean));
  testCases(t, 'any', ({ axis, keepDims }, [x]) => any(x!, axisOf(axis), keepDims as boolean));
  testCases(t, 'all', ({ axis, keepDims }, [x]) => all(x!, axisOf(axis), keepDims as boolean));
  testCases(t, 'cumsum', ({ axis }, [x]) => cumsum(x!, axis as number));
  testCases(t, 'sort', ({ axis, descending }, [x]) => sort(x!, axis as number, descending as boolean));
  testCases(t, 'argsort', ({ axis, descending }, [x]) => argsort(x!, axis as number, descending as boolean));
  testCases(t, 'topk', ({ k }, [x]) => {
    const { values, indices } = topk(x!, k as number);
    return [values, indices];
  });
});

test('argmax finds the first largest element in short and long rows, of every type', (t) => {
  for (const n of [1, 2, 63, 64, 65, 130, 1000, 1024, 1025, 1087, 1088, 2500]) {
    for (const dtype of ['float32', 'float64', 'int32', 'uint8'] as const) {
      const values = scattered(n, 200);
      const x = tensor(values, { dtype });
      t.is(argmax(x).item(), values.indexOf(Math.max(...values)), `${dtype} ${n}`);
      t.is(argmin(x).item(), values.indexOf(Math.min(...values)), `${dtype} ${n}`);
    }
  }
  t.is(argmax(tensor([false, true, true])).item(), 1);
});

test('argmax reads views, keeps dimensions and takes a NaN for the largest and the smallest', (t) => {
  const x = tensor(scattered(300), { shape: [3, 100], dtype: 'float32' });
  const columns = argmax(transpose(x), 0).dataSync();
  t.deepEqual(columns, argmax(x, 1).dataSync());
  t.deepEqual([...argmax(x, 0, true).shape], [1, 100]);
  t.deepEqual([...argmax(x, undefined, true).shape], [1, 1]);
  for (const n of [5, 100, 1030, 2100]) {
    for (const first of [3, n - 2]) {
      const values = scattered(n);
      values[first] = values[n - 1] = NaN;
      t.is(argmax(tensor(values)).item(), first);
      t.is(argmin(tensor(values)).item(), first);
    }
  }
  t.throws(() => argmax(zeros([2, 0]), 1), { code: 'ERR_SHAPE' });
  t.throws(() => argmax(zeros([2]), 1), { code: 'ERR_ARGUMENT' });
  t.deepEqual([...argmax(zeros([0, 2]), 1).shape], [0]);
});

test('sort is stable in both directions and puts NaN above every number', (t) => {
  for (const n of [0, 1, 15, 16, 17, 33, 1000, 5000]) {
    for (const levels of [3, 1e6]) {
      const values = scattered(n, levels);
      const up = Array.from(values.keys()).sort((i, j) => values[i]! - values[j]! || i - j);
      const down = Array.from(values.keys()).sort((i, j) => values[j]! - values[i]! || i - j);
      t.deepEqual(Array.from(argsort(tensor(values)).dataSync()), up);
      t.deepEqual(Array.from(argsort(tensor(values, { dtype: 'int32' }), 0, true).dataSync()), down);
      t.deepEqual(Array.from(topk(tensor(values), Math.min(n, 20)).indices.dataSync()), down.slice(0, 20));
      t.deepEqual(Array.from(topk(tensor(values), Math.min(n, 100), false).indices.dataSync()), up.slice(0, 100));
    }
  }
  t.deepEqual(sort([2, NaN, -Infinity, Infinity, 1]).toArray(), [-Infinity, 1, 2, Infinity, NaN]);
  t.deepEqual(argsort([2, NaN, NaN, 3], 0, true).toArray(), [1, 2, 3, 0]);
  t.is(sort(tensor(Uint8Array.of(3, 1))).dtype, 'uint8');
  t.deepEqual(sort(transpose(tensor([[3, 1], [2, 4]])), 0).toArray(), [[1, 2], [3, 4]]);
  t.throws(() => sort(5), { code: 'ERR_ARGUMENT' });
  t.throws(() => topk([1, 2], 3), { code: 'ERR_ARGUMENT', message: /k = 3 .* 2 elements/ });
});

test('sort, topk and cumsum are differentiable', (t) => {
  const x = tensor([[3, 1, 2], [-1, 5, 0.5]], { dtype: 'float64' });
  testGradient(t, (v) => sort(square(v), 0), x);
  testGradient(t, (v) => topk(square(v), 2).values, x);
  testGradient(t, (v) => cumsum(square(v), 1), x);
  testGradient(t, (v) => cumsum(square(v), 0, true), x);
  testGradient(t, grad((v: Tensor) => sum(mul(cumsum(square(v), 1), sort(v)))), x);
});

test('cumsum runs over long and wide tensors in order', (t) => {
  const n = 3000;
  t.is(slice(cumsum(arange(1, n + 1, 1, { dtype: 'int32' })), -1).item(), (n * (n + 1)) / 2);
  const wide = reshape(arange(0, 3 * 1500, 1, { dtype: 'float64' }), [3, 1500]);
  t.deepEqual(slice(cumsum(wide, 0), -1).toArray(), sum(wide, 0).toArray());
  t.deepEqual(cumsum(tensor([true, true, false]), 0, true).toArray(), [2, 1, 0]);
  t.deepEqual(cumsum(transpose(tensor([[1, 2], [3, 4]])), 1).toArray(), [[1, 4], [2, 6]]);
  t.deepEqual([...cumsum(zeros([0, 2])).shape], [0, 2]);
  t.throws(() => cumsum(1), { code: 'ERR_SHAPE' });
});

test('any and all take a NaN for true and answer for no element', (t) => {
  t.is(any([0, NaN]).toArray(), true);
  t.is(all([1, NaN]).toArray(), true);
  t.is(any(tensor([])).toArray(), false);
  t.is(all(tensor([])).toArray(), true);
});

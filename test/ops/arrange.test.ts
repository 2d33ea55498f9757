import test from 'ava';
import {
  arange, at, capture, concat, expandDims, eye, flatten, flip, grad, linspace, moveAxis, mul, pad, repeat, reshape, slice, split, square, squeeze,
  stack, sum, tensor, tile, transpose, unstack, zeros, type SliceRange, type Tensor,
} from '../../src/index.js';
import { testCases, testGradient } from '../support/op_cases.js';

const counting = (...shape: number[]): Tensor => reshape(arange(0, shape.reduce((a, b) => a * b, 1), 1, { dtype: 'float64' }), shape);

test('concat, stack, split, pad, flip and slice give the recorded values and gradients', (t) => {
  testCases(t, 'concat', ({ axis }, inputs) => concat(inputs, axis as number));
  testCases(t, 'stack', ({ axis }, inputs) => stack(inputs, axis as number));
  testCases(t, 'split', ({ parts, sizes, axis }, [x]) => split(x!, (parts ?? sizes) as number | number[], axis as number));
  testCases(t, 'pad', ({ paddings, value }, [x]) => pad(x!, paddings as [number, number][], value as number));
  testCases(t, 'flip', ({ axis }, [x]) => flip(x!, axis as number | number[]));
  testCases(t, 'slice', ({ ranges }, [x]) => slice(x!, ...(ranges as SliceRange[])));
  testCases(t, 'transpose', ({ axes }, [x]) => transpose(x!, (axes ?? undefined) as number[] | undefined));
  testCases(t, 'reshape', ({ shape }, [x]) => reshape(x!, shape as number[]));
});

test('concat promotes, reads views and takes parts without elements', (t) => {
  const y = concat([tensor([1, 2], { dtype: 'int32' }), tensor([0.5]), zeros([0])]);
  t.is(y.dtype, 'float32');
  t.deepEqual(y.toArray(), [1, 2, 0.5]);
  t.deepEqual(concat([transpose(counting(2, 2)), counting(1, 2)]).toArray(), [[0, 2], [1, 3], [0, 1]]);
  testGradient(t, (x) => concat([square(x), mul(x, 3), x], 1), counting(2, 2));
  t.throws(() => concat([zeros([2, 3]), zeros([2, 2])]), { code: 'ERR_SHAPE', message: /\[2,3\] and \[2,2\]/ });
  t.throws(() => concat([zeros([2]), zeros([2, 2])]), { code: 'ERR_SHAPE' });
  t.throws(() => concat([]), { code: 'ERR_ARGUMENT' });
  t.throws(() => concat([1, 2]), { code: 'ERR_SHAPE' });
  t.throws(() => concat([zeros([2])], 1), { code: 'ERR_ARGUMENT' });
});

test('unstack undoes stack, split undoes concat', (t) => {
  const x = counting(3, 2, 4);
  for (const axis of [0, 1, 2, -1]) {
    t.deepEqual(stack(unstack(x, axis), axis).toArray(), x.toArray());
    t.deepEqual(concat(split(x, x.shape.at(axis)!, axis), axis).toArray(), x.toArray());
  }
  testGradient(t, (v) => mul(unstack(v, 1)[2]!, split(square(v), [1, 3], 1)[0]!), counting(1, 4));
  t.throws(() => split(x, 2), { code: 'ERR_ARGUMENT', message: /3 elements along axis 0/ });
  t.throws(() => split(x, [1, 1]), { code: 'ERR_ARGUMENT' });
  t.throws(() => split(x, 0), { code: 'ERR_ARGUMENT' });
  t.throws(() => stack([zeros([2]), zeros([3])]), { code: 'ERR_SHAPE' });
});

test('slice counts from the end, clips, steps both ways and drops indexed dimensions', (t) => {
  const x = counting(6);
  t.deepEqual(slice(x, [-3, 100]).toArray(), [3, 4, 5]);
  t.deepEqual(slice(x, [null, null, -2]).toArray(), [5, 3, 1]);
  t.deepEqual(slice(x, [4, 0, -3]).toArray(), [4, 1]);
  t.deepEqual(slice(x, [-100, 2, -1]).toArray(), []);
  t.deepEqual(slice(x, [1, 4, -1]).toArray(), []);
  t.deepEqual(slice(x, [100, -100, -5]).toArray(), [5, 0]);
  t.is(slice(x, -1).item(), 5);
  t.deepEqual(at(counting(2, 3), 1).toArray(), [3, 4, 5]);
  t.is(at(counting(2, 3), -1, 0).item(), 3);
  testGradient(t, (v) => slice(square(v), [4, null, -2]), x);
  testGradient(t, grad((v: Tensor) => sum(mul(square(slice(v, [1, null])), slice(v, [null, -1])))), x);
  t.throws(() => slice(x, [0, 2, 0]), { code: 'ERR_ARGUMENT' });
  t.throws(() => slice(x, [0.5, 2]), { code: 'ERR_ARGUMENT' });
  t.throws(() => slice(x, 6), { code: 'ERR_ARGUMENT' });
  t.throws(() => slice(x, [0], [0]), { code: 'ERR_ARGUMENT' });
  t.throws(() => at(x, 1.5), { code: 'ERR_ARGUMENT' });
});

test('squeeze, expandDims, flatten and moveAxis are views', (t) => {
  const x = zeros([1, 3, 1]);
  t.deepEqual([...squeeze(x).shape], [3]);
  t.deepEqual([...squeeze(x, -1).shape], [1, 3]);
  t.deepEqual([...squeeze(x, [0, 2]).shape], [3]);
  t.deepEqual([...expandDims(x, -1).shape], [1, 3, 1, 1]);
  t.deepEqual([...expandDims(x).shape], [1, 1, 3, 1]);
  t.deepEqual([...flatten(x).shape], [3]);
  t.deepEqual([...moveAxis(zeros([2, 3, 4]), -1, 0).shape], [4, 2, 3]);
  for (const y of [squeeze(x), expandDims(x, 1), flatten(x), moveAxis(x, 0, 2)]) t.is(y.bytes, x.bytes);
  t.throws(() => squeeze(x, 1), { code: 'ERR_SHAPE' });
  t.throws(() => expandDims(x, 4), { code: 'ERR_ARGUMENT' });
  testGradient(t, (v) => moveAxis(square(v), 0, 1), counting(2, 3));
});

test('tile and repeat follow NumPy', (t) => {
  const x = counting(2, 2);
  t.deepEqual(tile(x, [2, 1]).toArray(), [[0, 1], [2, 3], [0, 1], [2, 3]]);
  t.deepEqual(tile(x, [2]).toArray(), [[0, 1, 0, 1], [2, 3, 2, 3]]);
  t.deepEqual(tile(counting(2), [2, 1, 2]).toArray(), [[[0, 1, 0, 1]], [[0, 1, 0, 1]]]);
  t.deepEqual([...tile(x, [0, 3]).shape], [0, 6]);
  t.deepEqual(repeat(x, 2).toArray(), [0, 0, 1, 1, 2, 2, 3, 3]);
  t.deepEqual(repeat(x, 2, 1).toArray(), [[0, 0, 1, 1], [2, 2, 3, 3]]);
  t.deepEqual(repeat(x, 2, 0).toArray(), [[0, 1], [0, 1], [2, 3], [2, 3]]);
  testGradient(t, (v) => tile(square(v), [2, 3]), x);
  testGradient(t, (v) => repeat(square(v), 3, 1), x);
  t.throws(() => tile(x, [-1]), { code: 'ERR_ARGUMENT' });
  t.throws(() => repeat(x, 1.5), { code: 'ERR_ARGUMENT' });
});

test('pad and flip work in a captured program', (t) => {
  const x = counting(2, 2);
  const step = capture(() => ({ padded: pad(x, [[1, 0], [0, 1]], 9), flipped: flip(x), turned: grad((v: Tensor) => sum(square(pad(v, [[0, 0], [1, 1]]))))(x) }));
  step.runSync();
  t.deepEqual(step.result.padded.toArray(), [[9, 9, 9], [0, 1, 9], [2, 3, 9]]);
  t.deepEqual(step.result.flipped.toArray(), [[3, 2], [1, 0]]);
  t.deepEqual(step.result.turned.toArray(), [[0, 2], [4, 6]]);
  t.throws(() => pad(x, [[1, 1]]), { code: 'ERR_ARGUMENT' });
  t.throws(() => pad(x, [[1, 1], [0, -1]]), { code: 'ERR_ARGUMENT' });
  t.throws(() => flip(x, 2), { code: 'ERR_ARGUMENT' });
});

test('arange, linspace and eye are exact and float32 by default', (t) => {
  t.deepEqual(arange(3).toArray(), [0, 1, 2]);
  t.is(arange(3).dtype, 'float32');
  t.deepEqual(arange(5, 0, -2, { dtype: 'int32' }).toArray(), [5, 3, 1]);
  t.is(arange(0, 1, 0.1, { dtype: 'float64' }).size, 10);
  t.is(arange(2, { dtype: 'int32' }).dtype, 'int32');
  t.deepEqual(arange(2, 1).toArray(), []);
  t.throws(() => arange(0, 1, 0), { code: 'ERR_ARGUMENT' });
  const line = linspace(0, 0.3, 4, { dtype: 'float64' }).dataSync();
  t.is(line[3], 0.3);
  t.is(line.length, 4);
  t.deepEqual(linspace(2, 5, 1).toArray(), [2]);
  t.throws(() => linspace(0, 1, -1), { code: 'ERR_ARGUMENT' });
  t.deepEqual(eye(2, 3).toArray(), [[1, 0, 0], [0, 1, 0]]);
  t.is(eye(2, 2, { dtype: 'bool' }).dtype, 'bool');
  t.throws(() => eye(-1), { code: 'ERR_SHAPE' });
});

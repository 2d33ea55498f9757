import test from 'ava';
import { addInPlace, capture, gather, grad, ones, oneHot, reshape, scatterAdd, slice, sliceAt, sum, tensor, transpose, where, zeros } from '../../src/index.js';
import { HebbError, mul, square, type Tensor } from '../../src/index.js';
import { testCases, testGradient } from '../support/op_cases.js';

const int32 = (values: number[]): Tensor => tensor(values, { dtype: 'int32' });
const counting = (shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(Float64Array.from({ length: size }, (_, i) => i / 4 - 1), { shape });
};

test('gather, where and oneHot give the recorded values and gradients', (t) => {
  testCases(t, 'gather', ({ axis }, [x, indices]) => gather(x!, indices!, axis as number));
  testCases(t, 'where', (_, [condition, a, b]) => where(condition!, a!, b!));
  testCases(t, 'oneHot', ({ depth }, [indices]) => oneHot(indices!, depth as number, 'float64'));
});

test('gather keeps the element type and reads views', (t) => {
  const bytes = tensor(Uint8Array.from({ length: 12 }, (_, i) => i), { shape: [4, 3] });
  const rows = gather(bytes, tensor(Uint8Array.of(3, 0)));
  t.is(rows.dtype, 'uint8');
  t.deepEqual(rows.toArray(), [[9, 10, 11], [0, 1, 2]]);
  t.deepEqual(gather(transpose(bytes), [2, 2]).toArray(), [[2, 5, 8, 11], [2, 5, 8, 11]]);
  t.deepEqual(gather(slice(bytes, [1, null], [1, null]), int32([2])).toArray(), [[10, 11]]);
  t.deepEqual(gather(slice(bytes, [0, null, 2]), [1, 0]).toArray(), [[6, 7, 8], [0, 1, 2]]);
  t.deepEqual(gather(bytes, [1], -1).toArray(), [[1], [4], [7], [10]]);
  t.deepEqual(gather(bytes, 2).toArray(), [6, 7, 8]);
  t.deepEqual(gather(bytes, tensor([], { dtype: 'int32' })).shape, [0, 3]);
});

test('gather of many long rows copies each one whole', (t) => {
  const n = 300;
  const x = tensor(Float32Array.from({ length: n * 784 }, (_, i) => i), { shape: [n, 784] });
  const order = Array.from({ length: n }, (_, i) => (i * 7) % n);
  const y = gather(x, int32(order)).dataSync();
  for (const [row, from] of order.entries()) {
    t.is(y[row * 784], from * 784);
    t.is(y[row * 784 + 783], from * 784 + 783);
  }
});

test('an index that is negative, too large or not whole is an error that names it', (t) => {
  const x = zeros([3, 2]);
  for (const bad of [-1, 3]) {
    const error = t.throws(() => gather(x, int32([0, bad])).dataSync(), { instanceOf: HebbError, code: 'ERR_ARGUMENT' });
    t.regex(error.message, new RegExp(`gather: index ${bad} .* 0 to 2`));
    t.throws(() => scatterAdd(ones([1, 2]), int32([bad]), [3, 2]).dataSync(), { code: 'ERR_ARGUMENT' });
    t.throws(() => oneHot(int32([bad]), 3).dataSync(), { code: 'ERR_ARGUMENT' });
  }
  t.throws(() => gather(x, [0.5]), { code: 'ERR_ARGUMENT' });
  t.throws(() => gather(x, tensor([0, 1])), { code: 'ERR_DTYPE' });
  t.throws(() => gather(x, [0], 2), { code: 'ERR_ARGUMENT' });
  t.throws(() => gather(5, [0]), { code: 'ERR_SHAPE' });
  t.throws(() => scatterAdd(ones([2, 2]), [0], [3, 2]), { code: 'ERR_SHAPE' });
});

test('scatterAdd adds rows with the same index, in order', (t) => {
  t.deepEqual(scatterAdd([[1, 2], [10, 20], [100, 200]], [1, 0, 1], [3, 2]).toArray(), [[10, 20], [101, 202], [0, 0]]);
  t.deepEqual(scatterAdd(tensor([[2147483647, 1]], { dtype: 'int32' }), [1, 1], [1, 2], 1).toArray(), [[0, -2147483648]]);
  const wide = scatterAdd(ones([40, 1500]), new Array<number>(40).fill(1), [2, 1500]);
  t.deepEqual(sum(wide, 1).toArray(), [0, 60000]);
});

test('gather and scatterAdd are differentiable to any order', (t) => {
  const x = counting([3, 2]);
  testGradient(t, (v) => gather(square(v), [2, 0, 2]), x);
  testGradient(t, (v) => scatterAdd(square(v), [1, 0, 1], [2, 2]), x);
  testGradient(t, grad((v: Tensor) => sum(mul(square(gather(v, [0, 0, 1])), gather(v, [1, 2, 2])))), x);
});

test('sliceAt takes rows from a start that is a tensor', (t) => {
  const x = counting([5, 2]);
  const start = tensor(2, { dtype: 'int32' });
  t.deepEqual(sliceAt(x, start, 2).toArray(), slice(x, [2, 4]).toArray());
  t.deepEqual(sliceAt(slice(x, [], [1]), start, 3).toArray(), slice(x, [2, 5], [1]).toArray());
  testGradient(t, (v) => sliceAt(square(v), start, 3), x);
  t.throws(() => sliceAt(x, tensor(4, { dtype: 'int32' }), 2).dataSync(), { code: 'ERR_ARGUMENT', message: /index 4 .* 0 to 3/ });
  t.throws(() => sliceAt(x, tensor(-1, { dtype: 'int32' }), 2).dataSync(), { code: 'ERR_ARGUMENT' });
  t.throws(() => sliceAt(x, start, 6), { code: 'ERR_ARGUMENT' });
  t.throws(() => sliceAt(x, tensor(1), 2), { code: 'ERR_DTYPE' });
});

test('a captured program walks over the rows with sliceAt, gather and addInPlace', async (t) => {
  const x = counting([6, 2]);
  const order = int32([5, 4, 3, 2, 1, 0]);
  const cursor = tensor(0, { dtype: 'int32' });
  const total = zeros([2], { dtype: 'float64' });
  const step = capture(() => {
    const rows = gather(x, sliceAt(order, cursor, 2));
    addInPlace(total, sum(rows, 0));
    addInPlace(cursor, 2);
    return rows;
  });
  await step.run(3);
  t.deepEqual(total.toArray(), sum(x, 0).toArray());
  t.deepEqual(step.result.toArray(), gather(x, [1, 0]).toArray());
  t.is(cursor.item(), 6);
  await t.throwsAsync(step.run(1), { code: 'ERR_ARGUMENT' });
});

test('addInPlace changes the tensor itself, through views too', (t) => {
  const x = zeros([2, 3]);
  addInPlace(slice(x, [], [1, null, 1]), [[1, 2], [3, 4]]);
  addInPlace(x, 0.5);
  t.deepEqual(x.toArray(), [[0.5, 1.5, 2.5], [0.5, 3.5, 4.5]]);
  const square3 = reshape(counting([9]), [3, 3]);
  const expected = Array.from({ length: 9 }, (_, i) => i / 4 - 1 + ((i % 3) * 3 + Math.floor(i / 3)) / 4 - 1);
  t.deepEqual([...addInPlace(square3, transpose(square3)).dataSync()], expected);
  t.deepEqual(addInPlace(tensor(Uint8Array.of(250, 1)), 10).toArray(), [4, 11]);
  t.deepEqual(addInPlace(int32([1, 2]), [1.9, -1.9]).toArray(), [2, 1]);
  t.throws(() => addInPlace(tensor([true]), true), { code: 'ERR_DTYPE' });
  t.throws(() => addInPlace(zeros([2]), ones([3, 2])), { code: 'ERR_SHAPE' });
});

test('where keeps the promoted type, broadcasts and sends gradients where it took values', (t) => {
  t.is(where([true, false], int32([1, 2]), tensor([0.5])).dtype, 'float32');
  t.is(where([true], tensor(Uint8Array.of(3)), 7).dtype, 'uint8');
  t.deepEqual(where([[1], [0]], tensor([true, false]), false).toArray(), [[true, false], [false, false]]);
  const big = where(transpose(tensor(Uint8Array.from({ length: 60000 }, (_, i) => i % 2), { shape: [200, 300] })), 1, 2);
  t.is(sum(big).item(), 30000 + 60000);
  testGradient(t, (v) => where([[true, false], [false, true], [true, true]], square(v), mul(v, 3)), counting([3, 2]));
  testGradient(t, (v) => where([[true, false], [false, true], [true, true]], 0, v), counting([2]));
});

test('oneHot makes rows of any type', (t) => {
  t.deepEqual(oneHot(tensor(Uint8Array.of(2, 0)), 3).toArray(), [[0, 0, 1], [1, 0, 0]]);
  t.deepEqual(oneHot([[1]], 2, 'bool').toArray(), [[[false, true]]]);
  t.throws(() => oneHot([0], 0), { code: 'ERR_ARGUMENT' });
});

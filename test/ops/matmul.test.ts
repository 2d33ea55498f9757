import test from 'ava';

import { HebbError, matmul, tensor, transpose, zeros, type Tensor } from '../../src/index.js';
import { checkOp, type Values } from '../support/check_op.js';
import { testCases, testGradient } from '../support/op_cases.js';

/** [..., m, k] x [..., k, n] with the leading dimensions of both alike or absent, three loops. */
function product(a: Values, b: Values): Values {
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1)!;
  const lead = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
  const batch = lead.reduce((size, dim) => size * dim, 1);
  const data: number[] = [];
  for (let i = 0; i < batch; i++) {
    const aStart = a.shape.length > 2 ? i * m * k : 0;
    const bStart = b.shape.length > 2 ? i * k * n : 0;
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let total = 0;
        for (let j = 0; j < k; j++) total += a.data[aStart + row * k + j]! * b.data[bStart + j * n + column]!;
        data.push(total);
      }
    }
  }
  return { shape: [...lead, m, n], data };
}

/** m, k, n around the sizes of vectors and register tiles, and none at all. */
const sizes = [
  [1, 1, 1], [1, 5, 1], [2, 3, 4], [5, 7, 3], [6, 16, 16], [7, 15, 17], [13, 33, 31], [14, 32, 64], [15, 9, 65], [1, 67, 33],
  [33, 67, 1], [32, 20, 10], [0, 3, 2], [2, 0, 3], [2, 3, 0],
] as const;
const shapes = [
  ...sizes.map(([m, k, n]) => [[m, k], [k, n]]),
  [[2, 3, 4], [2, 4, 5]],
  [[2, 3, 4], [4, 5]],
  [[3, 4], [2, 4, 5]],
];
const swap = ({ shape, data }: Values): Values => {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const size = rows * columns;
  const turned = data.map((_, i) => data[i - (i % size) + (i % rows) * columns + Math.floor((i % size) / rows)]!);
  return { shape: [...shape.slice(0, -2), columns, rows], data: turned };
};
const turn = (shape: readonly number[]): number[] => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];

for (const transposeA of [false, true]) {
  for (const transposeB of [false, true]) {
    checkOp({
      name: `matmul${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`,
      op: (a, b) => matmul(a, b, { transposeA, transposeB }),
      reference: (a, b) => product(transposeA ? swap(a) : a, transposeB ? swap(b) : b),
      shapes: shapes.map(([a, b]) => [transposeA ? turn(a!) : a!, transposeB ? turn(b!) : b!]),
      tolerance: { float32: 2e-5, float64: 1e-13 },
    });
  }
}

test('matmul: recorded values and gradients, vectors and broadcast batches among them', (t) => {
  testCases(t, 'matmul', (_, [a, b]) => matmul(a!, b!));
});

test('gradients reach both operands when both are the same tensor', (t) => {
  const x = tensor(Float64Array.from({ length: 9 }, (_, i) => Math.sin(i)), { shape: [3, 3] });
  testGradient(t, (v: Tensor) => matmul(v, v), x);
  testGradient(t, (v: Tensor) => matmul(v, v, { transposeB: true }), x);
});

test('integers are multiplied as float32', (t) => {
  const y = matmul(tensor([[1, 2]], { dtype: 'int32' }), tensor([[3], [4]], { dtype: 'uint8' }));
  t.is(y.dtype, 'float32');
  t.deepEqual(y.toArray(), [[11]]);
});

test('a row of a product has the same bits alone as in the whole', (t) => {
  const values = (n: number, seed: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(i * seed));
  const a = tensor(values(97 * 300, 0.7), { shape: [97, 300] });
  const b = tensor(values(300 * 130, 1.3), { shape: [300, 130] });
  const whole = matmul(a, b).dataSync();
  const turned = transpose(matmul(transpose(b), transpose(a))).dataSync();
  t.deepEqual(turned, whole);
  for (const row of [0, 41, 96]) t.deepEqual(matmul(a.slice([row, row + 1]), b).dataSync(), whole.slice(row * 130, (row + 1) * 130));
});

test('a left operand of more than a megabyte, which the CPU packs, gives the same product as its rows one by one', (t) => {
  const device = 'cpu'; // a GPU takes another kernel for a few rows
  const a = tensor(Float32Array.from({ length: 1024 * 384 }, (_, i) => Math.sin(i * 0.37)), { shape: [1024, 384], device });
  const b = tensor(Float32Array.from({ length: 384 * 128 }, (_, i) => Math.cos(i * 0.73)), { shape: [384, 128], device });
  const whole = matmul(a, b);
  for (let row = 0; row < 1024; row += 16) {
    const rows = [row, row + 16] as const;
    t.deepEqual(matmul(a.slice(rows), b).dataSync(), whole.slice(rows).dataSync(), `rows ${row} to ${row + 15}`);
  }
});

test('inner sizes that differ are an error with both shapes', (t) => {
  // @ts-expect-error the compiler knows it too
  const error = t.throws(() => matmul(zeros([2, 3]), zeros([4, 3])), { instanceOf: HebbError });
  t.is(error.code, 'ERR_SHAPE');
  t.regex(error.message, /^matmul: inner dimensions differ, \[2,3\] x \[4,3\]/);
  t.is(t.throws(() => matmul(zeros([]), zeros([3])), { instanceOf: HebbError }).code, 'ERR_SHAPE');
  t.is(t.throws(() => matmul(zeros([2, 3, 4]), zeros([3, 4, 5])), { instanceOf: HebbError }).code, 'ERR_SHAPE');
});

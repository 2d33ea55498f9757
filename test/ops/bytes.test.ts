import test from 'ava';

import * as hebb from '../../src/index.js';
import { randint, reshape, seed, tensor, transpose, type Tensor } from '../../src/index.js';

type Of = (a: number, b: number) => number;
const functions: Record<string, [op: (a: Tensor, b: Tensor) => Tensor, of: Of]> = {
  add: [hebb.add, (a, b) => a + b],
  sub: [hebb.sub, (a, b) => a - b],
  mul: [hebb.mul, (a, b) => a * b],
  maximum: [hebb.maximum, Math.max],
  minimum: [hebb.minimum, Math.min],
  floorDiv: [hebb.floorDiv, (a, b) => (b === 0 ? 0 : Math.floor(a / b))],
  mod: [hebb.mod, (a, b) => (b === 0 ? 0 : a % b)],
  less: [hebb.less, (a, b) => Number(a < b)],
  equal: [hebb.equal, (a, b) => Number(a === b)],
  logicalXor: [hebb.logicalXor, (a, b) => Number((a !== 0) !== (b !== 0))],
};

const [rows, columns] = [37, 301];
const byte = (shape: number[]): Tensor => randint(0, 256, shape, { dtype: 'uint8' });

for (const [name, [op, of]] of Object.entries(functions)) {
  test(`${name} of bytes is a byte, whole, by rows, columns and single numbers`, (t) => {
    seed(7);
    const x = byte([rows, columns]);
    const others = [byte([rows, columns]), transpose(byte([columns, rows])), byte([columns]), byte([rows, 1]), byte([])];
    const a = x.dataSync();
    for (const y of others) {
      const b = hebb.copy(hebb.broadcastTo(y, [rows, columns])).dataSync();
      const expected = Uint8Array.from(a, (value, i) => of(value, b[i]!) & 255);
      t.deepEqual(Uint8Array.from(op(x, y).dataSync()), expected, `[${y.shape.join(',')}]`);
      const flipped = Uint8Array.from(a, (value, i) => of(b[i]!, value) & 255);
      t.deepEqual(Uint8Array.from(op(y, x).dataSync()), flipped, `[${y.shape.join(',')}] first`);
    }
  });
}

test('functions of one byte wrap around', (t) => {
  const values = Uint8Array.from({ length: 256 }, (_, i) => i);
  const x = tensor(values);
  t.deepEqual(hebb.neg(x).dataSync(), values.map((v) => -v & 255));
  t.deepEqual(hebb.square(x).dataSync(), values.map((v) => (v * v) & 255));
  t.deepEqual(hebb.abs(x).dataSync(), values);
  t.deepEqual(hebb.sign(x).dataSync(), values.map((v) => Number(v > 0)));
  t.deepEqual(hebb.clip(x, 10, 1000).dataSync(), values.map((v) => Math.max(v, 10)));
  const sum = tensor(values);
  hebb.addInPlace(sum, 200);
  t.deepEqual(sum.dataSync(), values.map((v) => (v + 200) & 255));
});

test('bytes and bools are added and compared as they are', (t) => {
  seed(8);
  const x = byte([rows, columns]);
  for (const whole of [x, hebb.greater(x, 100)]) {
    for (const [layout, y] of [['rows', whole], ['columns', transpose(hebb.copy(transpose(whole)))]] as const) {
      const wide = hebb.cast(whole, 'int32');
      for (const axis of [0, 1, undefined]) {
        const name = `${whole.dtype}, ${layout}, axis ${String(axis)}`;
        t.deepEqual(hebb.sum(y, axis).toArray(), hebb.sum(wide, axis).toArray(), `sum of ${name}`);
        t.deepEqual(hebb.cast(hebb.max(y, axis), 'int32').toArray(), hebb.max(wide, axis).toArray(), `max of ${name}`);
        t.deepEqual(hebb.cast(hebb.min(y, axis), 'int32').toArray(), hebb.min(wide, axis).toArray(), `min of ${name}`);
        t.deepEqual(hebb.any(y, axis).toArray(), hebb.any(wide, axis).toArray(), `any of ${name}`);
        t.deepEqual(hebb.all(y, axis).toArray(), hebb.all(wide, axis).toArray(), `all of ${name}`);
      }
    }
  }
  const few = tensor([[0, 3], [0, 0]], { dtype: 'uint8' });
  t.is(hebb.sum(few).dtype, 'int32');
  t.is(hebb.max(few).dtype, 'uint8');
});

test('elements that go to every n-th place, and rows of few elements, are copied right', (t) => {
  for (const dtype of ['uint8', 'float32', 'float64'] as const) {
    const values = Array.from({ length: 600 }, (_, i) => i % 251);
    const x = tensor(Float64Array.from(values), { dtype });
    for (const count of [2, 7, 15, 16, 17]) {
      t.deepEqual(hebb.repeat(x, count).toArray(), values.flatMap((v) => new Array<number>(count).fill(v)), `${dtype}, ${count} times`);
    }
    const cube = hebb.copy(transpose(reshape(x, [100, 3, 2]), [2, 0, 1])).dataSync();
    t.deepEqual([...cube], values.map((_, i) => values[(Math.floor(i / 3) % 100) * 6 + (i % 3) * 2 + Math.floor(i / 300)]), dtype);
    const picked = hebb.gather(reshape(x, [20, 30]), tensor([29, 0, 7], { dtype: 'int32' }), 1).toArray();
    t.deepEqual(picked, Array.from({ length: 20 }, (_, row) => [29, 0, 7].map((i) => values[row * 30 + i])), dtype);
  }
});

test('mod and floorDiv of float32 are exact', (t) => {
  seed(9);
  const wide = (): Tensor => hebb.mul(hebb.randn([20_000]), hebb.exp(hebb.mul(hebb.randn([20_000]), 12)));
  const [a, b] = [wide(), wide()];
  const special = [0, -0, 1, -1, 0.1, 3, Infinity, -Infinity, NaN, 1e-42, 3e38, 2 ** 27, 2 ** 28];
  const x = [...a.dataSync(), ...special.flatMap((v) => special.map(() => Math.fround(v)))];
  const y = [...b.dataSync(), ...special.flatMap(() => special.map(Math.fround))];
  const expected = x.map((v, i) => {
    const w = y[i]!;
    const rest = v % w;
    if (rest === 0) return w < 0 || Object.is(w, -0) ? -0 : 0;
    return rest < 0 !== w < 0 && !Number.isNaN(rest) ? Math.fround(rest + w) : rest;
  });
  const [left, right] = [tensor(Float32Array.from(x)), tensor(Float32Array.from(y))];
  t.deepEqual([...hebb.mod(left, right).dataSync()], expected);
  const quotient = hebb.floorDiv(tensor([7, -7, 7, -7, 1, 0.3]), tensor([2, 2, -2, -2, Infinity, 0.1]));
  t.deepEqual(quotient.toArray(), [3, -4, -4, 3, 0, 3]);
});

const cpuTest = hebb.getDevice() === 'cpu' ? test : test.skip;

cpuTest('a mean, a norm and their like give back at once what they made on the way', (t) => {
  const x = hebb.rand([300, 300]);
  const ops = [() => hebb.mean(hebb.cast(x, 'uint8')), () => hebb.norm(x), () => hebb.std(x, 0), () => hebb.logsumexp(x, 1), () => hebb.all(x), () => hebb.sort(x)];
  for (const op of ops) {
    hebb.scope(() => void op());
    const before = hebb.memory().cpu.bytes;
    const result = op();
    t.true(hebb.memory().cpu.bytes - before <= 4 * result.size + 1.5 * x.size, String(op)); // the result, and the bytes made here
    result.dispose();
  }
});

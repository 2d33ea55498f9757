import test from 'ava';
import { capture, tensor } from '../../src/index.js';

test('a transferred typed array becomes a tensor and is empty', (t) => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const x = tensor(data, { shape: [2, 3], transfer: true });
  t.is(data.length, 0);
  t.deepEqual(x.toArray(), [[1, 2, 3], [4, 5, 6]]);
  t.deepEqual(x.T.matmul(x).toArray(), [[17, 22, 27], [22, 29, 36], [27, 36, 45]]);
});

test('a part of an array takes the whole of its memory along', (t) => {
  const whole = Int32Array.of(1, 2, 3, 4);
  const x = tensor(whole.subarray(1, 3), { transfer: true });
  t.is(whole.length, 0);
  t.deepEqual(x.toArray(), [2, 3]);
});

test('each type of typed array can be transferred', (t) => {
  for (const Class of [Uint8Array, Int32Array, Float32Array, Float64Array]) {
    const x = tensor(new Class([1, 2]), { transfer: true });
    t.deepEqual([x.dtype, x.toArray()], [tensor(new Class(1)).dtype, [1, 2]]);
  }
  t.deepEqual(tensor(new Float64Array(0), { transfer: true }).toArray(), []);
});

test('memory that cannot be given away is copied', (t) => {
  const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(7);
  const pooled = Buffer.from('abc');
  for (const data of [shared, pooled]) {
    const before = [...data];
    const x = tensor(data, { transfer: true });
    data[0] = 1;
    t.deepEqual(x.toArray(), before);
    t.is(data.length, 3);
  }
});

test('a Buffer is an array of bytes', (t) => {
  const x = tensor(Buffer.of(0, 127, 255), { dtype: 'uint8' });
  t.deepEqual([x.dtype, x.toArray()], ['uint8', [0, 127, 255]]);
});

test('only a typed array of the type of the tensor can be transferred', (t) => {
  const data = new Float32Array(2);
  const wrong = { code: 'ERR_ARGUMENT', message: /^tensor: transfer takes a typed array of the tensor's own type/ };
  t.throws(() => tensor(data, { dtype: 'float64', transfer: true }), wrong);
  t.throws(() => tensor([1, 2], { transfer: true }), wrong);
  t.throws(() => tensor(data, { shape: [3], transfer: true }), { code: 'ERR_SHAPE' });
  t.is(data.length, 2);
});

test('transferred memory outlives its tensor in a captured program', (t) => {
  const x = tensor(new Float32Array(100_000).fill(2), { transfer: true });
  const program = capture(() => x.sum());
  x.dispose();
  program.runSync();
  t.is(program.result.item(), 200_000);
});

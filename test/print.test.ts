import { inspect } from 'node:util';
import test from 'ava';
import type { Dtype } from '../src/dtype.js';
import { add, arange, broadcastTo, capture, tensor, transpose, zeros } from '../src/index.js';
import { golden } from './support/golden.js';

for (const { dtype, shape, data, text } of golden('print').cases) {
  test(`${dtype} [${shape.join()}] ${JSON.stringify(data).slice(0, 40)} prints as in NumPy: ${text.slice(0, 40)}`, (t) => {
    t.is(tensor(Float64Array.from(data, Number), { shape, dtype: dtype as Dtype }).toString(), text);
  });
}

test('the console shows shape and type above the elements', (t) => {
  t.is(inspect(tensor([[1, 2.5]])), 'Tensor [1,2] float32\n[[1.  2.5]]');
  t.is(inspect(tensor(3, { dtype: 'int32' })), 'Tensor [] int32\n3');
  t.is(inspect({ x: tensor([true]) }), '{\n  x: Tensor [1] bool\n  [ True]\n}');
});

test('views print their own elements, long ones without being copied whole', (t) => {
  t.is(String(transpose(tensor([[1, 2], [3, 4]]))), '[[1. 3.]\n [2. 4.]]');
  t.is(String(broadcastTo(arange(3), [1e5, 1000, 3])).split('\n').length, 6 * 7 + 1 + 6);
});

test('a tensor that has no values prints its shape', (t) => {
  const gone = zeros([2]);
  gone.dispose();
  t.is(inspect(gone), 'Tensor [2] float32, disposed');
  const x = zeros([2, 3]);
  const seen: string[] = [];
  capture(() => {
    const y = add(x, 1);
    seen.push(String(y), inspect(y));
  });
  t.deepEqual(seen, ['Tensor [2,3] float32', 'Tensor [2,3] float32']);
});

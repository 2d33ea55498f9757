import test from 'ava';
import { add, capture, ones, scope, tensor, zeros } from '../src/index.js';

test('more numbers than one slab holds keep their values', (t) => {
  const one = ones([1], { dtype: 'float64' });
  const sums = Array.from({ length: 20_000 }, (_, i) => add(one, i + 0.5));
  t.true(sums.every((x, i) => x.item() === i + 1.5));
});

test('a number takes the type of its partner', (t) => {
  t.deepEqual(add(tensor([1, 2]), 0.1).toArray(), [Math.fround(1 + Math.fround(0.1)), Math.fround(2 + Math.fround(0.1))]);
  t.deepEqual(add(tensor([1, 2], { dtype: 'int32' }), -3).toArray(), [-2, -1]);
  t.deepEqual(add(tensor([1, 2], { dtype: 'uint8' }), 254).toArray(), [255, 0]);
  t.is(add(tensor([1], { dtype: 'uint8' }), 300).dtype, 'int32');
  t.is(add(tensor([true]), 2).dtype, 'int32');
  t.deepEqual(add(tensor([1], { dtype: 'int32' }), Infinity).toArray(), [Infinity]);
});

test('numbers in a captured program stay what they were', (t) => {
  const x = zeros([2]);
  const program = capture(() => x.assign(x.add(3)));
  for (let i = 0; i < 10_000; i++) add(1, i);
  program.runSync(2);
  t.deepEqual(x.toArray(), [6, 6]);
});

test('a scope frees one number and not its neighbours', (t) => {
  const kept = add(5, 0);
  scope(() => add(1, 2).item());
  t.is(add(kept, 1).item(), 6);
});

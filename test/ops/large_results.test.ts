import test, { type ExecutionContext } from 'ava';

import { add, cast, exp, mul, rand, relu, seed, slice, sub, type Tensor } from '../../src/index.js';

// A result of 16 MB or more is streamed past the caches (native/cpu/past_caches.h); a slice of its rows is not.
const [rows, columns] = [4201, 1003];

function testRows(t: ExecutionContext, op: (x: Tensor) => Tensor, x: Tensor, name: string): void {
  const whole = op(x);
  for (const from of [0, 1, 2098, rows - 3]) {
    const part = op(slice(x, [from, from + 3])).dataSync();
    t.deepEqual(part, slice(whole, [from, from + 3]).dataSync(), `${name}, rows from ${from}`);
  }
  whole.dispose();
}

test('a result that is too large for the caches has the bits of its rows', (t) => {
  seed(3);
  const [x, row] = [rand([rows, columns]), rand([columns])];
  testRows(t, (v) => exp(v), x, 'exp');
  testRows(t, (v) => relu(sub(v, 0.5)), x, 'relu');
  testRows(t, (v) => add(v, row), x, 'add of a row');
  testRows(t, (v) => mul(v, v), x, 'mul');
  testRows(t, (v) => cast(mul(v, 1000), 'int32'), x, 'cast to int32');
  testRows(t, (v) => cast(v, 'float64'), x, 'cast to float64');
  testRows(t, (v) => exp(cast(v, 'float64')), x, 'exp of float64');
});

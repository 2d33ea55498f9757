import test from 'ava';
import { arange, zeros } from '../src/index.js';

test('a thousand shapes and their views are told apart, when they come again too', (t) => {
  for (let round = 0; round < 2; round++) {
    for (let rows = 1; rows <= 32; rows++) {
      for (let columns = 1; columns <= 32; columns++) {
        const x = zeros([rows, columns]).add(1);
        t.true(x.shape[0] === rows && x.shape[1] === columns);
        const turned = x.T;
        t.true(turned.shape[0] === columns && turned.shape[1] === rows);
      }
    }
  }
  t.deepEqual(arange(6).reshape([2, 3]).T.toArray(), [[0, 3], [1, 4], [2, 5]]);
  t.deepEqual(arange(6).reshape([3, 2]).T.toArray(), [[0, 2, 4], [1, 3, 5]]);
});

import test from 'ava';
import { Generator } from '../src/random.js';
import { nativeOp } from '../src/native.js';

test('an op of the addon that is given what is no tensor or number names itself', (t) => {
  t.throws(() => nativeOp('add')('x' as never), { code: 'ERR_ARGUMENT', message: /^add: expected \d+ values, got 1$/ });
  t.throws(() => new Generator(1).permutation('x' as never), { code: 'ERR_ARGUMENT', message: /^\w+: expected a number$/ });
});

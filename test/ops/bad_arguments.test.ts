import test from 'ava';
import * as hebb from '../../src/index.js';
import { HebbError, ones, Tensor } from '../../src/index.js';

const [x, matrix] = [ones([2]), ones([2, 2])];
/** Arguments that fit hardly any function. */
const junk: readonly (readonly unknown[])[] = [
  [], [undefined], [null, null], ['x'], [5], [[1, 2]], [[1, 2], 0], [[[1, 2], [3, 4]], [[1, 2], [3, 4]]], [{}], [{ a: 1 }],
  [x], [x, {}], [x, 'x'], [x, null], [x, [0.5]], [matrix, matrix], [x, x, x], [x, 0, {}],
];
/** What makes ops or only answers a question about its arguments. */
const inner = new Set(['binary', 'unary', 'sameShape', 'logitsOf']);
/** What calls a function of the user, whose own errors pass through. */
const callers = new Set(['capture', 'scope', 'profile', 'withDevice', 'keep']);

type Anything = (...args: readonly unknown[]) => unknown;

/** What went wrong that is no HebbError, as text. */
async function faults(name: string, call: Anything): Promise<string[]> {
  const found: string[] = [];
  for (const args of junk) {
    try {
      await call(...args);
    } catch (error) {
      if (error instanceof HebbError) continue;
      const given = args.map((arg) => (arg instanceof Tensor ? `tensor of ${arg.size}` : JSON.stringify(arg)));
      found.push(`${name}(${given.join(', ')}): ${String(error)}`);
    }
  }
  return found;
}

test.serial('whatever a function of the library is given, its error is a HebbError', async (t) => {
  let count = 0;
  for (const [name, value] of Object.entries(hebb)) {
    if (typeof value !== 'function' || /^[A-Z]/.test(name) || inner.has(name) || callers.has(name)) continue;
    t.deepEqual(await faults(name, value as Anything), []);
    count++;
  }
  t.true(count > 150, `${count}`);
});

test.serial('and so it is for the methods of a tensor', async (t) => {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))) {
    if (typeof value !== 'function' || ['constructor', 'dispose', 'rehome'].includes(name)) continue;
    t.deepEqual(await faults(`Tensor.${name}`, (...args) => Reflect.apply(value as Anything, ones([2]), args)), []);
  }
});

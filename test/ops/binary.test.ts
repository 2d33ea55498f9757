import test from 'ava';

import * as hebb from '../../src/index.js';
import { HebbError, tensor, type Tensor } from '../../src/index.js';
import type { Dtype } from '../../src/dtype.js';
import { checkOp, vectorSizes, type OpCheck, type Values } from '../support/check_op.js';
import { golden } from '../support/golden.js';

interface Row {
  op: (a: Tensor, b: Tensor) => Tensor;
  reference: (a: number, b: number) => number;
  domain?: readonly [number, number];
  derivatives?: OpCheck['derivatives'];
  dtypes?: readonly Dtype[];
}

const numbers = ['float32', 'float64', 'int32'] as const;
const every = ['float32', 'float64', 'int32', 'uint8', 'bool'] as const;
const rows: Record<string, Row> = {
  add: { op: hebb.add, reference: (a, b) => a + b, dtypes: numbers },
  sub: { op: hebb.sub, reference: (a, b) => a - b, dtypes: numbers },
  mul: { op: hebb.mul, reference: (a, b) => a * b, dtypes: numbers },
  div: { op: hebb.div, reference: (a, b) => a / b, domain: [0.3, 4] },
  maximum: { op: hebb.maximum, reference: Math.max, dtypes: numbers, derivatives: 'first' },
  minimum: { op: hebb.minimum, reference: Math.min, dtypes: numbers, derivatives: 'first' },
  equal: { op: hebb.equal, reference: (a, b) => Number(a === b), dtypes: every, derivatives: 'none' },
  notEqual: { op: hebb.notEqual, reference: (a, b) => Number(a !== b), dtypes: every, derivatives: 'none' },
  less: { op: hebb.less, reference: (a, b) => Number(a < b), dtypes: every, derivatives: 'none' },
  lessEqual: { op: hebb.lessEqual, reference: (a, b) => Number(a <= b), dtypes: every, derivatives: 'none' },
  greater: { op: hebb.greater, reference: (a, b) => Number(a > b), dtypes: every, derivatives: 'none' },
  greaterEqual: { op: hebb.greaterEqual, reference: (a, b) => Number(a >= b), dtypes: every, derivatives: 'none' },
  logicalAnd: { op: hebb.logicalAnd, reference: (a, b) => Number(a !== 0 && b !== 0), dtypes: every, derivatives: 'none' },
  logicalOr: { op: hebb.logicalOr, reference: (a, b) => Number(a !== 0 || b !== 0), dtypes: every, derivatives: 'none' },
  logicalXor: { op: hebb.logicalXor, reference: (a, b) => Number((a !== 0) !== (b !== 0)), dtypes: every, derivatives: 'none' },
};

/** Shapes that broadcast against each other in every way: equal, one element, a row, a column, missing dimensions. */
const shapes: readonly (readonly number[])[][] = [
  [[], []],
  ...vectorSizes.map((n) => [[n], [n]]),
  [[17], []],
  [[], [17]],
  [[3, 17], [17]],
  [[3, 1], [17]],
  [[2, 1, 5], [3, 1]],
  [[0, 3], [3]],
  [[1], [0]],
];

/** NumPy's broadcasting, one element at a time. */
function broadcast(f: (a: number, b: number) => number): (a: Values, b: Values) => Values {
  return (a, b) => {
    const rank = Math.max(a.shape.length, b.shape.length);
    const at = (shape: readonly number[], axis: number): number => shape[axis - rank + shape.length] ?? 1;
    const shape = Array.from({ length: rank }, (_, i) => (at(a.shape, i) === 1 ? at(b.shape, i) : at(a.shape, i)));
    const element = (x: Values, index: readonly number[]): number => {
      let position = 0;
      for (const [i, dim] of x.shape.entries()) position = position * dim + (dim === 1 ? 0 : index[i + rank - x.shape.length]!);
      return x.data[position]!;
    };
    const size = shape.reduce((product, dim) => product * dim, 1);
    const data = Array.from({ length: size }, (_, flat) => {
      const index = new Array<number>(rank).fill(0);
      for (let i = rank - 1, rest = flat; i >= 0; i--) {
        index[i] = rest % shape[i]!;
        rest = Math.floor(rest / shape[i]!);
      }
      return f(element(a, index), element(b, index));
    });
    return { shape, data };
  };
}

for (const [name, { op, reference, ...rest }] of Object.entries(rows)) {
  checkOp({
    name,
    op: (a, b) => op(a, b),
    reference: (a, b) => broadcast(reference)(a, b),
    shapes,
    ...rest,
    golden: (_args, [a, b]) => op(a!, b!),
  });
}

test('two types meet in the recorded one', (t) => {
  for (const [left, row] of Object.entries(golden('ops').promotion)) {
    for (const [right, expected] of Object.entries(row)) {
      const [a, b] = [tensor([1], { dtype: left as Dtype }), tensor([1], { dtype: right as Dtype })];
      const integers = ['bool', 'uint8', 'int32'];
      if (left === 'bool' && right === 'bool') continue; // numbers: true + true is 2 here
      t.is(hebb.maximum(a, b).dtype, integers.includes(expected) ? hebb.add(a, b).dtype : (expected as Dtype), `${left} and ${right}`);
      t.is(hebb.add(a, b).dtype, expected as Dtype, `${left} + ${right}`);
    }
  }
});

test('a number does not widen the tensor it meets', (t) => {
  for (const dtype of ['float32', 'float64', 'int32', 'uint8'] as const) t.is(hebb.add(tensor([1], { dtype }), 1).dtype, dtype);
  t.is(hebb.mul(tensor([1], { dtype: 'int32' }), 0.5).dtype, 'float32');
  t.is(hebb.sub(1, tensor([1], { dtype: 'float64' })).dtype, 'float64');
});

test('shapes that do not broadcast are an error with both shapes', (t) => {
  // @ts-expect-error the compiler knows it too
  const error = t.throws(() => hebb.add(hebb.zeros([2, 3]), hebb.zeros([2, 4])), { instanceOf: HebbError });
  t.is(error.code, 'ERR_SHAPE');
  t.regex(error.message, /^add: .*\[2,3\].*\[2,4\]/);
});

test('integers wrap around as in NumPy', (t) => {
  const byte = (value: number): Tensor => tensor([value], { dtype: 'uint8' });
  t.deepEqual(hebb.add(byte(250), byte(10)).toArray(), [4]);
  t.deepEqual(hebb.sub(byte(3), byte(5)).toArray(), [254]);
  const int = (value: number): Tensor => tensor([value], { dtype: 'int32' });
  t.deepEqual(hebb.add(int(2147483647), int(1)).toArray(), [-2147483648]);
});

import test from 'ava';

import * as hebb from '../../src/index.js';
import { tensor, type Tensor } from '../../src/index.js';
import type { Dtype } from '../../src/dtype.js';
import { checkOp, differs, elementwise, elementwiseShapes, type OpCheck } from '../support/check_op.js';
import { golden } from '../support/golden.js';

interface Row {
  op: (x: Tensor) => Tensor;
  reference: (x: number) => number;
  domain?: readonly [number, number];
  kinks?: readonly number[];
  derivatives?: OpCheck['derivatives'];
  /** Number ops keep integers; the others make them float32. */
  keepsIntegers?: boolean;
}

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

/** erf by a series of terms of one sign: 2 / sqrt(pi) exp(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...). */
function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (total * Math.exp(-x * x) * 2) / Math.sqrt(Math.PI);
}

const positive = [0.05, 6] as const;
const rows: Record<string, Row> = {
  neg: { op: hebb.neg, reference: (x) => -x, keepsIntegers: true },
  abs: { op: hebb.abs, reference: Math.abs, kinks: [0], keepsIntegers: true },
  sign: { op: hebb.sign, reference: Math.sign, kinks: [0], derivatives: 'none', keepsIntegers: true },
  step: { op: hebb.step, reference: (x) => Number(x >= 0), kinks: [0], derivatives: 'none' },
  square: { op: hebb.square, reference: (x) => x * x, keepsIntegers: true },
  exp: { op: hebb.exp, reference: Math.exp },
  expm1: { op: hebb.expm1, reference: Math.expm1 },
  log: { op: hebb.log, reference: Math.log, domain: positive },
  log1p: { op: hebb.log1p, reference: Math.log1p, domain: [-0.9, 5] },
  sqrt: { op: hebb.sqrt, reference: Math.sqrt, domain: positive },
  rsqrt: { op: hebb.rsqrt, reference: (x) => 1 / Math.sqrt(x), domain: [0.3, 6] },
  reciprocal: { op: hebb.reciprocal, reference: (x) => 1 / x, domain: [0.3, 6] },
  floor: { op: hebb.floor, reference: Math.floor, derivatives: 'none' },
  ceil: { op: hebb.ceil, reference: Math.ceil, derivatives: 'none' },
  round: { op: hebb.round, reference: roundHalfEven, derivatives: 'none' },
  sin: { op: hebb.sin, reference: Math.sin },
  cos: { op: hebb.cos, reference: Math.cos },
  tan: { op: hebb.tan, reference: Math.tan, domain: [-1.2, 1.2] },
  tanh: { op: hebb.tanh, reference: Math.tanh },
  erf: { op: hebb.erf, reference: erf },
  sigmoid: { op: hebb.sigmoid, reference: (x) => 1 / (1 + Math.exp(-x)) },
};

for (const [name, { op, reference, keepsIntegers: _, ...rest }] of Object.entries(rows)) {
  checkOp({ name, op, reference: elementwise(reference), shapes: elementwiseShapes, ...rest, golden: (_args, [x]) => op(x!) });
}

checkOp({
  name: 'clip',
  op: (x) => hebb.clip(x, -1, 2),
  reference: elementwise((x) => Math.min(2, Math.max(-1, x))),
  shapes: elementwiseShapes,
  kinks: [-1, 2],
  dtypes: ['float32', 'float64', 'int32', 'uint8'],
  golden: ({ low, high }, [x]) => hebb.clip(x!, low as number, high as number),
});

test('integers stay integers where the function keeps them whole, else they become float32', (t) => {
  for (const [name, { op, reference, keepsIntegers = false, domain = [-3, 3] }] of Object.entries(rows)) {
    for (const dtype of ['bool', 'uint8', 'int32'] as const) {
      const values = dtype === 'int32' && domain[0] < -1 ? [-3, -1, 0, 1, 2] : [1, 1, 1];
      const y = op(tensor(values, { dtype }));
      const expected: Dtype = !keepsIntegers ? 'float32' : dtype === 'bool' ? 'int32' : dtype;
      t.is(y.dtype, expected, `${name} of ${dtype}`);
      const wrap = (v: number): number => (expected === 'uint8' ? (v + 256) % 256 : v);
      t.is(differs(y.dataSync(), values.map((v) => wrap(reference(v))), 1e-6), null, `${name} of ${dtype}`);
    }
  }
});

test('NaN, infinities, zeros and the edges of the domain give what NumPy gives', (t) => {
  const { special } = golden('ops');
  const functions = new Map(Object.entries(rows).map(([name, { op }]) => [name, op]));
  functions.set('relu', (x) => hebb.relu(x));
  let checked = 0;
  for (const [name, { x, value }] of Object.entries(special)) {
    const op = functions.get(name);
    if (op === undefined) continue;
    checked++;
    for (const pad of [0, 13]) {
      const input = [...new Array<number>(pad).fill(1), ...x];
      const y = Array.from(op(tensor(Float64Array.from(input))).dataSync()).slice(pad);
      for (const [i, expected] of value.map(Number).entries()) {
        const same = Number.isFinite(expected) ? Math.abs(y[i]! - expected) <= 1e-12 * Math.max(1, Math.abs(expected)) : Object.is(y[i], expected);
        t.true(same && (expected !== 0 || Object.is(y[i], expected)), `${name}(${x[i]}) is ${y[i]}, expected ${expected}`);
      }
    }
  }
  t.true(checked >= 20);
});

test('a long tensor is computed in parallel chunks with the same bits as its parts', (t) => {
  const n = 100_003;
  const x = tensor(Float32Array.from({ length: n }, (_, i) => Math.sin(i) * 4));
  const whole = hebb.tanh(x).dataSync();
  for (const [begin, end] of [[0, 16], [16_380, 16_390], [65_530, 65_541], [n - 3, n]] as const) {
    t.deepEqual(hebb.tanh(hebb.slice(x, [begin, end])).dataSync(), whole.slice(begin, end));
  }
});

import test from 'ava';

import * as hebb from '../../src/index.js';
import { HebbError, grad, relu, sum, tensor, vjp, type Tensor } from '../../src/index.js';
import { checkOp, differs, elementwise, elementwiseShapes, spread, type Values } from '../support/check_op.js';
import { golden, type GoldenArguments, type GoldenTensor } from '../support/golden.js';
import { testGradient } from '../support/op_cases.js';

type Activation = (x: Tensor, args: GoldenArguments) => Tensor;
const number = (value: GoldenArguments[string] | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

/** Each recorded activation by its name in activations.json. */
const pointwise: Record<string, Activation> = {
  celu: (x, { alpha }) => hebb.celu(x, number(alpha)),
  elu: (x, { alpha }) => hebb.elu(x, number(alpha)),
  exponential: (x) => hebb.exponential(x),
  gelu: (x, { approximate }) => hebb.gelu(x, { approximate: approximate === true }),
  hardShrink: (x, { threshold }) => hebb.hardShrink(x, number(threshold)),
  hardSigmoid: (x) => hebb.hardSigmoid(x),
  hardSilu: (x) => hebb.hardSilu(x),
  hardTanh: (x) => hebb.hardTanh(x),
  leakyRelu: (x, { negativeSlope }) => hebb.leakyRelu(x, number(negativeSlope)),
  linear: (x) => hebb.linear(x),
  logSigmoid: (x) => hebb.logSigmoid(x),
  mish: (x) => hebb.mish(x),
  relu: (x, { negativeSlope, maxValue, threshold }) =>
    hebb.relu(x, { negativeSlope: number(negativeSlope), maxValue: number(maxValue), threshold: number(threshold) }),
  relu6: (x) => hebb.relu6(x),
  selu: (x) => hebb.selu(x),
  sigmoid: (x) => hebb.sigmoid(x),
  silu: (x) => hebb.silu(x),
  softShrink: (x, { threshold }) => hebb.softShrink(x, number(threshold)),
  softplus: (x) => hebb.softplus(x),
  softsign: (x) => hebb.softsign(x),
  sparsePlus: (x) => hebb.sparsePlus(x),
  sparseSigmoid: (x) => hebb.sparseSigmoid(x),
  squareplus: (x, { b }) => hebb.squareplus(x, number(b)),
  tanh: (x) => hebb.tanh(x),
  tanhShrink: (x) => hebb.tanhShrink(x),
  threshold: (x, { threshold, defaultValue }) => hebb.threshold(x, number(threshold), number(defaultValue)),
};

const rowwise: Record<string, Activation> = {
  glu: (x, { axis }) => hebb.glu(x, number(axis)),
  logSoftmax: (x, { axis }) => hebb.logSoftmax(x, number(axis)),
  softmax: (x, { axis }) => hebb.softmax(x, number(axis)),
  sparsemax: (x, { axis }) => hebb.sparsemax(x, number(axis)),
};

const recorded = golden('activations');
const doubles = (values: readonly number[]): Tensor => tensor(Float64Array.from(values));
const ones = (n: number): Tensor => doubles(new Array<number>(n).fill(1));

test('every recorded activation is here', (t) => {
  t.deepEqual(Object.keys(pointwise).sort(), Object.keys(recorded.pointwise).sort());
  t.deepEqual(Object.keys(rowwise).sort(), Object.keys(recorded.rowwise).sort());
});

/** Kinks may have any slope from left to right: those elements of the recorded gradient are replaced by ours. */
function withKinks(gradient: readonly number[], ours: ArrayLike<number>, kinks: readonly { index: number; left: number; right: number }[]): number[] {
  const out = [...gradient];
  for (const { index, left, right } of kinks) {
    const slope = ours[index]!;
    if (slope >= Math.min(left, right) - 1e-6 && slope <= Math.max(left, right) + 1e-6) out[index] = slope;
  }
  return out;
}

for (const [name, cases] of Object.entries(recorded.pointwise)) {
  test(`${name}: recorded values and derivatives, in float64 and float32`, (t) => {
    const call = pointwise[name]!;
    for (const { arguments: args, value, gradient, kinks } of cases) {
      const what = `${name} ${JSON.stringify(args)}`;
      for (const dtype of ['float64', 'float32'] as const) {
        const tolerance = dtype === 'float64' ? 1e-12 : 3e-6;
        const x = tensor(Float64Array.from(recorded.x), { dtype });
        const [y, dx] = vjp((v) => call(v, args), x, hebb.cast(ones(recorded.x.length), dtype));
        t.is(y.dtype, dtype);
        const narrow = (values: readonly number[]): number[] => (dtype === 'float32' ? values.map(Math.fround) : [...values]);
        t.is(differs(y.dataSync(), narrow(value), tolerance), null, what);
        t.is(differs(dx.dataSync(), narrow(withKinks(gradient, dx.dataSync(), kinks)), tolerance), null, `${what}, derivative`);
      }
    }
  });
}

test('the derivatives that higher derivatives use are the native ones, at every recorded point', (t) => {
  for (const [name, cases] of Object.entries(recorded.pointwise)) {
    for (const { arguments: args, gradient, kinks } of cases) {
      const call = pointwise[name]!;
      const x = doubles(recorded.x);
      let slope: Tensor | undefined;
      grad((v: Tensor) => {
        slope = vjp((u) => call(u, args), v, ones(v.size))[1];
        return sum(slope);
      })(x);
      const ours = slope!.dataSync();
      t.is(differs(ours, withKinks(gradient, ours, kinks), 1e-12), null, `${name} ${JSON.stringify(args)}`);
    }
  }
});

test('second derivatives are finite at every recorded point and right by central differences away from kinks', (t) => {
  for (const [name, cases] of Object.entries(recorded.pointwise)) {
    for (const { arguments: args, kinks } of cases) {
      const call = pointwise[name]!;
      const slope = grad((v: Tensor) => sum(call(v, args)));
      const second = grad((v: Tensor) => sum(slope(v)))(doubles(recorded.x)).dataSync();
      const finite = name === 'exponential' ? recorded.x.map((v) => v < 700) : recorded.x.map(() => true);
      t.true(second.every((v: number, i: number) => !finite[i] || Number.isFinite(v)), `${name} ${JSON.stringify(args)}: ${second.join(' ')}`);
      // The second derivative jumps where the first has a kink, at 0 (celu, elu) and at -1 and 1 (sparsePlus).
      const corners = [-1, 0, 1, ...kinks.map(({ index }) => recorded.x[index]!)];
      const smooth = recorded.x.filter((v) => Math.abs(v) < 8 && corners.every((corner) => Math.abs(v - corner) > 1e-4));
      testGradient(t, (v) => slope(v), doubles(smooth), 1e-5);
    }
  }
});

const asTensor = ({ shape, data }: GoldenTensor): Tensor => tensor(Float64Array.from(data), { shape });

/** In the first recorded row 3 and 2 are 1 apart: sparsemax has a corner there, and no one gradient. */
function atCorner(name: string, args: GoldenArguments, index: number): boolean {
  return name === 'sparsemax' && args['axis'] !== 0 && index < 6;
}

test('softmax, logSoftmax, sparsemax and glu give the recorded rows and gradients along every axis', (t) => {
  const rows = asTensor(recorded.rows);
  for (const [name, cases] of Object.entries(recorded.rowwise)) {
    for (const { arguments: args, value, gradient } of cases) {
      const what = `${name} ${JSON.stringify(args)}`;
      const call = (x: Tensor): Tensor => rowwise[name]!(x, args);
      const [height, width] = value.shape as [number, number];
      const dy = hebb.slice(asTensor(recorded.cotangent), [0, height], [0, width]);
      const [y, dx] = vjp(call, rows, dy);
      t.deepEqual([...y.shape], value.shape);
      t.is(differs(y.dataSync(), value.data, 1e-12), null, what);
      const ours = dx.dataSync();
      const expected = gradient.data.map((slope, i) => (atCorner(name, args, i) ? ours[i]! : slope));
      t.is(differs(ours, expected, 1e-12), null, `${what}, gradient`);
    }
  }
});

// The loops under the kernels, on activations of each kind: one parameter, two, none.
checkOp({
  name: 'leakyRelu',
  op: (x) => hebb.leakyRelu(x, 0.1),
  reference: elementwise((x) => (x >= 0 ? x : 0.1 * x)),
  shapes: elementwiseShapes,
  kinks: [0],
});
checkOp({
  name: 'threshold',
  op: (x) => hebb.threshold(x, 0.5, -1),
  reference: elementwise((x) => (x > 0.5 ? x : -1)),
  shapes: elementwiseShapes,
  kinks: [0.5],
});
checkOp({
  name: 'softplus',
  op: (x) => hebb.softplus(x),
  reference: elementwise((x) => Math.log1p(Math.exp(x))),
  shapes: elementwiseShapes,
});

/** The definition by sorting (Martins and Astudillo 2016, algorithm 1). */
function sparsemaxRows({ shape, data }: Values): Values {
  const n = shape.at(-1)!;
  const out: number[] = [];
  for (let begin = 0; begin < data.length; begin += n) {
    const row = data.slice(begin, begin + n);
    const sorted = [...row].sort((a, b) => b - a);
    let total = 0;
    let tau = 0;
    for (const [k, value] of sorted.entries()) {
      total += value;
      if (1 + (k + 1) * value > total) tau = (total - 1) / (k + 1);
    }
    out.push(...row.map((value) => Math.max(value - tau, 0)));
  }
  return { shape, data: out };
}
checkOp({
  name: 'sparsemax',
  op: (x) => hebb.sparsemax(x),
  reference: sparsemaxRows,
  shapes: [[[1]], [[5]], [[3, 15]], [[2, 16]], [[2, 2, 17]], [[4, 67]], [[0, 3]], [[3, 0]]],
  domain: [-1, 1],
  tolerance: { float32: 2e-6, float64: 1e-14 },
});

test('sparsemax rows add up to 1 whatever the size of their elements, and a NaN shows', (t) => {
  for (const scale of [1e-3, 1, 1e4, 1e30]) {
    const x = tensor(Float32Array.from(spread([8, 1000], 0, [-scale, scale]).data), { shape: [8, 1000] });
    for (const total of hebb.sparsemax(x).sum(1).dataSync()) t.true(Math.abs(total - 1) < 1e-4, `${scale}: ${total}`);
  }
  t.deepEqual(hebb.sparsemax([[NaN, 1], [0, 1]]).toArray(), [[NaN, NaN], [0, 1]]);
});

test('relu takes the options of Keras, and combinations of them', (t) => {
  const x = [-2, -0.5, 0, 0.5, 1, 3, 7];
  t.deepEqual(relu(x).toArray(), [0, 0, 0, 0.5, 1, 3, 7]);
  t.deepEqual(relu(x, { maxValue: 3 }).toArray(), [0, 0, 0, 0.5, 1, 3, 3]);
  t.deepEqual(relu(x, { threshold: 1, negativeSlope: 0.5 }).toArray(), [-1.5, -0.75, -0.5, -0.25, 0, 3, 7]);
  t.deepEqual(relu(x, { maxValue: null }).toArray(), relu(x).toArray());
});

test('glu needs an even axis that is there', (t) => {
  t.is(t.throws(() => hebb.glu([1, 2, 3]), { instanceOf: HebbError }).code, 'ERR_SHAPE');
  t.is(t.throws(() => hebb.glu([1, 2], 1), { instanceOf: HebbError }).code, 'ERR_ARGUMENT');
  t.is(t.throws(() => hebb.sparsemax([1, 2], 1), { instanceOf: HebbError }).code, 'ERR_ARGUMENT');
});

// One table row checks an op: over dtypes, layouts and sizes against a naive reference in float64, its gradient and
// second derivative by central differences, and recorded values. The instruction set is the suite's (HEBB_ISA).
import test, { type ExecutionContext } from 'ava';

import type { Dtype } from '../../src/dtype.js';
import { broadcastTo, cast, copy, grad, mul, slice, sum, tensor, transpose, vjp, type Tensor } from '../../src/index.js';
import { testCases, testGradient } from './op_cases.js';

/** A row-major array of numbers: what references take and answer. */
export interface Values {
  shape: readonly number[];
  data: readonly number[];
}

/** How close float32 and float64 results must be to the reference: |a - b| <= tolerance * max(1, |b|). */
export interface Tolerance {
  float32: number;
  float64: number;
}

/** One op: what it should compute, where, and how closely. */
export interface OpCheck {
  /** Name in the test's title and, with `golden`, in ops.json. */
  name: string;
  op: (...inputs: Tensor[]) => Tensor;
  /** The naive version. */
  reference: (...inputs: Values[]) => Values;
  /** Shapes of the inputs, one list per case. */
  shapes: readonly (readonly number[])[][];
  /** Range of the elements, the same for all inputs; -3 to 3 by default. */
  domain?: readonly [number, number];
  /** Points near which no element lies, as the derivative jumps there. */
  kinks?: readonly number[];
  dtypes?: readonly Dtype[];
  tolerance?: Tolerance;
  /** 'none' for ops without a gradient, 'first' where the second derivative is not checked; both by default. */
  derivatives?: 'none' | 'first' | 'both';
  /** Calls the op on the recorded cases of ops.json. */
  golden?: (args: Record<string, unknown>, inputs: Tensor[]) => Tensor;
}

/** Sizes around those of a vector: none, one, odd, one less and one more than 8 and 16 lanes, several vectors. */
export const vectorSizes: readonly number[] = [0, 1, 5, 7, 8, 9, 15, 16, 17, 33, 67];

/** Shapes of one input: a vector of each size around a SIMD vector's, and matrices. */
export const elementwiseShapes: readonly (readonly number[])[][] = [
  [[]],
  ...vectorSizes.map((n) => [[n]]),
  [[3, 17]],
  [[2, 3, 5]],
  [[4, 0, 2]],
];

const close = (a: number, b: number, tolerance: number): boolean =>
  Number.isFinite(b) ? Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)) : Object.is(a, b);

/** Says where `actual` first leaves `expected`, or null. */
export function differs(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): string | null {
  if (actual.length !== expected.length) return `${actual.length} values, expected ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    if (!close(actual[i]!, expected[i]!, tolerance)) return `element ${i} is ${actual[i]}, expected ${expected[i]}`;
  }
  return null;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/** Uneven numbers spread over the domain, away from the kinks; the k-th input gets others than the first. */
export function spread(shape: readonly number[], k: number, domain: readonly [number, number], kinks: readonly number[] = []): Values {
  const [low, high] = domain;
  const gap = (high - low) / 200;
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => {
    let value = low + (high - low) * ((0.5 + (i + 1) * 0.6180339887498949 + k * 0.7548776662466927) % 1);
    for (const kink of kinks) if (Math.abs(value - kink) < gap) value = kink + gap * (value < kink ? -1 : 1);
    return value;
  });
  return { shape, data };
}

/** The values as they are after rounding to a dtype. */
function rounded({ shape, data }: Values, dtype: Dtype): Values {
  const round: Record<Dtype, (v: number) => number> = {
    float64: (v) => v,
    float32: Math.fround,
    int32: Math.trunc,
    uint8: (v) => Math.abs(Math.trunc(v)),
    bool: (v) => Number(Math.trunc(v) !== 0),
  };
  return { shape, data: data.map(round[dtype]) };
}

const make = ({ shape, data }: Values, dtype: Dtype): Tensor => tensor(Float64Array.from(data), { shape, dtype });

/** The same elements in other layouts: row-major, transposed, at an offset inside a larger tensor, every second element. */
export const layouts: Readonly<Record<string, (values: Values, dtype: Dtype) => Tensor>> = {
  contiguous: make,
  transposed(values, dtype) {
    const { shape } = values;
    const stored = copy(transpose(make(values, dtype)));
    return shape.length < 2 ? make(values, dtype) : transpose(stored);
  },
  offset(values, dtype) {
    const { shape, data } = values;
    const [first = 1, ...rest] = shape;
    const row = sizeOf(rest);
    const filler = new Array<number>(row).fill(77);
    const larger = make({ shape: [first + 2, ...rest], data: [...filler, ...data, ...filler] }, dtype);
    return shape.length === 0 ? make(values, dtype) : slice(larger, [1, first + 1]);
  },
  strided(values, dtype) {
    const { shape, data } = values;
    const last = shape.at(-1) ?? 1;
    const wide = [...shape.slice(0, -1), 2 * last];
    const larger = make({ shape: wide, data: data.flatMap((value) => [value, 77]) }, dtype);
    return shape.length === 0 ? make(values, dtype) : slice(larger, ...shape.map((_, i): [number, null, number] => [0, null, i === shape.length - 1 ? 2 : 1]));
  },
};

/** Every element the same, as a view of one element with stride 0. */
function repeated(values: Values, dtype: Dtype): { values: Values; view: Tensor } {
  const value = values.data[0] ?? 0;
  return {
    values: { shape: values.shape, data: values.data.map(() => value) },
    view: broadcastTo(make({ shape: [], data: [value] }, dtype), values.shape),
  };
}

function sameAs(t: ExecutionContext, what: string, actual: Tensor, expected: Values, tolerance: number): void {
  t.deepEqual([...actual.shape], [...expected.shape], `${what}: shape`);
  t.is(differs(actual.dataSync(), expected.data, tolerance), null, what);
}

function checkValues(t: ExecutionContext, check: OpCheck, dtype: Dtype): void {
  const { name, op, reference, shapes, domain = [-3, 3], kinks } = check;
  const tolerance = dtype === 'float32' ? (check.tolerance?.float32 ?? 1e-6) : dtype === 'float64' ? (check.tolerance?.float64 ?? 1e-14) : 0;
  for (const shapeList of shapes) {
    const inputs = shapeList.map((shape, k) => rounded(spread(shape, k, domain, kinks), dtype));
    const expected = reference(...inputs);
    for (const [layout, layOut] of Object.entries(layouts)) {
      const what = `${name} of ${dtype} ${JSON.stringify(shapeList)}, ${layout}`;
      sameAs(t, what, op(...inputs.map((values) => layOut(values, dtype))), expected, tolerance);
    }
    const same = inputs.map((values) => repeated(values, dtype));
    const what = `${name} of ${dtype} ${JSON.stringify(shapeList)}, repeated`;
    sameAs(t, what, op(...same.map(({ view }) => view)), reference(...same.map(({ values }) => values)), tolerance);
  }
}

/** float64 by central differences; float32 and other layouts against float64. */
function checkGradients(t: ExecutionContext, check: OpCheck): void {
  const { name, op, shapes, domain = [-3, 3], kinks, derivatives = 'both' } = check;
  const weights = (y: Tensor): Tensor => make({ shape: y.shape, data: Array.from({ length: y.size }, (_, i) => Math.cos(2 + 1.3 * i)) }, y.dtype);
  for (const shapeList of shapes) {
    const size = Math.max(...shapeList.map(sizeOf));
    const values = shapeList.map((shape, k) => spread(shape, k, domain, kinks));
    const inputs = values.map((input) => make(input, 'float64'));
    for (const [i, x] of inputs.entries()) {
      const f = (v: Tensor): Tensor => op(...inputs.map((input, j) => (j === i ? v : input)));
      const what = `${name}: gradient ${i} at ${JSON.stringify(shapeList)}`;
      const y = f(x);
      const [, dx] = vjp(f, x, weights(y));
      t.deepEqual([...dx.shape], [...x.shape], what);
      for (const [layout, layOut] of Object.entries(layouts)) {
        const [, viewed] = vjp(f, layOut(values[i]!, 'float64'), weights(y));
        t.is(differs(viewed.dataSync(), dx.dataSync(), 1e-13), null, `${what}, ${layout}`);
      }
      const narrow = inputs.map((input) => cast(input, 'float32'));
      const narrowF = (v: Tensor): Tensor => op(...narrow.map((input, j) => (j === i ? v : input)));
      const [, dx32] = vjp(narrowF, narrow[i]!, weights(cast(y, 'float32')));
      t.is(dx32.dtype, 'float32', what);
      t.is(differs(dx32.dataSync(), dx.dataSync(), 20 * (check.tolerance?.float32 ?? 1e-6)), null, `${what}, float32`);
      if (size > 20) continue;
      testGradient(t, f, x);
      if (derivatives === 'both') testGradient(t, grad((v: Tensor) => sum(mul(f(v), weights(y)))), x, 1e-5);
    }
  }
}

/**
 * Registers the test of one op.
 * @example checkOp({ name: 'square', op: square, reference: elementwise((x) => x * x), shapes: elementwiseShapes });
 */
export function checkOp(check: OpCheck): void {
  const { name, dtypes = ['float32', 'float64'], derivatives = 'both', golden } = check;
  test(`${name}: values of every dtype, layout and size`, (t) => {
    for (const dtype of dtypes) checkValues(t, check, dtype);
  });
  if (derivatives !== 'none') {
    test(`${name}: ${derivatives === 'both' ? 'first and second derivative' : 'gradient'}`, (t) => {
      checkGradients(t, check);
    });
  }
  if (golden !== undefined) {
    test(`${name}: recorded values and gradients`, (t) => {
      testCases(t, name, golden);
    });
  }
}

/** The reference of an element-wise op of one input. */
export function elementwise(f: (x: number) => number): (x: Values) => Values {
  return ({ shape, data }) => ({ shape, data: data.map((x) => f(x)) });
}

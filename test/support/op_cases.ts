// Recorded cases of ops.json and central differences, for tests of single ops.
import type { ExecutionContext } from 'ava';
import { tensor, vjp, type Tensor } from '../../src/index.js';
import type { Dtype } from '../../src/dtype.js';
import { golden, type OpCase, type OpTensor } from './golden.js';

const { cases } = golden('ops');

function toTensor({ shape, data }: OpTensor, dtype: string | undefined): Tensor {
  return tensor(Float64Array.from(data, Number), { shape, dtype: (dtype ?? 'float64') as Dtype });
}

/** Where two lists of numbers first differ by more than 1e-12 (relative above 1), or null. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number | boolean>): string | null {
  if (actual.length !== expected.length) return `${actual.length} values, expected ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const b = Number(expected[i]);
    const close = Number.isFinite(b) ? Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b)) : Object.is(a, b);
    if (!close) return `element ${i} is ${a}, expected ${b}`;
  }
  return null;
}

function sameTensor(t: ExecutionContext, what: string, actual: Tensor, expected: OpTensor): void {
  t.deepEqual([...actual.shape], expected.shape, what);
  t.is(difference(actual.dataSync(), expected.data), null, what);
}

/**
 * Runs every recorded case of an op: value, dtype and, where they were recorded, gradients.
 * @example testCases(t, 'flip', (c, [x]) => flip(x!, c.axis as number));
 */
export function testCases(
  t: ExecutionContext,
  op: string,
  call: (args: Record<string, unknown>, inputs: Tensor[]) => Tensor | Tensor[],
): void {
  const chosen = cases.filter((c) => c.op === op);
  t.true(chosen.length > 0, `no recorded case of ${op}`);
  for (const c of chosen) {
    const parts = c.inputs.flatMap((input) => input);
    const dtypeOf = (i: number): string | undefined => (Array.isArray(c.inputs[0]) ? c.dtypes?.[0] : c.dtypes?.[i]);
    const inputs = parts.map((part, i) => toTensor(part, dtypeOf(i)));
    const what = `${op} ${JSON.stringify(c.arguments)}`;
    const result = call(c.arguments, inputs);
    const outputs = Array.isArray(result) ? result : [result];
    const values = Array.isArray(c.value) ? c.value : [c.value];
    t.is(outputs.length, values.length, what);
    for (const [i, value] of values.entries()) sameTensor(t, what, outputs[i]!, value);
    t.is(outputs[0]!.dtype, c.dtype as Dtype, what);
    testGradients(t, what, c, inputs, call);
  }
}

function testGradients(
  t: ExecutionContext,
  what: string,
  c: OpCase,
  inputs: Tensor[],
  call: (args: Record<string, unknown>, inputs: Tensor[]) => Tensor | Tensor[],
): void {
  if (c.gradients === undefined) return;
  for (const [i, expected] of c.gradients.flat().entries()) {
    if (expected === null) continue;
    const f = (x: Tensor): Tensor => [call(c.arguments, inputs.map((input, j) => (j === i ? x : input)))].flat()[0]!;
    const y = f(inputs[i]!);
    const dy = c.cotangent ?? { shape: [...y.shape], data: new Array<number>(y.size).fill(1) };
    const [, dx] = vjp(f, inputs[i]!, toTensor(dy, undefined));
    sameTensor(t, `${what}, gradient ${i}`, dx, expected);
  }
}

/**
 * Compares the gradient of sum(f(x) * w), w fixed and uneven, with central differences in float64.
 * @example testGradient(t, (x) => x.square(), tensor([1, 2], { dtype: 'float64' }));
 */
export function testGradient(t: ExecutionContext, f: (x: Tensor) => Tensor, x: Tensor, tolerance = 1e-6): void {
  const weight = (i: number): number => Math.sin(1 + 1.7 * i);
  const y = f(x);
  const dy = tensor(Float64Array.from({ length: y.size }, (_, i) => weight(i)), { shape: y.shape });
  const [, dx] = vjp(f, x, dy);
  t.deepEqual(dx.shape, x.shape);
  const values = x.dataSync();
  const total = (data: Float64Array): number =>
    Array.from(f(tensor(data, { shape: x.shape })).dataSync()).reduce((sum, value, i) => sum + value * weight(i), 0);
  const gradient = dx.dataSync();
  for (const [i, value] of values.entries()) {
    const step = 1e-5 * Math.max(1, Math.abs(value));
    const moved = (by: number): number => total(Float64Array.from(values, (v, j) => (j === i ? v + by : v)));
    const slope = (moved(step) - moved(-step)) / (2 * step);
    t.true(
      Math.abs(gradient[i]! - slope) <= tolerance * Math.max(1, Math.abs(slope)),
      `element ${i}: gradient ${gradient[i]}, central difference ${slope}`,
    );
  }
}

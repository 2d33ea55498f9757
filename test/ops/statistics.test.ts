import test from 'ava';
import {
  dot, floorDiv, grad, isFinite, isInf, isNaN, logicalNot, logsumexp, max, mean, min, mod, mul, norm, outer, pow, prod, square, std, sub, sum, tensor, variance, zeros,
  type Axes, type Tensor, type TensorLike,
} from '../../src/index.js';
import { golden } from '../support/golden.js';
import { testCases, testGradient } from '../support/op_cases.js';

const float64 = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'float64' });

const reductions: Record<string, (x: TensorLike, axis?: Axes, keepDims?: boolean) => Tensor> = {
  sum, mean, max, min, prod, var: variance, std, norm, logsumexp,
};
for (const [name, reduce] of Object.entries(reductions)) {
  test(`${name} gives the recorded values and gradients`, (t) => {
    testCases(t, name, ({ axis, keepDims }, [x]) => reduce(x!, (axis ?? undefined) as Axes, keepDims as boolean));
  });
}

test('pow, floorDiv, mod, dot and outer give the recorded values and gradients', (t) => {
  testCases(t, 'pow', (_, [a, b]) => pow(a!, b!));
  testCases(t, 'floorDiv', (_, [a, b]) => floorDiv(a!, b!));
  testCases(t, 'mod', (_, [a, b]) => mod(a!, b!));
  testCases(t, 'dot', (_, [a, b]) => dot(a!, b!));
  testCases(t, 'outer', (_, [a, b]) => outer(a!, b!));
});

test('isNaN, isFinite and logicalNot give the recorded values, isInf the infinities', (t) => {
  const { special } = golden('ops');
  for (const [name, op] of Object.entries({ isNan: isNaN, isFinite, logicalNot })) {
    const { x, value } = special[name]!;
    t.deepEqual(op(float64(x)).toArray(), value, name);
  }
  t.deepEqual(isInf([NaN, Infinity, -Infinity, 0]).toArray(), [false, true, true, false]);
  t.deepEqual(isNaN(tensor([1], { dtype: 'int32' })).toArray(), [false]);
});

test('the variance of numbers far from 0 keeps its digits', (t) => {
  const x = float64([1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4]);
  t.is(variance(x).item(), 1.25);
  t.is(variance(x, 0, false, 1).item(), 5 / 3);
  t.is(variance(tensor([5])).item(), 0);
  t.is(std(tensor(Uint8Array.of(1, 1, 5, 5))).item(), 2);
  testGradient(t, (v) => variance(v, 1), float64([[1, 2, 4], [3, -1, 0.5]]));
  testGradient(t, (v) => std(v, 0, true, 1), float64([[1, 2, 4], [3, -1, 0.5]]));
});

test('logsumexp neither overflows nor turns infinities into NaN', (t) => {
  t.true(Math.abs(logsumexp([1000, 1000]).item() - 1000 - Math.LN2) < 1e-4);
  t.is(logsumexp([-Infinity, -Infinity]).item(), -Infinity);
  t.is(logsumexp([Infinity, 0]).item(), Infinity);
  t.is(logsumexp([NaN, 0]).item(), NaN);
  testGradient(t, (v) => logsumexp(square(v), 1), float64([[1, 2, 0.5], [0.3, -1, 0.5]]));
  testGradient(t, grad((v: Tensor) => sum(mul(logsumexp(v, 0), [1, 2, 3]))), float64([[1, 2, 0.5], [0.3, -1, 0.5]]));
});

test('norm has the gradient 0 at 0, and orders 1 and infinity', (t) => {
  t.deepEqual(grad((v: Tensor) => norm(v))(zeros([2])).toArray(), [0, 0]);
  t.is(norm([3, -4], undefined, false, 1).item(), 7);
  t.is(norm([3, -4], undefined, false, Infinity).item(), 4);
  t.throws(() => norm([1], undefined, false, 3), { code: 'ERR_ARGUMENT' });
  testGradient(t, grad((v: Tensor) => sum(square(norm(v, 1)))), float64([[1, 2, 0.5], [0.3, -1, 0.5]]));
  testGradient(t, grad((v: Tensor) => norm(v)), float64([1, 2, 0.5]));
});

test('the gradient of prod is the product of the others, whatever is 0', (t) => {
  const slope = (values: number[]): unknown => grad((v: Tensor) => prod(v))(float64(values)).toArray();
  t.deepEqual(slope([2, 3, 4]), [12, 8, 6]);
  t.deepEqual(slope([2, 0, 4]), [0, 8, 0]);
  t.deepEqual(slope([0, 0, 4]), [0, 0, 0]);
  testGradient(t, (v) => prod(v, 1), float64([[1, 0, 2], [3, -2, 0.5]]));
  testGradient(t, grad((v: Tensor) => sum(prod(v, 0))), float64([[1, 4, 2], [3, -2, 0.5]]));
});

test('pow and mod have gradients, also at the edges of their domain', (t) => {
  testGradient(t, (v) => pow(v, [[2], [3]]), float64([[1, 2, 0.5], [0.3, -1, 0.5]]));
  testGradient(t, (v) => pow([2, 0.5, 3], v), float64([[1, 2, 0.5], [0.3, -1, 0.5]]));
  testGradient(t, (v) => mod(v, 0.7), float64([1, 2, -0.5]));
  testGradient(t, (v) => mod([5, -3, 2.5], v), float64([1.3, 2.1, -0.8]));
  t.deepEqual(grad((v: Tensor) => sum(pow(v, 0)))(float64([0, 2])).toArray(), [0, 0]);
  t.deepEqual(grad((v: Tensor) => sum(pow(0, v)))(float64([2, 1])).toArray(), [0, 0]);
  testGradient(t, grad((v: Tensor) => sum(pow(v, v))), float64([1.5, 2, 0.5]));
  t.deepEqual(pow(tensor([2, 3], { dtype: 'int32' }), 3).toArray(), [8, 27]);
  t.deepEqual(mod([-7, 7], [3, -3]).toArray(), [2, -2]);
});

test('mean divides once and turns integers into float32', (t) => {
  const x = tensor(new Float32Array(49).fill(1.1));
  t.is(mean(x).item(), Math.fround(sum(x).item() / 49));
  t.is(mean(tensor(Uint8Array.of(255, 255))).item(), 255);
  t.is(mean(tensor([true, false])).item(), 0.5);
  testGradient(t, (v) => sub(mean(square(v), 1, true), v), float64([[1, 2, 0.5], [0.3, -1, 0.5]]));
});

test('dot takes vectors only', (t) => {
  t.throws(() => dot(zeros([2, 2]), zeros([2])), { code: 'ERR_SHAPE' });
  t.throws(() => dot([1, 2], [1]), { code: 'ERR_SHAPE' });
});

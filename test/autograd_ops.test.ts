import test from 'ava';
import { customGradient, grad, hessian, jacobian, matmul, mul, prod, square, stopGradient, sum, tensor, tanh, vjp, type Tensor } from '../src/index.js';

const x = tensor([1, 2, 3], { dtype: 'float64' });

test('the jacobian of an element-wise function is diagonal, that of a product its matrix', (t) => {
  t.deepEqual(jacobian((v) => square(v))(x).toArray(), [[2, 0, 0], [0, 4, 0], [0, 0, 6]]);
  const w = tensor([[1, 2, 3], [4, 5, 6]], { dtype: 'float64' });
  t.deepEqual(jacobian((v) => matmul(w, v))(x).toArray(), w.toArray());
  t.deepEqual(jacobian((v) => sum(square(v)))(x).toArray(), [2, 4, 6]);
  t.deepEqual([...jacobian((v) => mul(v, 2))(w).shape], [2, 3, 2, 3]);
});

test('the hessian holds all second derivatives', (t) => {
  t.deepEqual(hessian((v) => prod(v))(x).toArray(), [[0, 3, 2], [3, 0, 1], [2, 1, 0]]);
  const third = grad((v: Tensor) => sum(hessian((u) => sum(mul(square(u), u)))(v)))(x);
  t.deepEqual(third.toArray(), [6, 6, 6]);
});

test('stopGradient keeps the value and lets no gradient through', (t) => {
  t.deepEqual(grad((v: Tensor) => sum(mul(v, stopGradient(v))))(x).toArray(), [1, 2, 3]);
  t.deepEqual(grad((v: Tensor) => sum(stopGradient(square(v))))(x).toArray(), [0, 0, 0]);
  t.deepEqual(stopGradient(x).toArray(), [1, 2, 3]);
});

test('customGradient may hand an input back: the identity with a gradient of its own', (t) => {
  const reversed = customGradient((v: Tensor) => ({ value: v, gradient: (dy) => [mul(dy, -1)] }));
  const y = reversed(x);
  t.not(y, x);
  t.is(y.bytes, x.bytes);
  t.deepEqual(grad((v: Tensor) => sum(square(reversed(v))))(x).toArray(), [-2, -4, -6]);
  t.deepEqual(vjp(reversed, x, tensor([1, 10, 100], { dtype: 'float64' }))[1].toArray(), [-1, -10, -100]);
  const both = customGradient((a: Tensor, b: Tensor) => ({ value: mul(a, b), gradient: (dy) => [tanh(dy), null] }));
  t.deepEqual(grad((v: Tensor) => sum(both(v, v)))(x).toArray(), new Array<number>(3).fill(Math.tanh(1)));
});

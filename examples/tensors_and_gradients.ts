// Tensors as in NumPy, gradients as in JAX.
import { concat, grad, tensor, valueAndGrad, where, type Tensor } from 'hebb';

const a = tensor([[1, 2, 3], [4, 5, 6]]);
const show = (title: string, x: Tensor): void => {
  console.log(`${title}:`, x.toArray());
};

// Shapes broadcast, methods chain, slices and transposes are views of the same bytes.
show('a + [10, 20, 30]', a.add([10, 20, 30]));
show('sum of the columns', a.sum(0));
show('a times its transpose', a.matmul(a.T));
show('last two columns', a.slice([], [-2, null]));
show('rows 1, 0, 1', a.gather([1, 0, 1]));
show('below 4, else 0', where(a.less(4), a, 0));
show('beside itself', concat([a, a], 1));

// A gradient is a function again, so gradients of any order are there.
const cube = (x: Tensor): Tensor => x.mul(x).mul(x).sum();
const x = tensor([1, 2, 3]);
show('x^3', x.mul(x).mul(x));
show('first derivative, 3 x^2', grad(cube)(x));
show('second derivative, 6 x', grad((z: Tensor) => grad(cube)(z).sum())(x));

// Linear regression by gradient descent: y = 2 x + 1.
const inputs = tensor([[0], [1], [2], [3]]);
const targets = tensor([[1], [3], [5], [7]]);
const [w, b] = [tensor([[0]]), tensor([0])];
const loss = (): Tensor => inputs.matmul(w).add(b).sub(targets).square().mean();
for (let step = 0; step < 500; step++) {
  const [, [dw, db]] = valueAndGrad(loss, [w, b]);
  w.assign(w.sub(dw!.mul(0.1)));
  b.assign(b.sub(db!.mul(0.1)));
}
console.log(`w ${w.item().toFixed(3)}, b ${b.item().toFixed(3)}, loss ${loss().item().toExponential(0)}`);

// Automatic differentiation: gradients of any function, of any order, exact to rounding.
//   node build-ts/examples/chapter/06_autodiff.js [FOLDER] [--text]
import { customGradient, grad, hessian, jacobian, linspace, plots, tensor, valueAndGrad, vjp, type NestedArray, type Tensor } from 'hebb';
import { draw, folder } from './pictures.js';

const numbers = (values: NestedArray): Tensor => tensor(values, { dtype: 'float64' });
const text = (x: Tensor): string => JSON.stringify(x.toArray(), (_, v: unknown) => (typeof v === 'number' ? Number(v.toFixed(6)) : v));

// The partial derivatives of f(u, v) = u^2 v + v + 2 are 2 u v and u^2 + 1.
const f = (u: Tensor, v: Tensor): Tensor => u.square().mul(v).add(v).add(2);
const [value, du, dv] = valueAndGrad(f)(numbers(3), numbers(4));
console.log(`f(3, 4) = ${value.item()}, df/du = ${du.item()}, df/dv = ${dv.item()}`);

// By differences the error is smallest for a step that is neither large nor small; automatic differentiation has none to choose.
const g = (x: Tensor): Tensor => x.sin().mul(x.exp());
const exact = 3.756049227094728; // e (sin 1 + cos 1)
for (const h of [1e-2, 1e-5, 1e-8, 1e-11]) {
  const quotient = (g(numbers(1 + h)).item() - g(numbers(1 - h)).item()) / (2 * h);
  console.log(`differences with step ${h.toExponential(0).padStart(5)}: error ${Math.abs(quotient - exact).toExponential(1)}`);
}
console.log(`automatic differentiation:     error ${Math.abs(grad(g)(numbers(1)).item() - exact).toExponential(1)}`);

// grad() answers a function, so it can be applied again.
const sum = (h: (x: Tensor) => Tensor) => (x: Tensor): Tensor => h(x).sum();
const first = grad(sum((x) => x.sin()));
const second = grad(sum(first));
const third = grad(sum(second));
const x = linspace(-6, 6, 121, { dtype: 'float64' });
console.log(`sin'''(0) = ${third(numbers([0])).dataSync()[0]!}`);
const curves = { sin: x.sin(), first: first(x), second: second(x), third: third(x) };
await draw('derivatives_of_sin', plots.lines(x, curves, { title: 'sin and its derivatives', xLabel: 'x' }));

// Functions of vectors: the Jacobian has a row per output, the Hessian the second derivatives, vjp one product with them.
const polar = (p: Tensor): Tensor => p.slice([0, 1]).mul(p.slice([1, 2]).cos()).mul([1, 0]).add(p.slice([0, 1]).mul(p.slice([1, 2]).sin()).mul([0, 1]));
const at = numbers([2, Math.PI / 2]);
console.log(`Jacobian of polar coordinates at (2, 90 degrees): ${text(jacobian(polar)(at))}`);
console.log(`vjp with (1, 1): ${text(vjp(polar, at, numbers([1, 1]))[1])}`);
const valley = (p: Tensor): Tensor => {
  const [u, v] = [p.slice([0, 1]), p.slice([1, 2])];
  return u.mul(-1).add(1).square().add(v.sub(u.square()).square().mul(100)).sum();
};
console.log(`Hessian of Rosenbrock's valley at its minimum: ${text(hessian(valley)(numbers([1, 1])))}`);

// Gradient descent needs nothing else.
const p = numbers([-1, 1.5]);
const slope = grad(valley);
for (let step = 0; step < 20000; step++) p.assign(p.sub(slope(p).mul(0.0015)));
console.log(`gradient descent in the valley: ${text(p)} after 20,000 steps`);

// A gradient of one's own, where the formula is known to be better: log(1 + e^x) overflows, its derivative need not.
const naive = (z: Tensor): Tensor => z.exp().add(1).log();
const stable = customGradient((z: Tensor) => ({ value: naive(z), gradient: (dy: Tensor) => [dy.mul(z.sigmoid())] }));
console.log(`d/dz log(1 + e^z) at 1000: automatically ${grad(naive)(numbers(1000)).item()}, by a rule of one's own ${grad(stable)(numbers(1000)).item()}`);

await draw('activations', plots.activations(['step', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'selu', 'gelu', 'softplus']));
console.log(`pictures are in ${folder}`);

import { grad, pullback, untracked } from './autograd.js';
import { composed } from './ops/composed.js';
import { reshape, stack, tensor } from './ops/index.js';
import { checkTensor, Tensor } from './tensor.js';

/**
 * x with no way back: the same values (the same bytes), through which no gradient flows.
 *
 * @example
 * grad((x) => x.mul(stopGradient(x)).sum())(tensor([3])).toArray(); // [3], not [6]
 */
export const stopGradient = composed('stopGradient', <T extends Tensor>(x: T): T => {
  checkTensor('stopGradient', x);
  return new Tensor(x.block, x.offset, x.layout) as T;
});

/**
 * The Jacobian of f: all derivatives of all elements of f(x), of shape [...f(x).shape, ...x.shape]. One run of f and one
 * backward pass per element of f(x).
 *
 * @throws ERR_DTYPE unless x is a float tensor
 * @example
 * jacobian((x) => x.square())(tensor([1, 2])).toArray(); // [[2, 0], [0, 4]]
 */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const { y, back } = pullback(f, x);
    const shape = [...y.shape, ...x.shape];
    if (y.size === 0) return untracked(() => tensor([], { shape, dtype: x.dtype }));
    const rows = Array.from({ length: y.size }, (_, i) => {
      const seed = new Float64Array(y.size);
      seed[i] = 1;
      return back(tensor(seed, { shape: y.shape, dtype: y.dtype }));
    });
    return reshape(stack(rows), shape);
  };
}

/**
 * The Hessian of a scalar function: all second derivatives, of shape [...x.shape, ...x.shape].
 *
 * @throws ERR_ARGUMENT unless f returns one float number
 * @example
 * hessian((x) => x.prod())(tensor([2, 3])).toArray(); // [[0, 1], [1, 0]]
 */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return jacobian(grad(f));
}

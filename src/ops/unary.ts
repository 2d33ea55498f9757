import { isTracked, record } from '../autograd.js';
import { nativeOp } from '../native.js';
import { wrap, type Shape, type Tensor, type TensorLike } from '../tensor.js';
import { cast } from './copy.js';
import { add, div, greaterEqual, lessEqual, logicalAnd, mul, sub } from './binary.js';
import { toTensor } from './create.js';
import { rememberLogits } from './logits.js';

/** An element-wise op of one tensor. */
export type UnaryOp = <S extends Shape>(x: Tensor<S> | TensorLike) => Tensor<S>;

/**
 * The slope dy/dx as ops, so that it can be differentiated again; null where it is 0 everywhere. The first derivative is
 * the native one of unary.def unless a higher one is being taken.
 */
export type Slope = ((x: Tensor, y: Tensor, p: number, q: number) => Tensor) | null;

/** Makes an element-wise op with up to two parameters from its native name. */
export function unary(name: string, slope: Slope): (x: TensorLike, p?: number, q?: number) => Tensor {
  const op = nativeOp(name);
  const gradOp = nativeOp(`${name}Grad`);
  return (input, p = 0, q = 0) => {
    const x = toTensor(input);
    const y = wrap(op(x.bytes, x.offset, x.layout.id, p, q), x);
    if (slope !== null) {
      record(y, [x], (dy) => [
        () => {
          if (isTracked(x, dy)) return mul(dy, slope(x, y, p, q));
          return wrap(
            gradOp(x.bytes, x.offset, x.layout.id, y.bytes, y.offset, y.layout.id, dy.bytes, dy.offset, dy.layout.id, p, q),
            x,
            y,
            dy,
          );
        },
      ]);
    }
    return y;
  };
}

/** 1 where the condition holds, else 0, in the type of x. */
function where01(condition: Tensor, x: Tensor): Tensor {
  return cast(condition, x.dtype);
}

/** -x. @example neg([1, -2]).toArray(); // [-1, 2] */
export const neg = unary('neg', (x) => sub(mul(x, 0), 1)) as UnaryOp;
/** |x|. @example abs([1, -2]).toArray(); // [1, 2] */
export const abs = unary('abs', (x) => sign(x)) as UnaryOp;
/** -1, 0 or 1 by the sign of x. No gradient (0 everywhere). @example sign([3, 0, -2]).toArray(); // [1, 0, -1] */
export const sign = unary('sign', null) as UnaryOp;
/** 1 where x >= 0, else 0: the threshold of a logic unit. No gradient (0 everywhere). @example step([0.5, -0.5]).toArray(); // [1, 0] */
export const step = unary('step', null) as UnaryOp;
/** x squared. @example square([3]).toArray(); // [9] */
export const square = unary('square', (x) => mul(x, 2)) as UnaryOp;
/** e to the power x, within 1 ULP. @example exp([0]).toArray(); // [1] */
export const exp = unary('exp', (_x, y) => y) as UnaryOp;
/** exp(x) - 1 without cancellation near 0. @example expm1([0]).toArray(); // [0] */
export const expm1 = unary('expm1', (_x, y) => add(y, 1)) as UnaryOp;
/** Natural logarithm. @example log([1]).toArray(); // [0] */
export const log = unary('log', (x) => div(1, x)) as UnaryOp;
/** log(1 + x) without cancellation near 0. @example log1p([0]).toArray(); // [0] */
export const log1p = unary('log1p', (x) => div(1, add(x, 1))) as UnaryOp;
/** Square root, correctly rounded. @example sqrt([9]).toArray(); // [3] */
export const sqrt = unary('sqrt', (_x, y) => div(0.5, y)) as UnaryOp;
/** 1 / sqrt(x). @example rsqrt([4]).toArray(); // [0.5] */
export const rsqrt = unary('rsqrt', (x, y) => div(mul(y, -0.5), x)) as UnaryOp;
/** 1 / x. @example reciprocal([4]).toArray(); // [0.25] */
export const reciprocal = unary('reciprocal', (_x, y) => mul(square(y), -1)) as UnaryOp;
/** The largest whole number <= x. No gradient (0 everywhere). @example floor([1.5]).toArray(); // [1] */
export const floor = unary('floor', null) as UnaryOp;
/** The smallest whole number >= x. No gradient (0 everywhere). @example ceil([1.5]).toArray(); // [2] */
export const ceil = unary('ceil', null) as UnaryOp;
/** The nearest whole number, halves to even. No gradient (0 everywhere). @example round([2.5]).toArray(); // [2] */
export const round = unary('round', null) as UnaryOp;
/** Sine of x in radians. @example sin([0]).toArray(); // [0] */
export const sin = unary('sin', (x) => cos(x)) as UnaryOp;
/** Cosine of x in radians. @example cos([0]).toArray(); // [1] */
export const cos = unary('cos', (x) => mul(sin(x), -1)) as UnaryOp;
/** Tangent of x in radians. @example tan([0]).toArray(); // [0] */
export const tan = unary('tan', (_x, y) => add(square(y), 1)) as UnaryOp;
/** Hyperbolic tangent. @example tanh([0]).toArray(); // [0] */
export const tanh = unary('tanh', (_x, y) => sub(1, square(y))) as UnaryOp;
/** The error function. @example erf([0]).toArray(); // [0] */
export const erf = unary('erf', (x) => mul(exp(mul(square(x), -1)), 2 / Math.sqrt(Math.PI))) as UnaryOp;

const clipNative = unary('clip', (x, _y, p, q) => where01(logicalAnd(greaterEqual(x, p), lessEqual(x, q)), x));
/** x limited to [low, high]; NaN propagates. @example clip([1, 5], 2, 4).toArray(); // [2, 4] */
export function clip<S extends Shape>(x: Tensor<S> | TensorLike, low: number, high: number): Tensor<S> {
  return clipNative(x, low, high) as Tensor<S>;
}

const sigmoidNative = unary('sigmoid', (_x, y) => mul(y, sub(1, y)));
/** 1 / (1 + exp(-x)). @example sigmoid([0]).toArray(); // [0.5] */
export function sigmoid<S extends Shape>(input: Tensor<S> | TensorLike): Tensor<S> {
  const x = toTensor(input);
  return rememberLogits(sigmoidNative(x), x, 'sigmoid') as Tensor<S>;
}

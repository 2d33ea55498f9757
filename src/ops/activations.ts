import { record } from '../autograd.js';
import { HebbError } from '../errors.js';
import { nativeOp } from '../native.js';
import { checkNames } from '../options.js';
import { wrap, type Shape, type Tensor, type TensorLike } from '../tensor.js';
import { add, div, greater, greaterEqual, less, lessEqual, minimum, mul, sub } from './binary.js';
import { composed } from './composed.js';
import { cast } from './copy.js';
import { toTensor } from './create.js';
import { overAxis } from './over_axis.js';
import { sum } from './reduce.js';
import { slice } from './slice.js';
import { abs, clip, erf, exp, neg, sigmoid, sqrt, square, tanh, unary, type UnaryOp } from './unary.js';
import { where } from './where.js';

/** 1 where the condition holds, else 0, in the type of x. */
function one(condition: Tensor, x: Tensor): Tensor {
  return cast(condition, x.dtype);
}

/** x unchanged. @example linear([1, -1]).toArray(); // [1, -1] */
export const linear = composed('linear', <S extends Shape>(x: Tensor<S> | TensorLike): Tensor<S> => toTensor(x) as Tensor<S>);
/** e to the power x: exp() under the name of the activation. @example exponential([0]).toArray(); // [1] */
export const exponential = composed('exponential', exp);

const reluNative = unary('relu', (x) => one(greater(x, 0), x));
/** Options of relu(). */
export interface ReluOptions {
  /** Slope below the threshold; 0 by default. */
  negativeSlope?: number | undefined;
  /** Largest value; none by default. */
  maxValue?: number | null | undefined;
  /** Where the ramp begins; 0 by default. */
  threshold?: number | undefined;
}
const reluOptionNames = ['negativeSlope', 'maxValue', 'threshold'];
/**
 * max(x, 0); with options maxValue for x >= maxValue, x from the threshold on, below it negativeSlope (x - threshold).
 *
 * @example
 * relu([1, -1]).toArray(); // [1, 0]
 * relu([9, 1, -1], { maxValue: 6, negativeSlope: 0.1 }).toArray(); // [6, 1, -0.1]
 */
export const relu = composed('relu', <S extends Shape>(input: Tensor<S> | TensorLike, options: ReluOptions = {}): Tensor<S> => {
  checkNames('relu', options, reluOptionNames);
  const { negativeSlope = 0, maxValue = null, threshold: start = 0 } = options;
  const x = toTensor(input);
  let y: Tensor;
  if (start !== 0) y = where(greater(x, start), x, mul(sub(x, start), negativeSlope));
  else y = negativeSlope === 0 ? reluNative(x) : leakyReluNative(x, negativeSlope);
  return (maxValue === null ? y : minimum(y, maxValue)) as Tensor<S>;
});

const leakyReluNative = unary('leakyRelu', (x, _y, slope) => add(mul(one(greaterEqual(x, 0), x), 1 - slope), slope));
/** x for x >= 0, else slope * x; the slope is 0.2 by default (Keras). @example leakyRelu([-1, 1]).toArray(); // [-0.2, 1] */
export function leakyRelu<S extends Shape>(x: Tensor<S> | TensorLike, slope = 0.2): Tensor<S> {
  return leakyReluNative(x, slope) as Tensor<S>;
}

const eluNative = unary('elu', (x, y, alpha) => where(greater(x, 0), 1, add(y, alpha)));
/** x for x > 0, else alpha (exp(x) - 1) (Clevert et al. 2016). @example elu([1]).toArray(); // [1] */
export function elu<S extends Shape>(x: Tensor<S> | TensorLike, alpha = 1): Tensor<S> {
  return eluNative(x, alpha) as Tensor<S>;
}

const celuNative = unary('celu', (x, _y, alpha) => where(greater(x, 0), 1, exp(div(minimum(x, 0), alpha))));
/** x for x > 0, else alpha (exp(x / alpha) - 1) (Barron 2017). @example celu([1]).toArray(); // [1] */
export function celu<S extends Shape>(x: Tensor<S> | TensorLike, alpha = 1): Tensor<S> {
  return celuNative(x, alpha) as Tensor<S>;
}

const seluScale = 1.0507009873554805;
const seluSlope = 1.7580993408473766;
/** 1.0507 x for x > 0, else 1.7581 (exp(x) - 1): keeps mean 0 and variance 1 (Klambauer et al. 2017). @example selu([0]).toArray(); // [0] */
export const selu = unary('selu', (x, y) => where(greater(x, 0), seluScale, add(y, seluSlope))) as UnaryOp;

/** log(1 / (1 + exp(-x))). @example logSigmoid([0]).toArray(); // [-0.6931472] */
export const logSigmoid = unary('logSigmoid', (x) => sigmoid(neg(x))) as UnaryOp;
/** log(1 + exp(x)), a smooth relu. @example softplus([0]).toArray(); // [0.6931472] */
export const softplus = unary('softplus', (x) => sigmoid(x)) as UnaryOp;
/** x / (1 + |x|). @example softsign([1]).toArray(); // [0.5] */
export const softsign = unary('softsign', (x) => div(1, square(add(abs(x), 1)))) as UnaryOp;
/** x sigmoid(x), also called swish (Ramachandran et al. 2017). @example silu([0]).toArray(); // [0] */
export const silu = unary('silu', (x) => {
  const s = sigmoid(x);
  return mul(s, add(mul(x, sub(1, s)), 1));
}) as UnaryOp;
/** silu() by its other name. @example swish([0]).toArray(); // [0] */
export const swish = composed('swish', silu);

const normalDensity = (x: Tensor): Tensor => mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
const normalShareBelow = (x: Tensor): Tensor => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
const geluExact = unary('gelu', (x) => add(normalShareBelow(x), mul(x, normalDensity(x))));
const geluTanh = unary('geluTanh', (x) => {
  const scale = Math.sqrt(2 / Math.PI);
  const t = tanh(mul(add(x, mul(mul(square(x), x), 0.044715)), scale));
  const slope = mul(add(mul(square(x), 3 * 0.044715), 1), scale);
  return add(mul(add(t, 1), 0.5), mul(mul(mul(x, 0.5), sub(1, square(t))), slope));
});
/**
 * x times the share of a normal distribution below x (Hendrycks and Gimpel 2016).
 *
 * @param options approximate: the tanh formula instead of the error function
 * @example
 * gelu([0]).toArray(); // [0]
 */
export const gelu = composed('gelu', <S extends Shape>(x: Tensor<S> | TensorLike, options: { approximate?: boolean } = {}): Tensor<S> => {
  checkNames('gelu', options, ['approximate']);
  return (options.approximate === true ? geluTanh(x) : geluExact(x)) as Tensor<S>;
});

/** x tanh(softplus(x)) (Misra 2019). @example mish([0]).toArray(); // [0] */
export const mish = unary('mish', (x) => {
  const t = tanh(softplus(x));
  return add(t, mul(mul(x, sigmoid(x)), sub(1, square(t))));
}) as UnaryOp;

/** min(max(x / 6 + 1/2, 0), 1). @example hardSigmoid([0]).toArray(); // [0.5] */
export const hardSigmoid = unary('hardSigmoid', (x) => mul(one(less(abs(x), 3), x), 1 / 6)) as UnaryOp;
/** x hardSigmoid(x), also called hardSwish. @example hardSilu([3]).toArray(); // [3] */
export const hardSilu = unary('hardSilu', (x) =>
  where(lessEqual(x, -3), 0, where(greaterEqual(x, 3), 1, add(div(x, 3), 0.5))),
) as UnaryOp;
/** hardSilu() by its other name. @example hardSwish([3]).toArray(); // [3] */
export const hardSwish = composed('hardSwish', hardSilu);

const hardShrinkNative = unary('hardShrink', (x, _y, limit) => one(greater(abs(x), limit), x));
/** x where |x| > limit, else 0. @example hardShrink([0.2, 1]).toArray(); // [0, 1] */
export function hardShrink<S extends Shape>(x: Tensor<S> | TensorLike, limit = 0.5): Tensor<S> {
  return hardShrinkNative(x, limit) as Tensor<S>;
}
const softShrinkNative = unary('softShrink', (x, _y, limit) => one(greater(abs(x), limit), x));
/** x moved towards 0 by limit, 0 within. @example softShrink([0.2, 1]).toArray(); // [0, 0.5] */
export function softShrink<S extends Shape>(x: Tensor<S> | TensorLike, limit = 0.5): Tensor<S> {
  return softShrinkNative(x, limit) as Tensor<S>;
}
const thresholdNative = unary('threshold', (x, _y, limit) => one(greater(x, limit), x));
/** x where x > limit, else value. @example threshold([0.2, 1], 0.5, 0).toArray(); // [0, 1] */
export function threshold<S extends Shape>(x: Tensor<S> | TensorLike, limit = 0, value = 0): Tensor<S> {
  return thresholdNative(x, limit, value) as Tensor<S>;
}

/** x - tanh(x). @example tanhShrink([0]).toArray(); // [0] */
export const tanhShrink = unary('tanhShrink', (x) => square(tanh(x))) as UnaryOp;

const squareplusNative = unary('squareplus', (x, _y, b) => mul(add(div(x, sqrt(add(square(x), b))), 1), 0.5));
/** (x + sqrt(x^2 + b)) / 2 (Barron 2021). @example squareplus([0]).toArray(); // [1] */
export function squareplus<S extends Shape>(x: Tensor<S> | TensorLike, b = 4): Tensor<S> {
  return squareplusNative(x, b) as Tensor<S>;
}

/** 0 below -1, x above 1, (x + 1)^2 / 4 between. @example sparsePlus([0]).toArray(); // [0.25] */
export const sparsePlus = unary('sparsePlus', (x) => clip(mul(add(x, 1), 0.5), 0, 1)) as UnaryOp;
/** min(max((x + 1) / 2, 0), 1). @example sparseSigmoid([0]).toArray(); // [0.5] */
export const sparseSigmoid = unary('sparseSigmoid', (x) => mul(one(less(abs(x), 1), x), 0.5)) as UnaryOp;

/** x limited to [-1, 1]. @example hardTanh([3]).toArray(); // [1] */
export const hardTanh = composed('hardTanh', <S extends Shape>(x: Tensor<S> | TensorLike): Tensor<S> =>
  clip(x, -1, 1));
/** x limited to [0, 6]. @example relu6([7]).toArray(); // [6] */
export const relu6 = composed('relu6', <S extends Shape>(x: Tensor<S> | TensorLike): Tensor<S> =>
  clip(x, 0, 6));

/**
 * Gated linear unit: the first half along an axis times the sigmoid of the second (Dauphin et al. 2017).
 *
 * @throws ERR_SHAPE when the axis does not divide by 2; ERR_ARGUMENT for an axis out of range
 * @example
 * glu([2, 0]).toArray(); // [1]
 */
export const glu = composed('glu', (input: TensorLike, axis = -1): Tensor => {
  const x = toTensor(input);
  const at = axis < 0 ? axis + x.rank : axis;
  const size = x.shape[at] ?? NaN;
  if (Number.isNaN(size)) throw new HebbError('ERR_ARGUMENT', `glu: axis ${axis} is out of range for a tensor of rank ${x.rank}`);
  if (size % 2 !== 0) throw new HebbError('ERR_SHAPE', `glu: axis ${axis} of [${x.shape.join(',')}] does not divide by 2`);
  const half = (from: number, to: number): Tensor => slice(x, ...x.shape.map((_, i): [number?, number?] => (i === at ? [from, to] : [])));
  return mul(half(0, size / 2), sigmoid(half(size / 2, size)));
});

const sparsemaxNative = nativeOp('sparsemax');

/**
 * The point of the probability simplex nearest to x, along an axis (the last by default): a softmax with exact zeros
 * (Martins and Astudillo 2016). Its gradient is spread over the elements above 0.
 *
 * @throws ERR_ARGUMENT for an axis out of range
 * @example
 * sparsemax([0, 2]).toArray(); // [0, 1]
 */
export const sparsemax = composed('sparsemax', (input: TensorLike, axis = -1): Tensor => {
  return overAxis('sparsemax', toTensor(input), axis, (x) => {
    const y = wrap(sparsemaxNative(x.bytes, x.offset, x.layout.id), x);
    record(y, [x], (dy) => [
      () => {
        const support = one(greater(y, 0), y);
        return mul(support, sub(dy, div(sum(mul(dy, support), -1, true), sum(support, -1, true))));
      },
    ]);
    return y;
  });
});

import { record, type LazyGradient } from '../autograd.js';
import { nativeOp } from '../native.js';
import type { BroadcastFits, BroadcastShape, ShapeOf } from '../shape_types.js';
import { checkTensor, Tensor, wrap, type Shape, type TensorLike } from '../tensor.js';
import { cast } from './copy.js';
import { toTensor } from './create.js';
import { fit } from './fit.js';

/** An element-wise op of two tensors, broadcast; literal shapes that do not fit are a compile error. */
export type BinaryOp = <A extends TensorLike, B extends TensorLike>(
  a: A,
  b: B & BroadcastFits<ShapeOf<A>, ShapeOf<B>>,
) => Tensor<BroadcastShape<ShapeOf<A>, ShapeOf<B>>>;

/** From a, b, the result y and its gradient dy to the gradients of a and b before they are summed to their shapes. */
type BinaryGradient = (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => [LazyGradient, LazyGradient];

/** Makes a broadcasting element-wise op from its native name; without a gradient it is one that has none (comparisons). */
export function binary(name: string, gradient?: BinaryGradient): BinaryOp {
  const op = nativeOp(name);
  return ((left: TensorLike, right: TensorLike): Tensor => {
    const a = left instanceof Tensor ? left : toTensor(left, right instanceof Tensor ? right : undefined);
    const b = right instanceof Tensor ? right : toTensor(right, a);
    const y = wrap(op(a.bytes, a.offset, a.layout.id, b.bytes, b.offset, b.layout.id), a, b);
    if (gradient !== undefined) {
      record(y, [a, b], (dy) => {
        const [da, db] = gradient(dy, a, b, y);
        return [() => fit(da(), a), () => fit(db(), b)];
      });
    }
    return y;
  });
}

/** a + b, element by element, broadcast. @example add([1, 2], 10).toArray(); // [11, 12] */
export const add: BinaryOp = binary('add', (dy) => [() => dy, () => dy]);

/** a - b, element by element, broadcast. @example sub([1, 2], 10).toArray(); // [-9, -8] */
export const sub: BinaryOp = binary('sub', (dy) => [() => dy, () => mul(dy, -1)]);

/** a * b, element by element, broadcast. @example mul([1, 2], 10).toArray(); // [10, 20] */
export const mul: BinaryOp = binary('mul', (dy, a, b) => [() => mul(dy, b), () => mul(dy, a)]);

/** a / b, element by element, broadcast; integers give float32. @example div([1, 2], 4).toArray(); // [0.25, 0.5] */
export const div: BinaryOp = binary('div', (dy, _a, b, y) => [() => div(dy, b), () => mul(mul(dy, -1), div(y, b))]);

const addInPlaceNative = nativeOp('addInPlace');

/**
 * Adds `value` (broadcast, cast to x's type) to the elements of x, in place. Not differentiable: gradients do not see it.
 *
 * @throws ERR_SHAPE when value does not fit; ERR_DTYPE for bool
 * @example
 * addInPlace(tensor([1, 2]), 10).toArray(); // [11, 12]
 */
export function addInPlace<S extends Shape>(x: Tensor<S>, value: TensorLike): Tensor<S> {
  checkTensor('addInPlace', x);
  const v = toTensor(value, x);
  addInPlaceNative(x.bytes, x.offset, x.layout.id, v.bytes, v.offset, v.layout.id);
  return x;
}

/** a == b as bool. @example equal([1, 2], 2).toArray(); // [false, true] */
export const equal: BinaryOp = binary('equal');
/** a != b as bool. @example notEqual([1, 2], 2).toArray(); // [true, false] */
export const notEqual: BinaryOp = binary('notEqual');
/** a < b as bool. @example less([1, 2], 2).toArray(); // [true, false] */
export const less: BinaryOp = binary('less');
/** a <= b as bool. @example lessEqual([1, 2], 1).toArray(); // [true, false] */
export const lessEqual: BinaryOp = binary('lessEqual');
/** a > b as bool. @example greater([1, 2], 1).toArray(); // [false, true] */
export const greater: BinaryOp = binary('greater');
/** a >= b as bool. @example greaterEqual([1, 2], 2).toArray(); // [false, true] */
export const greaterEqual: BinaryOp = binary('greaterEqual');
/** a and b as bool; numbers count as true unless 0. @example logicalAnd([true, false], true).toArray(); // [true, false] */
export const logicalAnd: BinaryOp = binary('logicalAnd');
/** a or b as bool. @example logicalOr([true, false], false).toArray(); // [true, false] */
export const logicalOr: BinaryOp = binary('logicalOr');
/** Either a or b, not both, as bool. @example logicalXor([true, false], true).toArray(); // [false, true] */
export const logicalXor: BinaryOp = binary('logicalXor');

/** The larger of a and b; NaN propagates. At a tie the gradient is shared equally. @example maximum([1, 3], 2).toArray(); // [2, 3] */
export const maximum: BinaryOp = binary('maximum', (dy, a, b) => [() => mul(dy, share(greater, a, b)), () => mul(dy, share(greater, b, a))]);

/** The smaller of a and b; NaN propagates. At a tie the gradient is shared equally. @example minimum([1, 3], 2).toArray(); // [1, 2] */
export const minimum: BinaryOp = binary('minimum', (dy, a, b) => [() => mul(dy, share(less, a, b)), () => mul(dy, share(less, b, a))]);

/** 1 where a wins, 1/2 at a tie, else 0. */
function share(wins: BinaryOp, a: Tensor, b: Tensor): Tensor {
  return add(cast(wins(a, b), a.dtype), mul(cast(equal(a, b), a.dtype), 0.5));
}

import { record } from '../autograd.js';
import { deviceIndex, deviceName } from '../device.js';
import { dtypeIndex, type Dtype, type TypedArray } from '../dtype.js';
import { HebbError } from '../errors.js';
import { nativeOp } from '../native.js';
import { checkList } from '../options.js';
import type { ReshapeFits, ReshapeShape, Reversed } from '../shape_types.js';
import { checkTensor, disposedError, isCapturing, wrap, type Shape, type ShapeLiteral, type Tensor, type TensorLike } from '../tensor.js';
import { composed } from './composed.js';
import { checkDtype, tensor, toTensor } from './create.js';

const castNative = nativeOp('cast');
const copyNative = nativeOp('copy');
const assignNative = nativeOp('assign');
const reshapeNative = nativeOp('reshape');
const transposeNative = nativeOp('transpose');
const broadcastToNative = nativeOp('broadcastTo');
const sumToNative = nativeOp('sumTo');

/**
 * x with another element type. Real numbers become integers toward zero, saturating, NaN as 0; bool means "not zero".
 *
 * @example
 * tensor([1.7, -1.7]).cast('int32').toArray(); // [1, -1]
 */
export function cast<S extends Shape>(x: Tensor<S>, dtype: Dtype): Tensor<S> {
  checkTensor('cast', x);
  const y = wrap(castNative(x.bytes, x.offset, x.layout.id, dtypeIndex[checkDtype('cast', dtype)]), x);
  record(y, [x], (dy) => [() => cast(dy, x.dtype)]);
  return y as Tensor<S>;
}

/** A row-major copy with bytes of its own. @example tensor([1, 2]).copy().toArray(); // [1, 2] */
export function copy<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor('copy', x);
  const y = wrap(copyNative(x.bytes, x.offset, x.layout.id), x);
  record(y, [x], (dy) => [() => dy]);
  return y as Tensor<S>;
}

/**
 * Overwrites the elements of x, in place, with `value` (broadcast, cast). Not differentiable: gradients do not see it.
 *
 * @throws ERR_SHAPE when value does not fit
 * @example
 * zeros([2]).assign([1, 2]).toArray(); // [1, 2]
 */
export function assign<S extends Shape>(x: Tensor<S>, value: TensorLike): Tensor<S> {
  checkTensor('assign', x);
  const given = toTensor(value, x);
  if (given.isDisposed) throw disposedError('assign');
  const source = moved(given, x.block.device);
  assignNative(x.bytes, x.offset, x.layout.id, source.bytes, source.offset, source.layout.id);
  if (source !== given) source.dispose();
  if (given !== value) given.dispose();
  return x;
}

/**
 * Overwrites the elements of x, in place, with plain numbers in row-major order.
 *
 * @throws ERR_SHAPE unless there are as many values as elements
 * @example
 * copyFrom(zeros([2, 2]), new Float32Array([1, 2, 3, 4])).toArray(); // [[1, 2], [3, 4]]
 */
export const copyFrom = composed('copyFrom', <S extends Shape>(x: Tensor<S>, values: TypedArray | readonly number[]): Tensor<S> => {
  checkTensor('copyFrom', x);
  if (!ArrayBuffer.isView(values)) checkList('copyFrom', 'values', values, 'numbers');
  if (values.length !== x.size) {
    throw new HebbError('ERR_SHAPE', `copyFrom: ${values.length} values for ${x.size} elements, shape [${x.shape.join(',')}]`);
  }
  return assign(x, tensor(values, { shape: x.shape, dtype: x.dtype }));
});

/**
 * x on a device ('cpu', 'cuda', 'cuda:1'): itself when it is there already, else a copy. Waits for x.
 *
 * @throws ERR_DEVICE for a device that is not available; ERR_CAPTURE for a value that a program has yet to compute
 * @example
 * to(ones([2]), 'cpu').device; // 'cpu'
 */
export const to = composed('to', <T extends Tensor>(x: T, device: string): T => {
  checkTensor('to', x);
  return moved(x, deviceIndex(device));
});

/** As to(), by the index of the device. */
function moved<T extends Tensor>(x: T, index: number): T {
  if (x.block.device === index) return x;
  const device = deviceName(index);
  if (isCapturing() && typeof x.bytes === 'number' && x.bytes >= 0) {
    throw new HebbError('ERR_CAPTURE', `to: a program stays on one device, its tensor cannot move from ${x.device} to ${device}`);
  }
  const y = tensor(x.dataSync(), { shape: x.shape, dtype: x.dtype, device });
  record(y, [x], (dy) => [() => to(dy, x.device)]);
  return y as T;
}

/**
 * The same elements in another shape, as a view where the layout allows; one size may be -1 and is then computed.
 *
 * @throws ERR_SHAPE when the sizes do not multiply to the same number
 * @example
 * arange(6).reshape([2, -1]).shape; // [2, 3]
 */
export function reshape<A extends Shape, const S extends ShapeLiteral>(x: Tensor<A>, shape: S & ReshapeFits<A, S>): Tensor<ReshapeShape<S>> {
  checkTensor('reshape', x);
  const y = wrap(reshapeNative(x.bytes, x.offset, x.layout.id, shape), x);
  record(y, [x], (dy) => [() => reshape<Shape, Shape>(dy, x.shape)]);
  return y as Tensor<ReshapeShape<S>>;
}

/**
 * A view with the dimensions in another order; reversed by default.
 *
 * @throws ERR_ARGUMENT unless `axes` is a permutation
 * @example
 * zeros([2, 3, 4]).transpose([0, 2, 1]).shape; // [2, 4, 3]
 */
export function transpose<S extends Shape>(x: Tensor<S>): Tensor<Reversed<S>>;
export function transpose(x: Tensor, axes?: readonly number[]): Tensor;
export function transpose(x: Tensor, axes?: readonly number[]): Tensor {
  checkTensor('transpose', x);
  const order = axes ?? x.shape.map((_, i) => x.rank - 1 - i);
  const y = wrap(transposeNative(x.bytes, x.offset, x.layout.id, order), x);
  record(y, [x], (dy) => {
    const inverse = new Array<number>(x.rank).fill(0);
    for (const [i, axis] of order.entries()) inverse[axis < 0 ? axis + x.rank : axis] = i;
    return [() => transpose(dy, inverse)];
  });
  return y;
}

/**
 * A view of x repeated along new and size-1 dimensions, by NumPy's rule.
 *
 * @throws ERR_SHAPE
 * @example
 * broadcastTo(tensor([1, 2]), [2, 2]).toArray(); // [[1, 2], [1, 2]]
 */
export function broadcastTo<const S extends ShapeLiteral>(x: Tensor, shape: S): Tensor<S> {
  checkTensor('broadcastTo', x);
  const y = wrap(broadcastToNative(x.bytes, x.offset, x.layout.id, shape), x);
  record(y, [x], (dy) => [() => sumTo(dy, x.shape)]);
  return y as Tensor<S>;
}

/**
 * The sum of x over the dimensions that broadcasting `shape` to x's shape would repeat: the gradient of broadcastTo.
 *
 * @throws ERR_SHAPE unless `shape` broadcasts to x's shape
 * @example
 * sumTo(ones([3, 2]), [2]).toArray(); // [3, 3]
 */
export const sumTo = composed('sumTo', <const S extends ShapeLiteral>(x: Tensor, shape: S): Tensor<S> => {
  checkTensor('sumTo', x);
  checkList('sumTo', 'shape', shape, 'sizes');
  if (sameShape(x.shape, shape)) return x as Tensor<S>;
  const y = wrap(sumToNative(x.bytes, x.offset, x.layout.id, shape), x);
  record(y, [x], (dy) => [() => broadcastTo(dy, x.shape)]);
  return y as Tensor<S>;
});

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a === b || (a.length === b.length && a.every((dim, i) => dim === b[i]));
}

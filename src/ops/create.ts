import { deviceIndex } from '../device.js';
import { arrayClasses, dtypeIndex, type Dtype, type TypedArray } from '../dtype.js';
import { HebbError } from '../errors.js';
import { nativeOp } from '../native.js';
import { checkList } from '../options.js';
import type { DataShape } from '../shape_types.js';
import { scalar } from '../scalar.js';
import { checkTensor, Tensor, hostEmpty, hostOver, hostView, isCapturing, placed, wrap, type NestedArray, type Shape, type ShapeLiteral, type TensorLike } from '../tensor.js';
import { composed } from './composed.js';
import { checkTensorOptions, type TensorOptions } from './create_options.js';

export type { TensorOptions } from './create_options.js';

const tensorOptionNames = ['dtype', 'device', 'shape', 'transfer'];

/** How a tensor is made of a typed array. */
export interface DataOptions {
  /**
   * Takes the memory of a typed array instead of copying it: afterwards the array and all others on its ArrayBuffer are
   * empty, as after postMessage() with a transfer list. For data so large that there should be no second copy. Memory
   * that cannot be given away is copied: that of WebAssembly, of a SharedArrayBuffer, of Node's pool for small Buffers.
   */
  transfer?: boolean;
}

const fillNative = nativeOp('fill');

/** The shape as plain numbers, checked. @throws ERR_SHAPE unless every size is a whole number >= 0. */
export function checkShape(op: string, shape: Shape): Shape {
  checkList(op, 'shape', shape, 'sizes');
  for (const dim of shape) {
    if (!Number.isSafeInteger(dim) || dim < 0) {
      throw new HebbError('ERR_SHAPE', `${op}: sizes are whole numbers >= 0, got [${shape.join(',')}]`);
    }
  }
  return shape;
}

/** The dtype of that name. @throws ERR_DTYPE when there is none. */
export function checkDtype(op: string, dtype: Dtype): Dtype {
  if (!(dtype in dtypeIndex)) {
    throw new HebbError('ERR_DTYPE', `${op}: dtype is one of ${Object.keys(dtypeIndex).join(', ')}, got '${dtype}'`);
  }
  return dtype;
}

/**
 * A tensor of the given shape full of one value.
 *
 * @example
 * full([2, 3], 7).toArray(); // [[7, 7, 7], [7, 7, 7]]
 */
export function full<const S extends ShapeLiteral>(shape: S, value: number, options: TensorOptions = {}): Tensor<S> {
  checkTensorOptions('full', options);
  const dtype = dtypeIndex[checkDtype('full', options.dtype ?? 'float32')];
  return wrap(fillNative(deviceIndex(options.device), dtype, checkShape('full', shape), value)) as Tensor<S>;
}

/** A tensor full of zeros. @example zeros([2]).toArray(); // [0, 0] */
export const zeros = composed('zeros', <const S extends ShapeLiteral>(shape: S, options?: TensorOptions): Tensor<S> =>
  full(shape, 0, options));

/** A tensor full of ones. @example ones([2]).toArray(); // [1, 1] */
export const ones = composed('ones', <const S extends ShapeLiteral>(shape: S, options?: TensorOptions): Tensor<S> =>
  full(shape, 1, options));

/** Zeros of the shape, dtype and device of x. @example zerosLike(ones([2])).toArray(); // [0, 0] */
export const zerosLike = composed('zerosLike', <S extends Shape>(x: Tensor<S>): Tensor<S> => {
  checkTensor('zerosLike', x);
  return full(x.shape, 0, x);
});

/** Ones of the shape, dtype and device of x. @example onesLike(zeros([2])).toArray(); // [1, 1] */
export const onesLike = composed('onesLike', <S extends Shape>(x: Tensor<S>): Tensor<S> => {
  checkTensor('onesLike', x);
  return full(x.shape, 1, x);
});

function nestedShape(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let level: NestedArray | undefined = data; Array.isArray(level); level = (level as readonly NestedArray[])[0]) {
    shape.push((level as readonly NestedArray[]).length);
  }
  return shape;
}

function flatten(data: NestedArray, shape: Shape, axis: number, out: (number | boolean)[]): void {
  if (axis === shape.length) {
    if (typeof data !== 'number' && typeof data !== 'boolean') {
      throw new HebbError(
        'ERR_ARGUMENT',
        Array.isArray(data)
          ? `tensor: ragged data, a longer or deeper array than [${shape.join(',')}]`
          : `tensor: expected numbers or booleans, got ${(data as unknown) instanceof Tensor ? 'a tensor among them; stack() and concat() join tensors' : `${typeof data} ${String(data)}`}`,
      );
    }
    out.push(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[axis]) {
    throw new HebbError('ERR_ARGUMENT', `tensor: ragged data, not every part fits the shape [${shape.join(',')}]`);
  }
  for (const part of data as readonly NestedArray[]) flatten(part, shape, axis + 1, out);
}

function typedArrayDtype(data: TypedArray): Dtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if ((data as unknown) instanceof Uint8Array) return 'uint8';
  const kind = Object.prototype.toString.call(data).slice(8, -1);
  throw new HebbError('ERR_DTYPE', `tensor: a ${kind} is not supported; use Float32Array, Float64Array, Int32Array or Uint8Array`);
}

/** Integers saturate and NaN becomes 0, as in cast(). */
function store(values: ArrayLike<number | boolean>, out: TypedArray, dtype: Dtype): void {
  const low = dtype === 'uint8' ? 0 : -2147483648;
  const high = dtype === 'uint8' ? 255 : 2147483647;
  const integer = dtype === 'uint8' || dtype === 'int32';
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (dtype === 'bool') out[i] = value !== 0 ? 1 : 0;
    else out[i] = integer ? Math.min(high, Math.max(low, Math.trunc(value || 0))) : value;
  }
}

/** The elements of a typed array, which gives its memory away; undefined where it cannot. */
function taken(data: TypedArray): TypedArray | undefined {
  const { byteOffset, length } = data;
  const buffer = data.buffer as ArrayBuffer;
  try {
    return new (arrayClasses[typedArrayDtype(data)])(structuredClone(buffer, { transfer: [buffer] }), byteOffset, length);
  } catch {
    return undefined;
  }
}

/**
 * A tensor from numbers, nested arrays or a typed array; the data is copied unless it is transferred.
 *
 * @param data nested arrays (shape and dtype inferred: booleans give bool, numbers float32) or a flat typed array (its own dtype)
 * @param options shape of flat data, dtype, device, transfer
 * @throws ERR_ARGUMENT for ragged or non-numeric data, or when there is no typed array of the dtype to transfer; ERR_SHAPE when
 * the shape does not fit; ERR_DTYPE
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * tensor(new Float64Array(6), { shape: [2, 3] }).dtype; // 'float64'
 * tensor(new Uint8Array(6), { transfer: true }).size; // 6
 */
export function tensor<const D extends NestedArray | TypedArray, const S extends ShapeLiteral = DataShape<D>>(
  data: D,
  options: TensorOptions & DataOptions & { shape?: S } = {},
): Tensor<S> {
  checkTensorOptions('tensor', options, tensorOptionNames);
  const device = deviceIndex(options.device);
  let values: ArrayLike<number | boolean>;
  let dtype: Dtype;
  let shape: Shape;
  if (ArrayBuffer.isView(data)) {
    dtype = typedArrayDtype(data);
    values = data;
    shape = [data.length];
  } else {
    shape = nestedShape(data);
    const flat: (number | boolean)[] = [];
    flatten(data, shape, 0, flat);
    values = flat;
    dtype = flat.length > 0 && flat.every((value) => typeof value === 'boolean') ? 'bool' : 'float32';
  }
  dtype = checkDtype('tensor', options.dtype ?? dtype);
  if (options.shape !== undefined) {
    const size = checkShape('tensor', options.shape).reduce((product, dim) => product * dim, 1);
    if (size !== values.length) {
      throw new HebbError('ERR_SHAPE', `tensor: ${values.length} values do not fit the shape [${options.shape.join(',')}]`);
    }
    shape = options.shape;
  }
  // Of a Buffer too, which is a Uint8Array.
  const fits = ArrayBuffer.isView(data) && dtype === typedArrayDtype(data);
  if (options.transfer === true) {
    if (!fits) throw new HebbError('ERR_ARGUMENT', `tensor: transfer takes a typed array of the tensor's own type, ${dtype}`);
    const own = taken(data);
    if (own !== undefined) return placed(hostOver(own, dtype, shape) as Tensor<S>, device);
  }
  const out = hostEmpty(dtype, shape);
  const target = hostView(out);
  if (fits) target.set(data);
  else store(values, target, dtype);
  return placed(out as Tensor<S>, device);
}

/** x itself if it is a tensor, else a new one from numbers; a plain number takes the float type of `like`. */
export function toTensor(x: TensorLike, like?: Tensor): Tensor {
  if (x instanceof Tensor) return x;
  if (typeof x !== 'number') return tensor(x, like && { device: like.device });
  const device = like?.block.device ?? deviceIndex();
  const dtype = scalarDtype(x, like);
  // While capturing, a number is a constant of the program, not a launch of it.
  return device === 0 || isCapturing() ? placed(scalar(x, dtype), device) : wrap(fillNative(device, dtypeIndex[dtype], [], x));
}

/** A number does not widen its partner: whole numbers keep an integer type, others meet it in float32. */
function scalarDtype(x: number, like?: Tensor): Dtype {
  if (like === undefined) return 'float32';
  if (like.dtype === 'float32' || like.dtype === 'float64') return like.dtype;
  return Number.isInteger(x) && Math.abs(x) < 2 ** 31 ? (like.dtype === 'uint8' && x >= 0 && x < 256 ? 'uint8' : 'int32') : 'float32';
}

import { deviceIndex, deviceName } from './device.js';
import { arrayClasses, dtypeIndex, type Dtype, type TypedArray } from './dtype.js';
import { HebbError } from './errors.js';
import { layoutOf, type Layout } from './layout.js';
import { blockOf, deviceBlock, disposedBlock, forgetFresh, hold, release, results, takenBlock, type Block } from './memory.js';
import { native, nativeOp, type Bytes } from './native.js';
import { valueText } from './options.js';

/** Sizes of the dimensions, outermost first; literal where they are known to the compiler. */
export type Shape = readonly number[];

/** A shape as a const type parameter takes it: a literal [2, 3] becomes the type [2, 3], not readonly [2, 3]. */
export type ShapeLiteral = Shape | number[];

/** Nested arrays of numbers or booleans. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** What an op accepts where it wants a tensor. */
export type TensorLike = Tensor | NestedArray | TypedArray;

/** The tensors made since the innermost scope() began; undefined outside scopes. */
export interface ScopeSink {
  add(tensor: Tensor): void;
}
let scopeSink: ScopeSink | undefined;

/** Directs new tensors to a scope, or to none; answers the one before. */
export function setScopeSink(sink: ScopeSink | undefined): ScopeSink | undefined {
  const previous = scopeSink;
  scopeSink = sink;
  return previous;
}

const assignNative = nativeOp('assign');
const contiguousNative = nativeOp('contiguous');

/** Through which few elements are read: the ArrayBuffer that native fills for a new typed array would cost more than the rest. */
const fewBytes = new ArrayBuffer(256);

/** While a program is captured no value exists yet, so none can be read. */
let capturing = false;

/** Tells the tensors whether a program is being captured. */
export function setCapturing(value: boolean): void {
  capturing = value;
}

/** Whether a program is being captured. */
export function isCapturing(): boolean {
  return capturing;
}

/**
 * An n-dimensional array of one element type on a device. Its elements are reached through ops; views share bytes.
 *
 * @example
 * const a = tensor([[1, 2], [3, 4]]);
 * a.add(1).matmul(a.T).toArray(); // [[8, 18], [14, 32]]
 */
export class Tensor<S extends Shape = Shape> {
  /** The shape as a type only: no such property exists. */
  declare readonly __shape?: S;
  /** @internal */
  block: Block;
  /** @internal Position of the first element, in elements. */
  offset: number;
  /** @internal */
  readonly layout: Layout;

  /** @internal Tensors are made by tensor(), zeros(), ops and so on. */
  constructor(block: Block, offset: number, layout: Layout) {
    this.block = block;
    this.offset = offset;
    this.layout = layout;
    hold(block);
    if (scopeSink !== undefined) scopeSink.add(this);
  }

  /** @internal */
  get bytes(): Bytes {
    return this.block.bytes;
  }
  /** Sizes of the dimensions. */
  get shape(): S {
    return this.layout.shape as S;
  }
  /** The element type. */
  get dtype(): Dtype {
    return this.layout.dtype;
  }
  /** The number of elements. */
  get size(): number {
    return this.layout.size;
  }
  /** The number of dimensions. */
  get rank(): number {
    return this.layout.rank;
  }
  /** The device that holds the elements. */
  get device(): string {
    return deviceName(this.block.device);
  }
  /** Whether dispose() was called. */
  get isDisposed(): boolean {
    return this.block === disposedBlock;
  }

  /** Frees the bytes at once, unless other views of them live; ops that use the tensor afterwards throw ERR_DISPOSED. */
  dispose(): void {
    if (this.block === disposedBlock) return;
    release(this.block);
    this.block = disposedBlock;
  }

  /** @internal Moves a tensor that a captured function returned to bytes that can be read; `home` is uint8. */
  rehome(home: Tensor): void {
    this.offset += home.offset / arrayClasses[this.dtype].BYTES_PER_ELEMENT;
    this.block = home.block;
    hold(home.block);
  }

  /** `using t = ...` disposes at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * The elements in row-major order as a new typed array (bool as 0 and 1). Waits for a running program's current step.
   *
   * @throws ERR_CAPTURE while capturing, ERR_DISPOSED.
   */
  dataSync(): TypedArray {
    if (capturing) {
      throw new HebbError(
        'ERR_CAPTURE',
        'dataSync: no value exists while a program is captured; return the tensor from the captured function and read it after run()',
      );
    }
    if (this.isDisposed) throw disposedError('dataSync');
    const few = this.size * arrayClasses[this.dtype].BYTES_PER_ELEMENT <= fewBytes.byteLength;
    const target = few ? new arrayClasses[this.dtype](fewBytes, 0, this.size) : new arrayClasses[this.dtype](this.size);
    const source = this.layout.contiguous ? this : wrap(contiguousNative(this.bytes, this.offset, this.layout.id), this);
    if (source.block.device > 0) {
      const offset = source.offset * target.BYTES_PER_ELEMENT;
      native.download(source.bytes as number, offset, target.buffer as ArrayBuffer, 0, target.byteLength);
    } else {
      assignNative(target.buffer as ArrayBuffer, 0, source.layout.id, source.bytes, source.offset, source.layout.id);
    }
    if (source !== this) source.dispose();
    return few ? target.slice() : target;
  }

  /** As dataSync(), off the JavaScript thread where the device computes asynchronously. */
  data(): Promise<TypedArray> {
    return new Promise((resolve) => {
      resolve(this.dataSync());
    });
  }

  /** The only element, as a number (bool: 0 or 1). @throws ERR_SHAPE when there are more. */
  item(): number {
    if (this.size !== 1) {
      throw new HebbError('ERR_SHAPE', `item: the tensor has ${this.size} elements, shape [${this.shape.join(',')}]`);
    }
    return this.dataSync()[0] ?? NaN;
  }

  /** Nested arrays of numbers (bool: booleans); a number or boolean for rank 0. */
  toArray(): NestedArray {
    const data = this.dataSync();
    const { shape } = this;
    const boolean = this.dtype === 'bool';
    let next = 0;
    const build = (axis: number): NestedArray => {
      if (axis === shape.length) {
        const value = data[next++] ?? NaN;
        return boolean ? value !== 0 : value;
      }
      return Array.from({ length: shape[axis] ?? 0 }, () => build(axis + 1));
    };
    return build(0);
  }

  /** As toArray(): what JSON.stringify() writes of a tensor, where NaN and infinities are null. */
  toJSON(): NestedArray {
    return this.toArray();
  }
}

/** Checks that an argument is a tensor. @throws ERR_ARGUMENT naming what was given instead */
export function checkTensor(op: string, x: unknown, name = 'x'): void {
  if (!(x instanceof Tensor)) throw new HebbError('ERR_ARGUMENT', `${op}: ${name} is a tensor, got ${valueText(x)}`);
}

/** The error of an op that is given a tensor without values; native makes the same one. */
export function disposedError(op: string): HebbError {
  return new HebbError('ERR_DISPOSED', `${op}: this tensor was disposed, its values are gone`);
}

/** The tensor that the last native call answered with the given layout id; `inputs` were its tensor arguments. */
export function wrap(layoutId: number, ...inputs: readonly Tensor[]): Tensor {
  const token = results[0] ?? 0;
  const block = blockOf(token, token < 0 ? inputs.map((input) => input.block) : []);
  const made = new Tensor(block, results[1] ?? 0, layoutOf(layoutId));
  forgetFresh();
  return made;
}

/** The `count` tensors that the last native call answered. */
export function wrapAll(count: number, ...inputs: readonly Tensor[]): Tensor[] {
  const blocks = inputs.map((input) => input.block);
  const made = Array.from(
    { length: count },
    (_, i) => new Tensor(blockOf(results[3 * i] ?? 0, blocks), results[3 * i + 1] ?? 0, layoutOf(results[3 * i + 2] ?? 0)),
  );
  forgetFresh();
  return made;
}

/** Uninitialised host memory, to be filled by JavaScript; never part of a program being captured. */
export function hostEmpty(dtype: Dtype, shape: Shape): Tensor {
  return wrap(native.hostEmpty(dtypeIndex[dtype], shape));
}

/** A tensor over row-major elements whose ArrayBuffer nobody else has: they are not copied. Never part of a program being captured. */
export function hostOver(data: TypedArray, dtype: Dtype, shape: Shape): Tensor {
  const layout = layoutOf(native.layoutOf(dtypeIndex[dtype], shape));
  return new Tensor(takenBlock(data.buffer as ArrayBuffer), data.byteOffset / data.BYTES_PER_ELEMENT, layout);
}

/** Uninitialised memory of a device, as bytes; never part of a program being captured. */
export function emptyBytes(device: number, bytes: number): Tensor {
  const host = hostEmpty('uint8', [device > 0 ? 0 : bytes]);
  if (device === 0) return host;
  return new Tensor(deviceBlock(native.upload(device, null, 0, bytes)), 0, host.layout);
}

/** The elements of a row-major tensor on the CPU, on another device; never part of a program being captured. */
function upload(x: Tensor, device: number): Tensor {
  const size = arrayClasses[x.dtype].BYTES_PER_ELEMENT;
  return new Tensor(deviceBlock(native.upload(device, x.bytes as ArrayBuffer, x.offset * size, x.size * size)), 0, x.layout);
}

/** A tensor made by hostEmpty() and filled, on a device: the default device unless told otherwise. */
export function placed<T extends Tensor>(x: T, device = deviceIndex()): T {
  if (device === 0) return x;
  const there = upload(x, device);
  x.dispose();
  return there as T;
}

/** A typed array over the elements of a tensor made by hostEmpty(). */
export function hostView(x: Tensor): TypedArray {
  const Elements = arrayClasses[x.dtype];
  return new Elements(x.bytes as ArrayBuffer, x.offset * Elements.BYTES_PER_ELEMENT, x.size);
}

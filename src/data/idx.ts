import { HebbError } from '../errors.js';

/** The contents of an IDX file: row-major elements of the given shape. */
export interface IdxArray {
  shape: number[];
  data: Uint8Array | Int32Array | Float32Array | Float64Array;
}

interface ElementType {
  bytes: number;
  make: (count: number) => IdxArray['data'];
  read: (view: DataView, at: number) => number;
}

/** By the third byte of the file. Multi-byte elements are big-endian; short integers widen to int32. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  0x08: { bytes: 1, make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  0x09: { bytes: 1, make: (n) => new Int32Array(n), read: (view, at) => view.getInt8(at) },
  0x0b: { bytes: 2, make: (n) => new Int32Array(n), read: (view, at) => view.getInt16(at) },
  0x0c: { bytes: 4, make: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at) },
  0x0d: { bytes: 4, make: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at) },
  0x0e: { bytes: 8, make: (n) => new Float64Array(n), read: (view, at) => view.getFloat64(at) },
};

/**
 * Reads an IDX file, the format of MNIST: two zero bytes, the element type, the rank, the sizes as big-endian unsigned
 * 32-bit integers, the elements in row-major order.
 *
 * @param bytes the whole file, uncompressed
 * @param name what errors call it
 * @returns the shape and the elements, copied; 8- and 16-bit signed integers as int32
 * @throws ERR_FORMAT for anything else than a complete IDX file
 * @example
 * readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9)); // { shape: [2], data: Uint8Array [7, 9] }
 */
export function readIdx(bytes: Uint8Array, name = 'IDX file'): IdxArray {
  const fail = (fault: string): never => {
    throw new HebbError('ERR_FORMAT', `readIdx: ${name}: ${fault}`);
  };
  if (bytes.length < 4) fail(`${bytes.length} bytes are too short for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = view.getUint8(3);
  const type = elementTypes[view.getUint8(2)];
  if (view.getUint16(0) !== 0 || type === undefined) {
    return fail(`starts with 0x${view.getUint32(0).toString(16).padStart(8, '0')}, which is no IDX header`);
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) fail(`ends within its header of ${start} bytes`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== start + count * type.bytes) {
    fail(`${bytes.length} bytes, but a shape of [${shape.join(',')}] takes ${start + count * type.bytes}`);
  }
  const data = type.make(count);
  if (data instanceof Uint8Array) data.set(bytes.subarray(start));
  else for (let i = 0; i < count; i++) data[i] = type.read(view, start + i * type.bytes);
  return { shape, data };
}

/** The element types of tensors, in the order in which they are promoted: the later of two wins. */
export const dtypes = ['bool', 'uint8', 'int32', 'float32', 'float64'] as const;

/** An element type. */
export type Dtype = (typeof dtypes)[number];

/** The typed array that holds elements of some dtype; bool is held as bytes 0 and 1. */
export type TypedArray = Uint8Array | Int32Array | Float32Array | Float64Array;

interface TypedArrayClass {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedArray;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray;
}

/** For each dtype the class of its typed array. */
export const arrayClasses: Readonly<Record<Dtype, TypedArrayClass>> = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** The number that stands for a dtype in calls to the addon. */
export const dtypeIndex: Readonly<Record<Dtype, number>> = { bool: 0, uint8: 1, int32: 2, float32: 3, float64: 4 };

/** Whether a dtype holds real numbers, so that gradients flow through it. */
export function isFloat(dtype: Dtype): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** The dtype in which two dtypes meet. */
export function promote(a: Dtype, b: Dtype): Dtype {
  return dtypeIndex[a] >= dtypeIndex[b] ? a : b;
}

import type { Dtype } from '../dtype.js';
import { checkNames } from '../options.js';
import { Tensor } from '../tensor.js';

/** Where and as what a tensor is made. */
export interface TensorOptions {
  /** Element type; float32 unless the data says otherwise. */
  dtype?: Dtype;
  /** Device of the result; the default device (setDevice) unless given. */
  device?: string;
}

const optionNames = ['dtype', 'device'];

/** @throws ERR_ARGUMENT for another option than `known`; a tensor, like which a new one is made, may have what it likes */
export function checkTensorOptions(op: string, options: TensorOptions, known: readonly string[] = optionNames): void {
  if (!(options instanceof Tensor)) checkNames(op, options, known);
}

import { savedFunction } from '../own_parts.js';
import { expandDims, tile, transpose, zeros } from '../ops/index.js';
import { returnedRows } from '../returned.js';
import { scope } from '../scope.js';
import type { Shape, Tensor } from '../tensor.js';
import { Layer, type Config, type LayerOptions } from './layer.js';
import { checkList } from '../options.js';

/** Passes its inputs on. */
export class Identity extends Layer {
  constructor(options: LayerOptions = {}) {
    super('identity', options);
  }
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  call(x: Tensor): Tensor {
    return x;
  }
  getConfig(): Config {
    return {};
  }
}

/** Options of permute(). */
export interface PermuteOptions extends LayerOptions {
  /** The dimensions of an input in their new order, counted from 1: [2, 1] swaps the two. */
  dims: readonly number[];
}

/** Puts the dimensions of each input in another order. */
export class Permute extends Layer {
  constructor(private readonly options: PermuteOptions) {
    super('permute', options);
    const { dims } = options;
    checkList(this.kind, 'dims', dims, 'dimensions from 1 on');
    if ([...dims].sort((a, b) => a - b).some((dim, i) => dim !== i + 1)) {
      throw this.error('ERR_ARGUMENT', `dims holds each number from 1 to ${dims.length} once, got [${dims.map(String).join(',')}]`);
    }
  }
  outputShape(inputShape: Shape): Shape {
    const { dims } = this.options;
    if (dims.length === inputShape.length) return dims.map((dim) => inputShape[dim - 1] ?? 0);
    throw this.error('ERR_SHAPE', `dims [${dims.join(',')}] do not fit inputs [*,${inputShape.join(',')}]`);
  }
  call(x: Tensor): Tensor {
    return transpose(x, [0, ...this.options.dims]);
  }
  getConfig(): Config {
    return { dims: this.options.dims };
  }
}

/** Options of repeatVector(). */
export interface RepeatVectorOptions extends LayerOptions {
  /** How often. */
  n: number;
}

/** [batch, features] -> [batch, n, features]. */
export class RepeatVector extends Layer {
  constructor(private readonly options: RepeatVectorOptions) {
    super('repeatVector', options);
    if (!Number.isSafeInteger(options.n) || options.n < 1) throw this.error('ERR_ARGUMENT', `n is a whole number >= 1, got ${options.n}`);
  }
  outputShape(inputShape: Shape): Shape {
    if (inputShape.length !== 1) throw this.error('ERR_SHAPE', `needs inputs [*,features], got [*,${inputShape.join(',')}]`);
    return [this.options.n, ...inputShape];
  }
  call(x: Tensor): Tensor {
    return tile(expandDims(x, 1), [1, this.options.n, 1]);
  }
  getConfig(): Config {
    return { n: this.options.n };
  }
}

/** A function of your own as a layer without weights; a file knows it by its name, see loadModel(). */
export class Lambda extends Layer {
  constructor(private readonly f: (x: Tensor) => Tensor, options: LayerOptions = {}) {
    super('lambda', options);
    if (typeof f !== 'function') throw this.error('ERR_ARGUMENT', `needs a function, got ${typeof f}`);
  }
  outputShape(inputShape: Shape): Shape {
    return scope(() => returnedRows(`${this.name || this.kind}: its function`, this.f(zeros([1, ...inputShape], { dtype: this.dtype })), 1).shape.slice(1));
  }
  call(x: Tensor): Tensor {
    return this.f(x);
  }
  getConfig(): Config {
    return { function: savedFunction(this.f, 'function') };
  }
}

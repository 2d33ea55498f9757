import { activated, activatedShape, getActivation, savedActivation, type ActivationLike } from '../activations.js';
import { add, cast, mul, reshape} from '../ops/index.js';
import { isFloat, type Dtype } from '../dtype.js';
import type { Shape, Tensor } from '../tensor.js';
import { Layer, type CallContext, type Config, type LayerOptions } from './layer.js';
import { checkList, checkRowShape } from '../options.js';

function sizeOf(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Real numbers from whatever a data set holds: of the given type, or by default of the type that x has if it is real. */
export function toFloat(x: Tensor, dtype: Dtype = isFloat(x.dtype) ? x.dtype : 'float32'): Tensor {
  return x.dtype === dtype ? x : cast(x, dtype);
}

/** [batch, ...] -> [batch, product of the rest]. */
export class Flatten extends Layer {
  constructor(options: LayerOptions = {}) {
    super('flatten', options);
  }
  outputShape(inputShape: Shape): Shape {
    return [sizeOf(inputShape)];
  }
  call(x: Tensor): Tensor {
    return reshape(x, [x.shape[0] ?? 0, sizeOf(x.shape.slice(1))]);
  }
  getConfig(): Config {
    return {};
  }
}

/** Options of reshape(). */
export interface ReshapeOptions extends LayerOptions {
  /** Shape of one output; one size may be -1. */
  targetShape: Shape;
}

/** [batch, ...] -> [batch, ...targetShape]. */
export class Reshape extends Layer {
  constructor(private readonly options: ReshapeOptions) {
    super('reshape', options);
    const { targetShape } = options;
    checkList(this.kind, 'targetShape', targetShape, 'whole numbers');
    if (!targetShape.every((dim) => Number.isSafeInteger(dim) && dim >= -1) || targetShape.filter((dim) => dim === -1).length > 1) {
      throw this.error('ERR_SHAPE', `targetShape holds whole numbers >= 0 and at most one -1, got [${targetShape.map(String).join(',')}]`);
    }
  }
  outputShape(inputShape: Shape): Shape {
    const { targetShape } = this.options;
    const known = sizeOf(targetShape.filter((dim) => dim !== -1));
    const size = sizeOf(inputShape);
    const shape = targetShape.map((dim) => (dim === -1 ? size / known : dim));
    if (sizeOf(shape) !== size || !shape.every(Number.isSafeInteger)) {
      throw this.error('ERR_SHAPE', `cannot make [*,${targetShape.join(',')}] of [*,${inputShape.join(',')}]`);
    }
    return shape;
  }
  call(x: Tensor): Tensor {
    return reshape(x, [x.shape[0] ?? 0, ...this.outputShape(x.shape.slice(1))]);
  }
  getConfig(): Config {
    return { targetShape: this.options.targetShape };
  }
}

/** Options of activation(). */
export interface ActivationOptions extends LayerOptions {
  activation: ActivationLike;
}

/** An activation function as a layer of its own. */
export class ActivationLayer extends Layer {
  constructor(private readonly options: ActivationOptions) {
    super('activation', options);
    getActivation(options.activation);
  }
  outputShape(inputShape: Shape): Shape {
    return activatedShape(this.options.activation, inputShape);
  }
  call(x: Tensor): Tensor {
    return activated(this.options.activation, toFloat(x));
  }
  getConfig(): Config {
    return { activation: savedActivation(this.options.activation) };
  }
}

/** Options of rescaling(). */
export interface RescalingOptions extends LayerOptions {
  scale: number;
  offset?: number;
}

/** x * scale + offset, in float32: `rescaling({ scale: 1 / 255 })` brings bytes to [0, 1]. */
export class Rescaling extends Layer {
  constructor(private readonly options: RescalingOptions) {
    super('rescaling', options);
    const { scale, offset = 0 } = options;
    if (!Number.isFinite(scale) || !Number.isFinite(offset)) {
      throw this.error('ERR_ARGUMENT', `scale and offset are numbers, got ${scale} and ${offset}`);
    }
  }
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  call(x: Tensor, _context: CallContext): Tensor {
    const { scale, offset = 0 } = this.options;
    const scaled = mul(toFloat(x), scale);
    return offset === 0 ? scaled : add(scaled, offset);
  }
  getConfig(): Config {
    return { scale: this.options.scale, offset: this.options.offset ?? 0 };
  }
}

/** Names the shape of a model's input; passes it on unchanged. */
export class Input extends Layer {
  constructor(private readonly shape: Shape, options: LayerOptions = {}) {
    checkRowShape('input', 'shape', shape);
    checkRowShape('input', 'inputShape', options.inputShape ?? shape);
    super('input', { ...options, inputShape: shape });
  }
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  call(x: Tensor): Tensor {
    return x;
  }
  getConfig(): Config {
    return { shape: this.shape };
  }
}

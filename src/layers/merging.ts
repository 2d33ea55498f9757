import * as ops from '../ops/index.js';
import type { Shape, Tensor } from '../tensor.js';
import { known } from './known.js';
import { Layer, type CallContext, type Config, type LayerOptions } from './layer.js';
import { toFloat } from './shaping.js';
import { flag, valueText } from '../options.js';

/** A layer that makes one tensor of several: apply() takes an array. */
export abstract class MergingLayer extends Layer {
  /** The fewest inputs that it takes, and the most. */
  protected readonly inputs: readonly [least: number, most: number] = [2, Infinity];

  /** The shape of one output for the shapes of the inputs, without the batch. @throws ERR_SHAPE when they do not fit together */
  abstract mergedShape(shapes: readonly Shape[]): Shape;
  /** The output for a batch of each input. */
  abstract merge(inputs: readonly Tensor[], context: CallContext): Tensor;

  override shapesOf(shapes: readonly Shape[]): readonly Shape[] {
    const [least, most] = this.inputs;
    if (shapes.length < least || shapes.length > most) {
      throw this.error('ERR_ARGUMENT', `takes ${least === most ? '' : 'at least '}${least} inputs, got ${shapes.length}`);
    }
    return [this.mergedShape(shapes)];
  }
  override buildAll(shapes: readonly Shape[]): void {
    this.shapesOf(shapes);
  }
  override callAll(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return [this.merge(inputs, context)];
  }
  outputShape(inputShape: Shape): Shape {
    return this.shapesOf([inputShape])[0] ?? inputShape;
  }
  call(x: Tensor, context: CallContext): Tensor {
    this.outputShape(x.shape.slice(1));
    return this.merge([x], context);
  }

  protected shapeError(shapes: readonly Shape[], why: string): Error {
    return this.error('ERR_SHAPE', `inputs ${shapes.map((shape) => `[*,${shape.join(',')}]`).join(' and ')} ${why}`);
  }
}

/** Combines inputs element by element, broadcast along dimensions of size 1. */
export class Elementwise extends MergingLayer {
  constructor(
    kind: string,
    options: LayerOptions,
    private readonly combine: (inputs: readonly Tensor[]) => Tensor,
    protected override readonly inputs: readonly [number, number] = [2, Infinity],
  ) {
    super(kind, options);
  }
  mergedShape(shapes: readonly Shape[]): Shape {
    const [first = []] = shapes;
    return first.map((_, i) => {
      const sizes = new Set(shapes.map((shape) => shape[i] ?? 0));
      sizes.delete(1);
      if (sizes.size > 1 || shapes.some(({ length }) => length !== first.length)) throw this.shapeError(shapes, 'do not have one shape');
      return [...sizes][0] ?? 1;
    });
  }
  merge(inputs: readonly Tensor[]): Tensor {
    return this.combine(inputs.map((x) => toFloat(x)));
  }
  getConfig(): Config {
    return {};
  }
}

const pairwise = (op: (a: Tensor, b: Tensor) => Tensor) => (inputs: readonly Tensor[]): Tensor => inputs.reduce((a, b) => op(a, b));
const total = pairwise((a, b) => ops.add(a, b));

/** Options of concatenate(). */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis, the batch being 0; -1 by default. */
  axis?: number;
}

/** Joins inputs along an axis. */
export class Concatenate extends MergingLayer {
  constructor(private readonly options: ConcatenateOptions = {}) {
    super('concatenate', options);
    const { axis = -1 } = options;
    if (!Number.isSafeInteger(axis)) throw this.error('ERR_ARGUMENT', `axis is a whole number, got ${valueText(axis)}`);
  }
  mergedShape(shapes: readonly Shape[]): Shape {
    const [first = []] = shapes;
    const { axis = -1 } = this.options;
    const along = rowAxis(axis, first);
    if (along === undefined) throw this.error('ERR_ARGUMENT', `axis counts the batch as 0 and is not the batch, got ${axis} for [*,${first.join(',')}]`);
    for (const shape of shapes) {
      if (shape.length !== first.length || shape.some((dim, i) => i !== along && dim !== first[i])) {
        throw this.shapeError(shapes, `differ in more than axis ${axis}`);
      }
    }
    return first.map((dim, i) => (i === along ? shapes.reduce((sum, shape) => sum + (shape[i] ?? 0), 0) : dim));
  }
  merge(inputs: readonly Tensor[]): Tensor {
    return ops.concat(inputs, this.options.axis ?? -1);
  }
  getConfig(): Config {
    return { axis: this.options.axis ?? -1 };
  }
}

/** The dimension of a row that an axis of the batch is; undefined for none. */
function rowAxis(axis: number, shape: Shape): number | undefined {
  const along = axis < 0 ? axis + shape.length : axis - 1;
  return Number.isInteger(along) && along >= 0 && along < shape.length ? along : undefined;
}

/** Options of dot(). */
export interface DotOptions extends LayerOptions {
  /** The axis of each input that is summed over, the batch being 0; one number stands for both. */
  axes: number | readonly [number, number];
  /** Whether inputs are scaled to length 1 along their axis before: the cosine; false by default. */
  normalize?: boolean;
}

/** The products of two inputs, summed over an axis of each: [batch, ...rest of a, ...rest of b], at least one dimension. */
export class Dot extends MergingLayer {
  protected override readonly inputs = [2, 2] as const;

  constructor(private readonly options: DotOptions) {
    super('dot', options);
    const { axes, normalize = false } = options;
    const both = typeof axes === 'number' ? [axes, axes] : axes;
    if (!Array.isArray(both) || both.length !== 2 || !both.every((axis) => Number.isInteger(axis))) {
      throw this.error('ERR_ARGUMENT', `axes is a whole number or two, got ${valueText(axes)}`);
    }
    flag(this.kind, 'normalize', normalize);
  }
  private axesOf(shapes: readonly Shape[]): [number, number] {
    const { axes } = this.options;
    const given = typeof axes === 'number' ? [axes, axes] : axes;
    const [a, b] = shapes.map((shape, i) => rowAxis(given[i] ?? NaN, shape));
    if (a === undefined || b === undefined) throw this.shapeError(shapes, `have no axes ${given.join(' and ')} besides the batch`);
    return [a, b];
  }
  mergedShape(shapes: readonly Shape[]): Shape {
    const [a, b] = this.axesOf(shapes);
    const [left = [], right = []] = shapes;
    if (left[a] !== right[b]) throw this.shapeError(shapes, `have ${left[a] ?? 0} and ${right[b] ?? 0} elements to sum over`);
    const rest = [...left.filter((_, i) => i !== a), ...right.filter((_, i) => i !== b)];
    return rest.length === 0 ? [1] : rest;
  }
  merge(inputs: readonly Tensor[]): Tensor {
    const shapes = inputs.map(({ shape }) => shape.slice(1));
    const [a, b] = this.axesOf(shapes);
    const [left, right] = inputs.map((x, i) => this.prepared(toFloat(x), i === 0 ? a : b)) as [Tensor, Tensor];
    const size = shapes[0]?.[a] ?? 0;
    const batch = left.shape[0] ?? 0;
    const count = (x: Tensor): number => x.shape.slice(1, -1).reduce((product, dim) => product * dim, 1);
    const product = ops.matmul(ops.reshape(left, [batch, count(left), size]), ops.transpose(ops.reshape(right, [batch, count(right), size]), [0, 2, 1]));
    return ops.reshape(product, [batch, ...this.mergedShape(shapes)]);
  }
  /** x with the summed axis last. */
  private prepared(x: Tensor, axis: number): Tensor {
    const order = [...x.shape.keys()].filter((i) => i !== axis + 1);
    const moved = ops.transpose(x, [...order, axis + 1]);
    if (this.options.normalize !== true) return moved;
    return ops.div(moved, ops.maximum(ops.sqrt(ops.sum(ops.square(moved), -1, true)), 1e-7));
  }
  getConfig(): Config {
    return { axes: this.options.axes, normalize: this.options.normalize ?? false };
  }
}

/** Joins inputs along an axis, the last by default. @example layers.concatenate().apply([wide, deep]) */
export function concatenate(options?: ConcatenateOptions): Concatenate {
  return known(new Concatenate(options), options);
}
/** The sum of its inputs. @example layers.add().apply([x, layers.dense({ units: 8 }).apply(x)]) */
export function add(options: LayerOptions = {}): MergingLayer {
  return known(new Elementwise('add', options, total), options);
}
/** The first of two inputs less the second. @example layers.subtract().apply([a, b]) */
export function subtract(options: LayerOptions = {}): MergingLayer {
  return known(new Elementwise('subtract', options, pairwise((a, b) => ops.sub(a, b)), [2, 2]), options);
}
/** The product of its inputs, element by element. @example layers.multiply().apply([x, gate]) */
export function multiply(options: LayerOptions = {}): MergingLayer {
  return known(new Elementwise('multiply', options, pairwise((a, b) => ops.mul(a, b))), options);
}
/** The mean of its inputs. @example layers.average().apply([a, b, c]) */
export function average(options: LayerOptions = {}): MergingLayer {
  return known(new Elementwise('average', options, (inputs) => ops.div(total(inputs), inputs.length)), options);
}
/** The largest of its inputs, element by element. @example layers.maximum().apply([a, b]) */
export function maximum(options: LayerOptions = {}): MergingLayer {
  return known(new Elementwise('maximum', options, pairwise((a, b) => ops.maximum(a, b))), options);
}
/** The smallest of its inputs, element by element. @example layers.minimum().apply([a, b]) */
export function minimum(options: LayerOptions = {}): MergingLayer {
  return known(new Elementwise('minimum', options, pairwise((a, b) => ops.minimum(a, b))), options);
}
/** The products of two inputs summed over an axis of each. @example layers.dot({ axes: 1, normalize: true }).apply([a, b]) */
export function dot(options: DotOptions): Dot {
  return known(new Dot(options), options);
}

import { isFloat } from '../dtype.js';
import { HebbError } from '../errors.js';
import { assign, copy, toTensor } from '../ops/index.js';
import { returnedRows } from '../returned.js';
import { keep } from '../scope.js';
import { isCapturing, Tensor, type Shape, type TensorLike } from '../tensor.js';
import { checkList, checkOptions, checkRowShape, flag, valueText } from '../options.js';
import { connect, SymbolicTensor, type Applicable, type Applied } from './symbolic.js';

/** A named tensor that belongs to a layer; training updates its values in place. */
export interface Weight {
  readonly name: string;
  readonly value: Tensor;
  readonly trainable: boolean;
  /** Adds to the loss, if there is one: a scalar made from the weight. */
  readonly regularizer?: (w: Tensor) => Tensor;
  /** What the weight becomes after each step of the optimiser, if that is restricted. */
  readonly constraint?: (w: Tensor) => Tensor;
}

/** How a layer is being called. */
export interface CallContext {
  /** True in fit(): dropout drops, batch statistics are used. */
  readonly training: boolean;
  /** Takes what a layer adds to the loss because of its outputs, a scalar. */
  readonly addPenalty?: (penalty: Tensor) => void;
}

/** What a configuration can hold, as JSON. */
export type Config = Readonly<Record<string, unknown>>;

/** Options of every layer. */
export interface LayerOptions {
  /** Name within the model; `dense`, `dense_1`, ... by default. */
  name?: string;
  /** Shape of one input without the batch; only the first layer of a model needs it. */
  inputShape?: Shape;
  /** Whether training updates the weights; true by default. */
  trainable?: boolean;
  /** Element type of the weights; float32 by default. */
  dtype?: 'float32' | 'float64';
}

/**
 * A function of tensors with weights. Shapes given to a layer leave out the batch, tensors have it as first dimension.
 */
export abstract class Layer {
  /** The name in the model; given by the model unless it was an option. */
  name: string;
  readonly inputShape: Shape | undefined;
  /** Element type of the weights. */
  readonly dtype: 'float32' | 'float64';
  /** Whether training updates the layer's weights. */
  trainable: boolean;
  private readonly ownWeights: Weight[] = [];
  private builtFor: Shape | undefined;

  constructor(
    /** The kind of layer, as in saved configurations. */
    readonly kind: string,
    options: LayerOptions,
  ) {
    checkOptions(kind, options);
    this.name = options.name ?? '';
    if (typeof this.name !== 'string') throw new HebbError('ERR_ARGUMENT', `${kind}: name is a text, got ${valueText(this.name)}`);
    this.inputShape = options.inputShape;
    checkRowShape(this.name || kind, 'inputShape', options.inputShape ?? []);
    if (options.dtype !== undefined && !isFloat(options.dtype)) {
      throw this.error('ERR_DTYPE', `dtype is float32 or float64, got ${valueText(options.dtype)}`);
    }
    this.dtype = options.dtype ?? 'float32';
    this.trainable = flag(kind, 'trainable', options.trainable ?? true);
  }

  /** The layer's weights, trainable ones first. */
  get weights(): readonly Weight[] {
    return this.ownWeights;
  }
  /** The weights that training updates. */
  get trainableWeights(): readonly Weight[] {
    return this.trainable ? this.ownWeights.filter((weight) => weight.trainable) : [];
  }
  /** Shape of one input, once the layer is part of a built model. */
  get builtShape(): Shape | undefined {
    return this.builtFor;
  }

  /** The shape of one output for the shape of one input. @throws ERR_SHAPE when the layer cannot take that input. */
  abstract outputShape(inputShape: Shape): Shape;
  /** The output for a batch of inputs. */
  abstract call(x: Tensor, context: CallContext): Tensor;
  /** The options that make the same layer again, as JSON. */
  abstract getConfig(): Config;
  /** Creates the weights for inputs of the given shape; layers without weights have nothing to do. */
  protected createWeights?(inputShape: Shape): void;

  /** Creates the weights once. @throws ERR_SHAPE when already built for another shape. */
  build(inputShape: Shape): void {
    if (this.builtFor === undefined) {
      checkRowShape(this.name || this.kind, 'the shape to build for', inputShape);
      this.shapesOf([inputShape]);
      this.createWeights?.(inputShape);
      this.builtFor = inputShape;
    } else if (this.builtFor.join() !== String(inputShape)) {
      throw this.error('ERR_SHAPE', `was built for inputs [*,${this.builtFor.join(',')}], got [*,${String(inputShape)}]`);
    }
  }

  /** @internal The shapes of the outputs for inputs of the given shapes; one of each unless a layer takes more. */
  shapesOf(shapes: readonly Shape[]): readonly Shape[] {
    const shape = this.outputShape(this.only(shapes));
    checkRowShape(this.name || this.kind, 'what outputShape() returns', shape);
    return [shape];
  }
  /** @internal As build(), for any number of inputs. */
  buildAll(shapes: readonly Shape[]): void {
    this.build(this.only(shapes));
  }
  /** @internal As call(), for any number of inputs. */
  callAll(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const x = this.only(inputs);
    return [returnedRows(`${this.name || this.kind}: call()`, this.call(x, context), x.shape[0])];
  }

  private only<T>(inputs: readonly T[]): T {
    const [input] = inputs;
    if (input === undefined || inputs.length > 1) throw this.error('ERR_ARGUMENT', `takes one input, got ${inputs.length}`);
    return input;
  }

  /**
   * The layer's output for a tensor of input() or of another layer, which makes a graph for model(); or, as call() but
   * creating the weights on first use, for a tensor with values. Merging layers take several tensors.
   *
   * @throws ERR_SHAPE, ERR_ARGUMENT when the layer cannot take that input; ERR_CAPTURE for a first use while capturing
   * @example
   * const x = input({ shape: [8] });
   * const net = model({ inputs: x, outputs: layers.dense({ units: 1 }).apply(x) });
   */
  apply<X extends Applicable>(x: X, context: CallContext = { training: false }): Applied<X> {
    const inputs: readonly (Tensor | SymbolicTensor)[] = x instanceof Tensor || x instanceof SymbolicTensor ? [x] : x;
    if (!Array.isArray(inputs) || inputs.length === 0) throw this.error('ERR_ARGUMENT', `apply() takes tensors, got ${valueText(x)}`);
    return this.applyAll(inputs, context)[0] as Applied<X>;
  }

  /** @internal As apply(), for any number of inputs and outputs. */
  applyAll(inputs: readonly (Tensor | SymbolicTensor)[], context: CallContext): readonly (Tensor | SymbolicTensor)[] {
    const symbols = inputs.filter((x) => x instanceof SymbolicTensor);
    if (symbols.length === inputs.length) {
      const shapes = symbols.map(({ shape }) => shape);
      this.buildAll(shapes);
      return connect(this, symbols, this.shapesOf(shapes));
    }
    const tensors = inputs.filter((x) => x instanceof Tensor);
    if (tensors.length < inputs.length) {
      throw this.error('ERR_ARGUMENT', 'apply() takes tensors of input() and layers, or tensors with values, not both');
    }
    checkOptions(this.name || this.kind, context);
    if (tensors.some(({ isDisposed }) => isDisposed)) throw this.error('ERR_DISPOSED', 'apply() was given a disposed tensor, its values are gone');
    if (this.builtFor === undefined) {
      if (isCapturing() && this.createWeights !== undefined) {
        throw this.error('ERR_CAPTURE', 'is used for the first time while a program is captured; build() it before, or use it in every call');
      }
      this.buildAll(tensors.map(({ shape }) => shape.slice(1)));
    }
    return this.callAll(tensors, context);
  }

  /** Adds a weight, which outlives a scope() around this; for createWeights(). */
  protected addWeight(weight: Weight): Tensor {
    this.ownWeights.push(weight);
    return keep(weight.value);
  }

  /** Copies of the weights' values, in the order of `weights`. */
  getWeights(): Tensor[] {
    return this.weights.map(({ value }) => copy(value));
  }

  /** Overwrites the weights. @throws ERR_ARGUMENT for another number of values, ERR_SHAPE for another shape; then nothing changed. */
  setWeights(values: readonly TensorLike[]): void {
    const tensors = this.checkWeights(values);
    for (const [i, weight] of this.weights.entries()) if (tensors[i] !== undefined) assign(weight.value, tensors[i]);
  }

  /** @internal What setWeights() would write, checked. */
  checkWeights(values: readonly TensorLike[]): Tensor[] {
    checkList(this.name || this.kind, 'what setWeights() takes', values, 'tensors');
    if (values.length !== this.weights.length) {
      throw this.error('ERR_ARGUMENT', `has ${this.weights.length} weights, got ${values.length} values`);
    }
    return this.weights.map(({ name, value }, i) => {
      const given = toTensor(values[i] ?? 0);
      if (given.isDisposed) throw this.error('ERR_DISPOSED', `the tensor given for ${name} was disposed`);
      if (given.shape.join() === value.shape.join()) return given;
      throw this.error('ERR_SHAPE', `${name} is [${value.shape.join(',')}], got [${given.shape.join(',')}]`);
    });
  }

  /** The number of numbers in the weights. */
  countParams(): number {
    return this.weights.reduce((total, { value }) => total + value.size, 0);
  }

  /** An error that names the layer. */
  protected error(code: HebbError['code'], fault: string): HebbError {
    return new HebbError(code, `${this.name || this.kind}: ${fault}`);
  }
}

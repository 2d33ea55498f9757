import { HebbError } from '../errors.js';
import type { CallContext, Config, Layer } from '../layers/layer.js';
import { connect, SymbolicTensor } from '../layers/symbolic.js';
import { zeros } from '../ops/index.js';
import { checkOptions, checkRowShape, valueText } from '../options.js';
import { returnedRows } from '../returned.js';
import { disposedError, isCapturing, Tensor, type Shape } from '../tensor.js';
import { LayerOwner } from './layer_owner.js';
import { ModelLayer } from './model_layer.js';
import { ownLayers } from './own_layers.js';
import { checkShapes, givenStructure, pack, structureOf, unpack, type Structure, type Structured, type Tensors } from './structure.js';
import type { SummaryRow } from './summary.js';

/** Symbolic tensors in the structure of a model's outputs. */
export type Symbolic<O> = O extends Tensor ? SymbolicTensor : { readonly [K in keyof O]: SymbolicTensor };

/** The tensors that call() of a model returned. @throws ERR_ARGUMENT, ERR_DISPOSED, ERR_SHAPE for what is no tensor of so many rows */
function outputsOf(model: string, result: unknown, { names, kind }: Structure, rows: number | undefined): readonly Tensor[] {
  if (names.length === 0) throw new HebbError('ERR_ARGUMENT', `${model}: call() returns a tensor, or several in an array or an object`);
  const outputs = unpack(result as Tensors, names);
  return outputs.map((y, i) => returnedRows(`${model}: call()${kind === 'one' ? '' : ` for ${names[i] ?? ''}`}`, y, rows));
}

/** The half of a model that computes: layers, the shapes of inputs and outputs, and how it becomes a layer of another model. */
export abstract class Network extends LayerOwner {
  /** Not a property, among which the layers of a class of one's own are found. */
  #wrapped: ModelLayer | undefined;
  private inputs: Structure = { kind: 'one', names: ['input'] };
  private outputs: Structure | undefined;
  private builtFor: readonly Shape[] | undefined;
  private answers: readonly Shape[] | undefined;

  constructor(name = 'model') {
    super(name);
  }

  /** The outputs for a batch of inputs: of each a tensor, several in an array or an object. */
  abstract call(x: Tensors, context: CallContext): Tensors;

  /** The kind of model, as in saved configurations. */
  get kind(): string {
    return 'own';
  }
  /** The layers, in the order of computation; of a class of one's own in the order of its properties. */
  override get layers(): readonly Layer[] {
    return ownLayers(this, (value) => (value instanceof Network ? value.asLayer() : undefined));
  }
  /** @internal How inputs are given. */
  get inputStructure(): Structure {
    return this.inputs;
  }
  /** @internal How outputs are answered; of a class of one's own known once it is built. */
  get outputStructure(): Structure {
    return this.outputs ?? { kind: 'one', names: ['output'] };
  }
  /** Shape of one row of each input, once known. */
  get inputShapes(): readonly Shape[] | undefined {
    return this.builtFor;
  }
  /** Shape of one row of each output, once the model is built. */
  get outputShapes(): readonly Shape[] | undefined {
    return this.answers;
  }
  /** Shape of one input, once known; undefined when there are several. */
  get inputShape(): Shape | undefined {
    return this.inputShapes?.length === 1 ? this.inputShapes[0] : undefined;
  }
  /** Shape of one output, once the model is built; undefined when there are several. */
  get outputShape(): Shape | undefined {
    return this.outputShapes?.length === 1 ? this.outputShapes[0] : undefined;
  }
  /** Shape of one output for the shape of one input. @throws ERR_SHAPE naming the layer that cannot take it */
  shapeOf(inputShape: Shape): Shape {
    checkRowShape(this.name, 'the shape of an input', inputShape);
    return this.shapesOf([inputShape])[0] ?? [];
  }
  /** Creates all weights. */
  build(inputShape: Shape): void {
    checkRowShape(this.name, 'the shape to build for', inputShape);
    this.buildAll([inputShape]);
  }
  /** @internal As shapeOf(), for all inputs and outputs. A class of one's own finds out by computing, which builds it. */
  shapesOf(shapes: readonly Shape[]): readonly Shape[] {
    if (this.answers === undefined || this.builtFor?.join(';') !== shapes.join(';')) this.buildAll(shapes);
    return this.answers ?? [];
  }
  /** @internal As build(), for all inputs. */
  buildAll(shapes: readonly Shape[]): void {
    this.dryRun(shapes.map((shape) => zeros([1, ...shape])));
  }
  /** Computes one row, so that every layer creates its weights and the outputs are known. */
  private dryRun(row: readonly Tensor[]): void {
    if (isCapturing()) throw new HebbError('ERR_CAPTURE', `${this.name}: is used for the first time while a program is captured; call it before`);
    const result: unknown = this.call(pack(this.inputs, row), { training: false });
    const structure = structureOf(result, 'output');
    const tensors = outputsOf(this.name, result, structure, 1);
    this.outputs = structure;
    this.builtFor = row.map(({ shape }) => shape.slice(1));
    this.answers = tensors.map(({ shape }) => shape.slice(1));
  }
  /** @internal All outputs for a batch of each input. */
  forward(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return outputsOf(this.name, this.call(pack(this.inputStructure, inputs), context), this.outputStructure, inputs[0]?.shape[0]);
  }
  /**
   * What makes the same model again, as JSON: of a class of one's own the options of its constructor.
   *
   * @throws ERR_ARGUMENT for a class of one's own that does not override it
   */
  getConfig(): Config {
    throw new HebbError('ERR_ARGUMENT', `${this.name}: save() of a class of your own needs its getConfig(), the options of the constructor; or use saveWeights() and loadWeights()`);
  }
  /** The model as a layer of another one, the same object each time: its weights are shared. */
  asLayer(): Layer {
    this.#wrapped ??= new ModelLayer(this);
    return this.#wrapped;
  }

  /**
   * As a layer: the outputs for tensors of input() or of layers, to build a larger model; or, for tensors with values, what
   * call() answers.
   */
  apply(x: Structured<SymbolicTensor>): Symbolic<ReturnType<this['call']>>;
  apply(x: Tensors, context?: CallContext): ReturnType<this['call']>;
  apply(x: Structured<SymbolicTensor> | Tensors, context: CallContext = { training: false }): unknown {
    const given = x as Structured<Tensor | SymbolicTensor>;
    if (this.outputShapes === undefined) this.inputs = givenStructure(given, this.inputs);
    const inputs = given instanceof SymbolicTensor ? [given] : unpack(given, this.inputStructure.names);
    checkOptions(`${this.name}: apply()`, context);
    if (inputs.length !== this.inputStructure.names.length || !inputs.every((input) => input instanceof SymbolicTensor || input instanceof Tensor)) {
      throw new HebbError('ERR_ARGUMENT', `${this.name}: apply() takes a tensor, or several in an array or by names ${this.inputStructure.names.join(', ')}, got ${valueText(x)}`);
    }
    const symbols = inputs.filter((input) => input instanceof SymbolicTensor);
    if (symbols.length < inputs.length) {
      const tensors = inputs.filter((input) => input instanceof Tensor);
      if (tensors.some(({ isDisposed }) => isDisposed)) throw disposedError(`${this.name}: apply()`);
      this.ensureBuilt(tensors);
      return this.call(x as Tensors, context);
    }
    const shapes = symbols.map(({ shape }) => shape);
    this.asLayer().buildAll(shapes);
    return pack<SymbolicTensor>(this.outputStructure, connect(this.asLayer(), symbols, this.shapesOf(shapes)));
  }
  /** @internal The rows of what a summary shows. */
  summaryRows(): readonly SummaryRow[] {
    return this.layers.map((layer) => ({ layer, shapes: layer.builtShape && layer.shapesOf([layer.builtShape]) }));
  }
  /** Whether the number and names of the outputs are known. */
  protected get knowsOutputs(): boolean {
    return this.outputs !== undefined;
  }
  /** Takes inputs as these are given, until the outputs are known. */
  protected takeAsGiven(x: unknown): void {
    if (!this.knowsOutputs) this.inputs = givenStructure(x, this.inputs);
  }

  /** @internal Builds a model of a file for inputs of these shapes, given so. */
  buildFor(structure: Structure, shapes: readonly Shape[]): void {
    this.inputs = structure;
    this.buildAll(shapes);
  }

  /** @internal Builds the model for inputs like these, unless it is built. */
  ensureBuilt(inputs: readonly Tensor[]): void {
    if (this.outputShapes !== undefined) return;
    if (this.kind === 'own') this.dryRun(inputs.map(({ shape, dtype }) => zeros([1, ...shape.slice(1)], { dtype })));
    else this.buildAll(this.inputShapes ?? inputs.map(({ shape }) => shape.slice(1)));
  }

  /** @internal Checks the shapes of inputs without changing the model. @throws ERR_SHAPE naming the layer */
  checkShapes(op: string, shapes: readonly Shape[], rows: number | '*' = '*'): void {
    checkShapes(op, this.name, this.inputShapes ?? [], shapes, rows, (i) => this.inputLayer(i));
  }
  /** The name of the layer that takes an input. */
  protected inputLayer(index: number): string {
    return this.inputStructure.names.length > 1 ? (this.inputStructure.names[index] ?? '') : (this.layers[0]?.name ?? this.name);
  }
}

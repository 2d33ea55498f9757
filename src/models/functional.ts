import { HebbError } from '../errors.js';
import { Input, type LayerOptions } from '../layers/index.js';
import type { SavedLayer } from '../layers/from_config.js';
import type { CallContext, Config, Layer } from '../layers/layer.js';
import { connect, SymbolicTensor, type LayerCall } from '../layers/symbolic.js';
import { checkKinds, checkNames } from '../options.js';
import type { Shape, Tensor } from '../tensor.js';
import { Model } from './model.js';
import { graphOf, type Graph } from './graph.js';
import { layerConfig } from './layer_config.js';
import { nameLayers } from './own_layers.js';
import { pack, structureOf, unpack, type Structure, type Structured, type Tensors } from './structure.js';
import type { SummaryRow } from './summary.js';

/** Tensors in the structure of symbolic ones. */
export type Values<S> = S extends SymbolicTensor ? Tensor : { readonly [K in keyof S]: Tensor };

/** Options of model(). */
export interface FunctionalOptions<O extends Structured<SymbolicTensor>> {
  /** What input() made: one, several in order, or by name. */
  inputs: Structured<SymbolicTensor>;
  /** Results of layers: one, several in order, or by name. */
  outputs: O;
  name?: string;
}

/** A layer and the uses of layers by their position, as a file holds a graph. */
interface SavedGraph {
  layers: readonly SavedLayer[];
  calls: readonly { layer: number; inputs: readonly [call: number, output: number][] }[];
  inputs: { structure: Structure; tensors: readonly [number, number][] };
  outputs: { structure: Structure; tensors: readonly [number, number][] };
}

let unnamed = 0;

/** A model that is a graph of layers; model() makes it. */
export class Functional<O extends Tensors = Tensors> extends Model {
  private readonly graph: Graph;
  private readonly slots = new Map<SymbolicTensor, number>();
  private readonly inputTensors: readonly SymbolicTensor[];
  private readonly outputTensors: readonly SymbolicTensor[];
  private readonly given: Structure;
  private readonly answered: Structure;

  constructor({ inputs, outputs, name = unnamed++ === 0 ? 'functional' : `functional_${unnamed - 1}` }: FunctionalOptions<Structured<SymbolicTensor>>) {
    super(name);
    this.inputTensors = symbols(name, 'inputs', inputs);
    this.outputTensors = symbols(name, 'outputs', outputs);
    this.graph = graphOf(name, this.inputTensors, this.outputTensors);
    nameLayers(this.layers);
    const names = this.layers.map((layer) => layer.name);
    const twice = names.find((layer, i) => names.indexOf(layer) !== i);
    if (twice !== undefined) throw new HebbError('ERR_ARGUMENT', `${name}: there are two layers named '${twice}'`);
    this.given = namedStructure(inputs, this.inputTensors);
    this.answered = namedStructure(outputs, this.outputTensors);
    for (const tensor of [...this.inputTensors, ...this.graph.calls.flatMap((call) => call.outputs)]) {
      if (!this.slots.has(tensor)) this.slots.set(tensor, this.slots.size);
    }
  }

  override get kind(): string {
    return 'functional';
  }
  override get layers(): readonly Layer[] {
    return this.graph.layers;
  }
  override get inputStructure(): Structure {
    return this.given;
  }
  override get outputStructure(): Structure {
    return this.answered;
  }
  override get inputShapes(): readonly Shape[] {
    return this.inputTensors.map(({ shape }) => shape);
  }
  override get outputShapes(): readonly Shape[] {
    return this.outputTensors.map(({ shape }) => shape);
  }
  protected override get knowsOutputs(): boolean {
    return true;
  }
  override shapesOf(shapes: readonly Shape[]): readonly Shape[] {
    this.checkShapes('apply', shapes);
    return this.outputShapes;
  }
  override buildAll(shapes: readonly Shape[]): void {
    this.checkShapes('build', shapes);
  }

  override forward(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const values = new Array<Tensor>(this.slots.size);
    const slot = (tensor: SymbolicTensor): number => this.slots.get(tensor) ?? 0;
    for (const [i, x] of inputs.entries()) values[i] = x;
    for (const { layer, inputs: from, outputs } of this.graph.calls) {
      const results = layer.callAll(from.map((tensor) => values[slot(tensor)]!), context);
      for (const [i, tensor] of outputs.entries()) values[slot(tensor)] = results[i]!;
    }
    return this.outputTensors.map((tensor) => values[slot(tensor)]!);
  }
  override call(x: Tensors, context: CallContext): O {
    return pack(this.outputStructure, this.forward(unpack(x, this.inputStructure.names), context)) as O;
  }

  override summaryRows(): readonly SummaryRow[] {
    return this.layers.map((layer) => {
      const calls = this.callsOf(layer);
      const uses = calls.map(({ inputs }) =>
        inputs.map(({ source, index }) => ({ name: source.layer.name, call: this.callsOf(source.layer).indexOf(source), index })),
      );
      return { layer, shapes: calls[0]?.outputs.map(({ shape }) => shape), uses };
    });
  }
  private get allCalls(): readonly LayerCall[] {
    return [...new Set([...this.inputTensors.map(({ source }) => source), ...this.graph.calls])];
  }
  private callsOf(layer: Layer): readonly LayerCall[] {
    return this.allCalls.filter((call) => call.layer === layer);
  }

  override getConfig(): Config {
    const calls = this.allCalls;
    const place = ({ source, index }: SymbolicTensor): [number, number] => [calls.indexOf(source), index];
    return {
      name: this.name,
      layers: this.layers.map(layerConfig),
      calls: calls.map(({ layer, inputs }) => ({ layer: this.layers.indexOf(layer), inputs: inputs.map(place) })),
      inputs: { structure: this.inputStructure, tensors: this.inputTensors.map(place) },
      outputs: { structure: this.outputStructure, tensors: this.outputTensors.map(place) },
    };
  }
}

/** The graph of a saved configuration, its layers made by `make`. */
export function functionalFromConfig(config: Config, make: (saved: SavedLayer) => Layer): Functional {
  const saved = config as Readonly<Record<string, never>> & SavedGraph;
  const layers = saved.layers.map(make);
  const results: (readonly SymbolicTensor[])[] = [];
  const at = ([call, output]: readonly [number, number]): SymbolicTensor => results[call]![output]!;
  for (const { layer: index, inputs } of saved.calls) {
    const layer = layers[index]!;
    const outputs = layer instanceof Input ? [inputOf(layer)] : layer.applyAll(inputs.map(at), { training: false });
    results.push(outputs.filter((tensor) => tensor instanceof SymbolicTensor));
  }
  const [inputs, outputs] = [saved.inputs, saved.outputs].map(({ structure, tensors }) => pack(structure, tensors.map(at)));
  return new Functional({ inputs: inputs!, outputs: outputs!, name: String(config.name) });
}

function symbols(model: string, what: string, given: Structured<SymbolicTensor>): readonly SymbolicTensor[] {
  const tensors = given instanceof SymbolicTensor ? [given] : Object.values(given);
  const right = tensors.length > 0 && tensors.every((tensor) => tensor instanceof SymbolicTensor);
  if (!right) throw new HebbError('ERR_ARGUMENT', `${model}: ${what} are what input() and apply() answer: one, an array, or an object of names`);
  return tensors;
}

/** A structure whose names, unless they are keys, are those of the layers; a layer twice gets numbers. */
function namedStructure(given: Structured<SymbolicTensor>, tensors: readonly SymbolicTensor[]): Structure {
  if (!(given instanceof SymbolicTensor) && !Array.isArray(given)) return structureOf(given, '');
  const names: string[] = [];
  for (const { source } of tensors) {
    let name = source.layer.name;
    for (let i = 1; names.includes(name); i++) name = `${source.layer.name}_${i}`;
    names.push(name);
  }
  return { kind: Array.isArray(given) ? 'list' : 'one', names };
}

function inputOf(layer: Input): SymbolicTensor {
  const shape = layer.inputShape ?? [];
  layer.build(shape);
  return connect(layer, [], [shape])[0]!;
}

/**
 * The start of a graph of layers: stands for a batch of rows of the given shape.
 *
 * @throws ERR_SHAPE for a size that is no whole number >= 1
 * @example
 * const x = input({ shape: [8] });
 */
export function input(options: LayerOptions & { shape: Shape }): SymbolicTensor {
  checkNames('input', options, ['shape', 'name', 'inputShape', 'trainable', 'dtype']);
  return inputOf(new Input(options.shape, options));
}

/**
 * A model that computes outputs from inputs by the layers between them. Layers used twice share their weights.
 *
 * @throws ERR_ARGUMENT when an output needs an input that is not among the inputs, or two layers have one name
 * @example
 * const x = input({ shape: [8] });
 * const deep = layers.dense({ units: 30, activation: 'relu' }).apply(x);
 * const y = layers.dense({ units: 1 }).apply(layers.concatenate().apply([x, deep]));
 * const net = model({ inputs: x, outputs: y });
 */
export function model<const O extends Structured<SymbolicTensor>>(options: FunctionalOptions<O>): Functional<Extract<Values<O>, Tensors>> {
  checkNames('model', options, ['inputs', 'outputs', 'name']);
  checkKinds('model', options, { name: String });
  for (const name of ['inputs', 'outputs'] as const) {
    if (typeof options[name] !== 'object') throw new HebbError('ERR_ARGUMENT', `model: ${name} are what input() and apply() answer, got ${typeof options[name]}`);
  }
  return new Functional(options);
}

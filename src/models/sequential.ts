import { HebbError } from '../errors.js';
import { Layer, type CallContext, type Config } from '../layers/layer.js';
import { withDefaults } from '../options.js';
import type { Tensor } from '../tensor.js';
import type { Shape } from '../tensor.js';
import { layerConfig } from './layer_config.js';
import { Model } from './model.js';
import { nameLayers } from './own_layers.js';
import type { SummaryRow } from './summary.js';

let unnamed = 0;

/** A model whose layers follow each other. */
export class Sequential extends Model {
  private readonly stack: Layer[] = [];
  private input: Shape | undefined;
  private output: Shape | undefined;

  constructor(layers: readonly (Layer | Model)[] = [], name = unnamed++ === 0 ? 'sequential' : `sequential_${unnamed - 1}`) {
    super(name);
    for (const layer of layers) this.add(layer);
  }

  /** Appends a layer. @throws ERR_ARGUMENT when its name is taken, ERR_SHAPE when it cannot follow; then the model is as it was */
  add(part: Layer | Model): this {
    const layer = part instanceof Model ? part.asLayer() : part;
    if (!(layer instanceof Layer)) throw new HebbError('ERR_ARGUMENT', `${this.name}: expected a layer, got ${typeof layer}`);
    if (layer.name === '') nameLayers([...this.stack, layer]);
    else if (this.stack.some(({ name }) => name === layer.name)) {
      throw new HebbError('ERR_ARGUMENT', `${this.name}: there are two layers named '${layer.name}'`);
    }
    const shape = this.stack.length === 0 ? layer.inputShape : this.output;
    if (shape !== undefined) {
      layer.build(shape);
      [this.output] = layer.shapesOf([shape]);
      this.input ??= shape;
    }
    this.stack.push(layer);
    return this;
  }

  override get kind(): string {
    return 'sequential';
  }
  override get layers(): readonly Layer[] {
    return this.stack;
  }
  override get inputShapes(): readonly Shape[] | undefined {
    return this.input && [this.input];
  }
  override get outputShapes(): readonly Shape[] | undefined {
    return this.output && [this.output];
  }
  protected override get knowsOutputs(): boolean {
    return true;
  }

  override shapesOf(shapes: readonly Shape[]): readonly Shape[] {
    if (this.stack.length === 0) throw new HebbError('ERR_ARGUMENT', `${this.name}: there are no layers`);
    return this.stack.reduce((values, layer) => layer.shapesOf(values), shapes);
  }

  override buildAll(shapes: readonly Shape[]): void {
    const [output] = this.shapesOf(shapes);
    let values = shapes;
    for (const layer of this.stack) {
      layer.buildAll(values);
      values = layer.shapesOf(values);
    }
    [this.input, this.output] = [shapes[0], output];
  }

  override summaryRows(): readonly SummaryRow[] {
    let shapes = this.inputShapes;
    return this.stack.map((layer) => ({ layer, shapes: (shapes = shapes && layer.shapesOf(shapes)) }));
  }

  override call(x: Tensor, context: CallContext): Tensor {
    return this.stack.reduce((value, layer) => layer.callAll([value], context)[0]!, x);
  }

  override getConfig(): Config {
    return { name: this.name, inputShape: this.input, layers: this.stack.map(layerConfig) };
  }
}

/**
 * A model whose layers follow each other.
 *
 * @example
 * const net = sequential([layers.flatten({ inputShape: [28, 28] }), layers.dense({ units: 10, activation: 'softmax' })]);
 */
export function sequential(layers: readonly (Layer | Model)[] = [], options: { name?: string } = {}): Sequential {
  if (!Array.isArray(layers)) throw new HebbError('ERR_ARGUMENT', `sequential: expected an array of layers, got ${typeof layers}`);
  return new Sequential(layers, withDefaults('sequential', options, { name: String }).name);
}

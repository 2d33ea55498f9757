import { HebbError } from '../errors.js';
import { Layer, type CallContext, type Config } from '../layers/layer.js';
import type { Tensor } from '../tensor.js';
import type { Shape } from '../tensor.js';
import { Model } from './model.js';

let unnamed = 0;

/** A model whose layers follow each other. */
export class Sequential extends Model {
  private readonly stack: Layer[] = [];
  private input: Shape | undefined;
  private output: Shape | undefined;

  constructor(layers: readonly Layer[] = [], name = unnamed++ === 0 ? 'sequential' : `sequential_${unnamed - 1}`) {
    super(name);
    for (const layer of layers) this.add(layer);
  }

  /** Appends a layer. @throws ERR_ARGUMENT when its name is taken, ERR_SHAPE when it cannot follow; then the model is as it was */
  add(layer: Layer): this {
    if (!(layer instanceof Layer)) throw new HebbError('ERR_ARGUMENT', `${this.name}: expected a layer, got ${typeof layer}`);
    if (layer.name === '') layer.name = this.freeName(layer.kind);
    else if (this.stack.some(({ name }) => name === layer.name)) {
      throw new HebbError('ERR_ARGUMENT', `${this.name}: there are two layers named '${layer.name}'`);
    }
    const shape = this.stack.length === 0 ? layer.inputShape : this.output;
    if (shape !== undefined) {
      layer.build(shape);
      this.output = layer.outputShape(shape);
      this.input ??= shape;
    }
    this.stack.push(layer);
    return this;
  }

  private freeName(kind: string): string {
    const taken = new Set(this.stack.map(({ name }) => name));
    if (!taken.has(kind)) return kind;
    let i = 1;
    while (taken.has(`${kind}_${i}`)) i++;
    return `${kind}_${i}`;
  }

  get layers(): readonly Layer[] {
    return this.stack;
  }
  get inputShape(): Shape | undefined {
    return this.input;
  }
  get outputShape(): Shape | undefined {
    return this.output;
  }

  shapeOf(inputShape: Shape): Shape {
    if (this.stack.length === 0) throw new HebbError('ERR_ARGUMENT', `${this.name}: there are no layers`);
    return this.stack.reduce((shape, layer) => layer.outputShape(shape), inputShape);
  }

  build(inputShape: Shape): void {
    const output = this.shapeOf(inputShape);
    let shape = inputShape;
    for (const layer of this.stack) {
      layer.build(shape);
      shape = layer.outputShape(shape);
    }
    this.input = inputShape;
    this.output = output;
  }

  call(x: Tensor, context: CallContext): Tensor {
    return this.stack.reduce((value, layer) => layer.call(value, context), x);
  }

  getConfig(): Config {
    const layers = this.stack.map((layer) => ({
      kind: layer.kind,
      config: { name: layer.name, trainable: layer.trainable, dtype: layer.dtype, ...layer.getConfig() },
    }));
    return { name: this.name, inputShape: this.input, layers };
  }
}

/**
 * A model whose layers follow each other.
 *
 * @example
 * const net = sequential([layers.flatten({ inputShape: [28, 28] }), layers.dense({ units: 10, activation: 'softmax' })]);
 */
export function sequential(layers?: readonly Layer[], options: { name?: string } = {}): Sequential {
  return new Sequential(layers, options.name);
}

import { HebbError } from '../errors.js';
import type { Layer, Weight } from '../layers/layer.js';
import { checkList } from '../options.js';
import type { Tensor, TensorLike } from '../tensor.js';

/** Something made of layers: finds them, reads and writes their weights. */
export abstract class LayerOwner {
  constructor(readonly name: string) {}

  /** The layers, in the order of computation. */
  abstract get layers(): readonly Layer[];

  /** All weights with the layer each belongs to, in a fixed order. */
  namedWeights(): { layer: Layer; weight: Weight }[] {
    return this.layers.flatMap((layer) => layer.weights.map((weight) => ({ layer, weight })));
  }
  /** The values of all weights, in the order of namedWeights(). */
  weightValues(): Tensor[] {
    const values: Tensor[] = [];
    for (const layer of this.layers) for (const { value } of layer.weights) values.push(value);
    return values;
  }
  /** The weights that training updates; one that is reached by two ways, as a layer and in a model, counts once. */
  get trainableWeights(): readonly Weight[] {
    const seen = new Set<Tensor>();
    return this.layers.flatMap((layer) => layer.trainableWeights.filter(({ value }) => seen.size < seen.add(value).size));
  }
  /** Copies of all weights' values. */
  getWeights(): Tensor[] {
    return this.layers.flatMap((layer) => layer.getWeights());
  }
  /** Overwrites all weights. @throws ERR_ARGUMENT for another number of values, ERR_SHAPE for another shape; then nothing changed */
  setWeights(values: readonly TensorLike[]): void {
    checkList('setWeights', 'values', values, 'tensors');
    const count = this.namedWeights().length;
    if (values.length !== count) throw new HebbError('ERR_ARGUMENT', `setWeights: ${this.name} has ${count} weights, got ${values.length}`);
    let next = 0;
    const parts = this.layers.map((layer) => layer.checkWeights(values.slice(next, (next += layer.weights.length))));
    for (const [i, layer] of this.layers.entries()) layer.setWeights(parts[i] ?? []);
  }
  /** The layer of a name or position. @throws ERR_ARGUMENT when there is none */
  getLayer(which: string | number): Layer {
    const layer = typeof which === 'number' ? this.layers[which] : this.layers.find(({ name }) => name === which);
    if (layer === undefined) {
      throw new HebbError('ERR_ARGUMENT', `getLayer: no layer ${String(which)}; there are ${this.layers.map(({ name }) => name).join(', ')}`);
    }
    return layer;
  }
  /** The number of numbers in all weights. */
  countParams(): number {
    return this.layers.reduce((total, layer) => total + layer.countParams(), 0);
  }
}

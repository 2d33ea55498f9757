import type { Shape, Tensor } from '../tensor.js';
import type { Layer } from './layer.js';

/** One use of a layer in a graph: what goes in, and what comes out. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

/** A tensor that has no values yet: the result of a layer in a graph that model() makes a model of. */
export class SymbolicTensor {
  /** @internal Made by input() and by apply(). */
  constructor(
    /** Shape of one row, without the batch. */
    readonly shape: Shape,
    /** @internal The use of a layer that it comes from. */
    readonly source: LayerCall,
    /** @internal Which of the layer's outputs it is. */
    readonly index: number,
  ) {}
}

/** What apply() takes: one tensor or several, with values or without. */
export type Applicable = Tensor | SymbolicTensor | readonly Tensor[] | readonly SymbolicTensor[];

/** What apply() answers: a tensor of the kind that it was given. */
export type Applied<X extends Applicable> = X extends Tensor | readonly Tensor[] ? Tensor : SymbolicTensor;

/** Adds the use of a layer to the graph; answers its outputs. */
export function connect(layer: Layer, inputs: readonly SymbolicTensor[], shapes: readonly Shape[]): readonly SymbolicTensor[] {
  const outputs: SymbolicTensor[] = [];
  const call: LayerCall = { layer, inputs, outputs };
  for (const [i, shape] of shapes.entries()) outputs.push(new SymbolicTensor(shape, call, i));
  return outputs;
}

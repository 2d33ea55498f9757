import { Layer, type CallContext, type Config, type Weight } from '../layers/layer.js';
import type { Shape, Tensor } from '../tensor.js';
import type { Network } from './network.js';
import { savedModel } from './saved_model.js';

/** A model as a layer of another one, for any number of inputs and outputs. */
export class ModelLayer extends Layer {
  constructor(readonly model: Network) {
    super('model', { name: model.name });
  }
  override get weights(): readonly Weight[] {
    return this.model.namedWeights().map(({ layer, weight }) => ({ ...weight, name: `${layer.name}/${weight.name}` }));
  }
  override get trainableWeights(): readonly Weight[] {
    return this.trainable ? this.model.trainableWeights : [];
  }
  override get builtShape(): Shape | undefined {
    return this.model.inputShape;
  }
  outputShape(inputShape: Shape): Shape {
    return this.model.shapeOf(inputShape);
  }
  call(x: Tensor, context: CallContext): Tensor {
    return this.callAll([x], context)[0]!;
  }
  override shapesOf(shapes: readonly Shape[]): readonly Shape[] {
    return this.model.shapesOf(shapes);
  }
  override buildAll(shapes: readonly Shape[]): void {
    this.model.checkShapes('apply', shapes);
    this.model.buildAll(shapes);
  }
  override callAll(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return this.model.forward(inputs, context);
  }
  getConfig(): Config {
    return { model: savedModel(this.model) };
  }
}

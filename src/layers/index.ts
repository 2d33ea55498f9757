import type { Shape } from '../tensor.js';
import { Dense, type DenseOptions } from './dense.js';
import { Dropout, type DropoutOptions } from './dropout.js';
import type { LayerOptions } from './layer.js';
import { Normalization } from './normalization.js';
import { ActivationLayer, Flatten, Input, Rescaling, Reshape, type ActivationOptions, type RescalingOptions, type ReshapeOptions } from './shaping.js';

export * from './merging.js';
export { SymbolicTensor } from './symbolic.js';
export { Layer, type CallContext, type LayerOptions, type Weight } from './layer.js';
export { Dense, Dropout, Normalization, Flatten, Input, Rescaling, Reshape, ActivationLayer };
export type { DenseOptions, DropoutOptions, ActivationOptions, RescalingOptions, ReshapeOptions };

/** The shape of a model's input, without the batch. @example layers.input({ shape: [28, 28] }) */
export function input(options: LayerOptions & { shape: Shape }): Input {
  return new Input(options.shape, options);
}
/** A densely connected layer, y = activation(x W + b). @example layers.dense({ units: 300, activation: 'relu' }) */
export function dense(options: DenseOptions): Dense {
  return new Dense(options);
}
/** Makes one row of each input. @example layers.flatten({ inputShape: [28, 28] }) */
export function flatten(options?: LayerOptions): Flatten {
  return new Flatten(options);
}
/** Gives each input another shape. @example layers.reshape({ targetShape: [7, -1] }) */
export function reshape(options: ReshapeOptions): Reshape {
  return new Reshape(options);
}
/** An activation function as a layer. @example layers.activation({ activation: 'selu' }) */
export function activation(options: ActivationOptions): ActivationLayer {
  return new ActivationLayer(options);
}
/** Drops inputs at random while training. @example layers.dropout({ rate: 0.2 }) */
export function dropout(options: DropoutOptions): Dropout {
  return new Dropout(options);
}
/** Centres and scales each feature by statistics that adapt() takes from data. @example layers.normalization({ inputShape: [8] }) */
export function normalization(options?: LayerOptions): Normalization {
  return new Normalization(options);
}
/** x * scale + offset. @example layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }) */
export function rescaling(options: RescalingOptions): Rescaling {
  return new Rescaling(options);
}

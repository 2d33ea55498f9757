import { HebbError } from '../errors.js';
import { getInitializer } from '../initializers.js';
import { getRegularizer } from '../regularizers.js';
import type { Shape } from '../tensor.js';
import { Dense, type DenseOptions } from './dense.js';
import { Dropout, type DropoutOptions } from './dropout.js';
import type { Config, Layer, LayerOptions } from './layer.js';
import { Normalization } from './normalization.js';
import { ActivationLayer, Flatten, Input, Rescaling, Reshape, type ActivationOptions, type RescalingOptions, type ReshapeOptions } from './shaping.js';

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

interface SavedPart {
  name: string;
  config: Config;
}

/** A saved initialiser or regulariser made again. */
function revive(config: Config): Config {
  const { kernelInitializer, biasInitializer, kernelRegularizer } = config as Record<string, SavedPart | undefined>;
  return {
    ...config,
    ...(kernelInitializer && { kernelInitializer: getInitializer(kernelInitializer.name, kernelInitializer.config) }),
    ...(biasInitializer && { biasInitializer: getInitializer(biasInitializer.name, biasInitializer.config) }),
    ...(kernelRegularizer && { kernelRegularizer: getRegularizer(kernelRegularizer.name, kernelRegularizer.config) }),
  };
}

const byKind: Readonly<Record<string, (config: Config) => Layer>> = {
  input: (config) => input(config as never),
  dense: (config) => dense(revive(config) as never),
  flatten: (config) => flatten(config),
  reshape: (config) => reshape(config as never),
  activation: (config) => activation(config as never),
  dropout: (config) => dropout(config as never),
  normalization: (config) => normalization(config),
  rescaling: (config) => rescaling(config as never),
};

/** The layer of a saved configuration. @throws ERR_FORMAT for an unknown kind */
export function layerFromConfig(kind: string, config: Config): Layer {
  const make = byKind[kind];
  if (make === undefined) {
    throw new HebbError('ERR_FORMAT', `model file: unknown layer '${kind}'; this version knows ${Object.keys(byKind).join(', ')}`);
  }
  return make(config);
}

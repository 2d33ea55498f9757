import { named } from '../named.js';
import * as layers from './index.js';
import type { Config, Layer } from './layer.js';
import { getInitializer, getRegularizer } from './parts.js';

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

const makers: Readonly<Record<string, (config: Config) => Layer>> = {
  input: (config) => layers.input(config as never),
  dense: (config) => layers.dense(revive(config) as never),
  flatten: (config) => layers.flatten(config),
  reshape: (config) => layers.reshape(config as never),
  activation: (config) => layers.activation(config as never),
  dropout: (config) => layers.dropout(config as never),
  normalization: (config) => layers.normalization(config),
  concatenate: (config) => layers.concatenate(config),
  add: (config) => layers.add(config),
  subtract: (config) => layers.subtract(config),
  multiply: (config) => layers.multiply(config),
  average: (config) => layers.average(config),
  maximum: (config) => layers.maximum(config),
  minimum: (config) => layers.minimum(config),
  dot: (config) => layers.dot(config as never),
  rescaling: (config) => layers.rescaling(config as never),
};

/** Whether a kind of layer can be made again from its configuration. */
export function isKnownLayer(kind: string): boolean {
  return Object.hasOwn(makers, kind);
}

/** The layer of a saved configuration. @throws ERR_FORMAT for an unknown kind */
export function layerFromConfig(kind: string, config: Config): Layer {
  return named('layer', makers, kind, 'ERR_FORMAT')(config);
}

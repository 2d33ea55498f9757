import { HebbError } from '../errors.js';
import { named } from '../named.js';
import { makeOwn, type OwnParts } from '../own_parts.js';
import * as layers from './index.js';
import type { Config, Layer } from './layer.js';
import { reviveParts } from './parts.js';

const makers: Readonly<Record<string, (config: Config) => Layer>> = {
  input: (config) => layers.input(config as never),
  dense: (config) => layers.dense(config as never),
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
  alphaDropout: (config) => layers.alphaDropout(config as never),
  gaussianNoise: (config) => layers.gaussianNoise(config as never),
  gaussianDropout: (config) => layers.gaussianDropout(config as never),
  batchNormalization: (config) => layers.batchNormalization(config),
  layerNormalization: (config) => layers.layerNormalization(config),
  embedding: (config) => layers.embedding(config as never),
  leakyReLU: (config) => layers.leakyReLU(config),
  elu: (config) => layers.elu(config),
  relu: (config) => layers.relu(config),
  prelu: (config) => layers.prelu(config),
  softmax: (config) => layers.softmax(config),
  identity: (config) => layers.identity(config),
  permute: (config) => layers.permute(config as never),
  lambda: ({ function: f, ...config }) => layers.lambda(f as never, config),
  repeatVector: (config) => layers.repeatVector(config as never),
};

/** A layer as a file holds it: of a known kind or, with `own`, of a class of the user's. */
export interface SavedLayer {
  readonly kind: string;
  readonly own?: string;
  readonly config: Config;
}

/** The layer that a file holds. @throws ERR_FORMAT for an unknown kind, or a class that is not given */
export function layerFromConfig({ kind, own, config }: SavedLayer, parts: OwnParts): Layer {
  const revived = reviveParts(config, parts);
  if (own === undefined) return named('layer', makers, kind, 'ERR_FORMAT')(revived);
  const layer = makeOwn(parts, { own, config: revived }, `layer ${String(config.name)}`);
  if (layer instanceof layers.Layer) return layer;
  throw new HebbError('ERR_FORMAT', `loadModel: classes.${own} makes no layer`);
}

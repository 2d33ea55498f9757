import type { SavedLayer } from '../layers/from_config.js';
import * as layers from '../layers/index.js';
import { savedObject } from '../own_parts.js';
import { ModelLayer } from './model_layer.js';

/** What makes a layer again, as JSON. @throws ERR_ARGUMENT for a class or function of the user's own that has no name */
export function layerConfig(layer: layers.Layer): SavedLayer {
  const config = { name: layer.name, trainable: layer.trainable, dtype: layer.dtype, ...layer.getConfig() };
  const isKnown = layer instanceof ModelLayer || Object.values<unknown>(layers).includes(layer.constructor);
  return { kind: layer.kind, ...(isKnown ? { config } : savedObject(layer.name, layer, config)) };
}

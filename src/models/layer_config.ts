import { HebbError } from '../errors.js';
import type { SavedLayer } from '../layers/from_config.js';
import * as layers from '../layers/index.js';
import { isSavedOwn, savedObject } from '../own_parts.js';
import { ModelLayer } from './model_layer.js';

/** What makes a layer again, as JSON. @throws ERR_ARGUMENT for a class or function of the user's own that has no name */
export function layerConfig(layer: layers.Layer): SavedLayer {
  const config = { name: layer.name, trainable: layer.trainable, dtype: layer.dtype, ...layer.getConfig() };
  for (const [option, value] of Object.entries(config)) {
    if (!isSavedOwn(value) || value.own !== '') continue;
    throw new HebbError('ERR_ARGUMENT', `${layer.name}: the ${option} is a function without a name, which no file can hold`);
  }
  const isKnown = layer instanceof ModelLayer || Object.values<unknown>(layers).includes(layer.constructor);
  return { kind: layer.kind, ...(isKnown ? { config } : savedObject(layer.name, layer, config)) };
}

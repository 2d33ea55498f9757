import type { Config, Layer } from '../layers/layer.js';

/** What makes a layer again, as JSON. */
export function layerConfig(layer: Layer): { kind: string; config: Config } {
  return { kind: layer.kind, config: { name: layer.name, trainable: layer.trainable, dtype: layer.dtype, ...layer.getConfig() } };
}

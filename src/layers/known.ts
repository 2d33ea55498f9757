import { checkNames } from '../options.js';
import type { Layer } from './layer.js';

/** The layer, if it knows every option that it was given. @throws ERR_ARGUMENT naming the one it does not know */
export function known<L extends Layer>(layer: L, options: object = {}): L {
  checkNames(layer.kind, options, [...Object.keys(layer.getConfig()), 'name', 'inputShape', 'trainable', 'dtype']);
  return layer;
}

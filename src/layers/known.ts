import { checkNames } from '../options.js';
import type { Layer } from './layer.js';

/**
 * The layer, if it knows every option that it was given: those in its configuration, unless they are listed, and those of
 * every layer.
 *
 * @throws ERR_ARGUMENT naming the one it does not know
 */
export function known<L extends Layer>(layer: L, options: object = {}, own: readonly string[] = Object.keys(layer.getConfig())): L {
  checkNames(layer.kind, options, [...own, 'name', 'inputShape', 'trainable', 'dtype']);
  return layer;
}

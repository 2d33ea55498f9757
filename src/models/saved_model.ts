import type { Config } from '../layers/layer.js';
import { savedObject, type SavedOwn } from '../own_parts.js';
import type { Shape } from '../tensor.js';
import type { Network } from './network.js';
import type { Structure } from './structure.js';

/** A model of a class of one's own as a file holds it. */
export interface SavedOwnModel extends SavedOwn {
  readonly kind: 'own';
  readonly inputs: { readonly structure: Structure; readonly shapes: readonly Shape[] };
}

/** What makes a model again, as JSON. @throws ERR_ARGUMENT for a class of one's own without getConfig() or a name */
export function savedModel(model: Network): Config | SavedOwnModel {
  const config = model.getConfig();
  if (model.kind !== 'own') return { kind: model.kind, ...config };
  const inputs = { structure: model.inputStructure, shapes: model.inputShapes ?? [] };
  return { kind: 'own', inputs, ...savedObject(model.name, model, { name: model.name, ...config }) };
}

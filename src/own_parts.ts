// What a model file says of classes and functions of the user's own: their names, by which loadModel() finds them again.
import { HebbError } from './errors.js';

/** A class, or a function: of tensors, or one that makes an object from its options. */
export type OwnPart = (abstract new (config: never) => object) | ((...args: never[]) => unknown);

/** Classes and functions of one's own by the names that model files know. */
export type OwnParts = Readonly<Record<string, OwnPart>>;

/** A part as a file holds it: its name and, of all but plain functions, the options that make it again. */
export interface SavedOwn {
  readonly own: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Whether a value of a configuration stands for a part of the user's own. */
export function isSavedOwn(saved: unknown): saved is SavedOwn {
  return typeof saved === 'object' && saved !== null && typeof Reflect.get(saved, 'own') === 'string';
}

/** A function as a file holds it; of one that is named after its option, `{ loss: () => ... }`, the name counts as none. */
export function savedFunction({ name }: { readonly name: string }, option: string): SavedOwn {
  return { own: name === option ? '' : name };
}

/** An object of a class of one's own as a file holds it. @throws ERR_ARGUMENT for a class without a name */
export function savedObject(what: string, object: object, config: SavedOwn['config'] = {}): Required<SavedOwn> {
  const { name } = object.constructor;
  if (name === '') throw new HebbError('ERR_ARGUMENT', `save: ${what} is of a class without a name, by which loadModel() could find it`);
  return { own: name, config };
}

/**
 * The part that a file names: a function as it is, an object made by the class's fromConfig(config), by `new` or by calling.
 *
 * @throws ERR_FORMAT that names what is missing or fails
 */
export function makeOwn(parts: OwnParts, { own, config }: SavedOwn, what: string): unknown {
  const part = Object.hasOwn(parts, own) ? parts[own] : undefined;
  if (typeof part !== 'function') {
    const given = Object.keys(parts).join(', ') || 'none';
    throw new HebbError('ERR_FORMAT', `loadModel: ${what} needs '${own}' of your own: loadModel(path, { classes: { ${own} } }); given: ${given}`);
  }
  if (config === undefined) return part;
  const fromConfig: unknown = Reflect.get(part, 'fromConfig');
  try {
    if (typeof fromConfig === 'function') return Reflect.apply(fromConfig, part, [config]);
    // Arrow functions and methods cannot be called with new; a function that answers an object answers it to new, too.
    return Reflect.get(part, 'prototype') === undefined ? Reflect.apply(part, undefined, [config]) : Reflect.construct(part, [config]);
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw new HebbError('ERR_FORMAT', `loadModel: ${what}: classes.${own} fails for the saved configuration (${fault})`, { cause: error });
  }
}

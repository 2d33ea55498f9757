import { HebbError } from '../errors.js';
import { checkNames } from '../options.js';
import type { Model } from './model.js';
import type { LoadOptions } from './save.js';
import type { Sequential } from './sequential.js';

/**
 * Reads a model that save() wrote. With the optimiser's state, training goes on as if it had never stopped; that also puts
 * the random generator back to where it was. A file holds no code: classes and functions of your own are given by name.
 *
 * @throws ERR_FORMAT that says what is wrong with the file, or which class or function is missing
 * @example
 * class Scale extends layers.Layer {
 *   constructor(options) { super('scale', options); this.by = options.by; }
 *   outputShape(inputShape) { return inputShape; }
 *   call(x) { return x.mul(this.by); }
 *   getConfig() { return { by: this.by }; }
 * }
 * const net = sequential([new Scale({ by: 3, inputShape: [2] })]);
 * await net.save('model.hebb');
 * const loaded = await loadModel('model.hebb', { classes: { Scale } });
 * loaded.predict([[1, 2]]).toArray(); // [[3, 6]]
 */
export async function loadModel<M extends Model = Sequential>(path: string, options: LoadOptions = {}): Promise<M> {
  checkNames('loadModel', options, ['compile', 'classes']);
  if (Array.isArray(options.classes)) throw new HebbError('ERR_ARGUMENT', 'loadModel: classes is an object of classes and functions by their names, got an array');
  const { readModel } = await import('./save.js');
  return readModel<M>(path, options);
}

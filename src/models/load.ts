import type { Model } from './model.js';
import type { LoadOptions } from './save.js';
import type { Sequential } from './sequential.js';

/**
 * Reads a model that save() wrote. With the optimiser's state, training goes on as if it had never stopped; that also puts
 * the random generator back to where it was.
 *
 * @throws ERR_FORMAT that says what is wrong with the file
 * @example
 * const net = await loadModel('model.hebb');
 */
export async function loadModel<M extends Model = Sequential>(path: string, options: LoadOptions = {}): Promise<M> {
  const { readModel } = await import('./save.js');
  return readModel<M>(path, options);
}

// What fit() checks of data and options beside the shapes, before anything changes.
import { isFloat } from '../dtype.js';
import { HebbError } from '../errors.js';
import { any, argmax, notEqual, reshape, sum } from '../ops/index.js';
import { scope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { hooks } from './callbacks.js';

/** @throws ERR_ARGUMENT unless they are an array of objects, as the functions of `callbacks` answer them */
export function checkCallbacks(given: unknown = []): void {
  if (!Array.isArray(given)) throw new HebbError('ERR_ARGUMENT', `fit: callbacks is an array, got ${typeof given}`);
  for (const callback of given as readonly unknown[]) {
    if (typeof callback === 'object' && callback !== null) {
      if (hooks.some((hook) => hook in callback)) continue;
      throw new HebbError('ERR_ARGUMENT', `fit: callbacks: a callback has one of ${hooks.join(', ')}, got an object with ${Object.keys(callback).join(', ') || 'nothing'}`);
    }
    const hint = typeof callback === 'function' ? '; call it' : '';
    throw new HebbError('ERR_ARGUMENT', `fit: callbacks holds objects such as callbacks.earlyStopping() answers, got ${typeof callback}${hint}`);
  }
}

/** @throws ERR_ARGUMENT for inputs that contain NaN, which would make every weight NaN */
export function checkInputs(inputs: readonly Tensor[]): void {
  for (const [i, x] of inputs.entries()) {
    if (!isFloat(x.dtype)) continue;
    // A sum is cheaper than a look at each; infinities of both signs make it NaN, too.
    const total = sum(x);
    const suspect = Number.isNaN(total.item());
    total.dispose();
    if (!suspect) continue;
    const row = scope(() => {
      const inRow = any(reshape(notEqual(x, x), [x.shape[0] ?? 0, -1]), 1);
      return any(inRow).item() === 0 ? undefined : argmax(inRow).item();
    });
    if (row === undefined) continue;
    const name = inputs.length > 1 ? `x[${i}]` : 'x';
    throw new HebbError('ERR_ARGUMENT', `fit: ${name} contains NaN, first in row ${row}: replace it, or leave the row out`);
  }
}

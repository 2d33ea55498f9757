// What functions and methods of the user's own return is checked in here, so that errors name them.
import { HebbError } from './errors.js';
import { checkList, valueText } from './options.js';
import { Tensor, type Shape } from './tensor.js';

/** The tensor that a function of the user's, `what`, returned. @throws ERR_ARGUMENT or ERR_DISPOSED naming it and what came back */
export function returned(what: string, result: unknown): Tensor {
  if (result instanceof Promise) result.catch(() => undefined); // what fails in there after this error has no other listener
  if (!(result instanceof Tensor)) {
    throw new HebbError('ERR_ARGUMENT', `${what} returns a tensor, got ${result instanceof Promise ? 'a promise; it cannot be async' : valueText(result)}`);
  }
  if (result.isDisposed) throw new HebbError('ERR_DISPOSED', `${what} returned a tensor that was disposed, its values are gone`);
  return result as Tensor;
}

/** As returned(), for an array of tensors. */
export function returnedList(what: string, result: unknown): readonly Tensor[] {
  checkList(what, 'what it returns', result, 'tensors');
  return (result as readonly unknown[]).map((part, i) => returned(`${what}[${i}]`, part));
}

/** As returned(), for something with a row for each of `rows`. @throws ERR_SHAPE for another number of them */
export function returnedRows(what: string, result: unknown, rows: number | undefined): Tensor {
  const y = returned(what, result);
  if (y.shape[0] === rows) return y;
  throw new HebbError('ERR_SHAPE', `${what} returned [${y.shape.join(',')}] for a batch of ${rows ?? 0} rows`);
}

/** As returnedRows(), or one number for the whole batch. */
export function returnedMean(what: string, result: unknown, rows: number | undefined): Tensor {
  return result instanceof Tensor && result.rank === 0 ? returned(what, result) : returnedRows(what, result, rows);
}

/** As returned(), for something of a known shape. @throws ERR_SHAPE for another one */
export function returnedShape(what: string, result: unknown, shape: Shape): Tensor {
  const y = returned(what, result);
  if (y.shape.join() === shape.join()) return y;
  throw new HebbError('ERR_SHAPE', `${what} returned [${y.shape.join(',')}], expected [${shape.join(',')}]`);
}

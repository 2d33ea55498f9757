import { HebbError } from '../errors.js';
import { disposedError, Tensor } from '../tensor.js';

/**
 * A function made of other ops, whose errors name it and not the op within it that found the fault; a disposed tensor is one
 * even where nothing would read it.
 */
export function composed<F extends (...args: never[]) => unknown>(name: string, f: F): F {
  const op = (...args: never[]): unknown => {
    for (const arg of args as readonly unknown[]) if (arg instanceof Tensor && arg.isDisposed) throw disposedError(name);
    try {
      return f(...args);
    } catch (error) {
      if (!(error instanceof HebbError)) throw error;
      // What has no such beginning, as being out of memory, is of no op.
      const message = error.message.replace(/^(\w+|native call): /, `${name}: `);
      throw message === error.message ? error : new HebbError(error.code, message, { cause: error });
    }
  };
  return Object.defineProperty(op, 'name', { value: name }) as F;
}

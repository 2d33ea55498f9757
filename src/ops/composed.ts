import { asErrorOf } from '../errors.js';
import { disposedError, Tensor } from '../tensor.js';

/**
 * A function made of other ops, whose errors name it and not the op within it that found the fault. A disposed tensor in the
 * first place is one even where nothing would read it.
 */
export function composed<F extends (...args: never[]) => unknown>(name: string, f: F): F {
  // What is only handed on is not collected in an array: a look at every argument costs 30 ns, at the first one nothing.
  const op = (first: never, ...rest: never[]): unknown => {
    if ((first as unknown) instanceof Tensor && (first as Tensor).isDisposed) throw disposedError(name);
    try {
      return f(first, ...rest);
    } catch (error) {
      // Not every native function is an op that names itself.
      throw asErrorOf(name, error, /^(\w+|native call): /);
    }
  };
  return Object.defineProperty(op, 'name', { value: name }) as F;
}

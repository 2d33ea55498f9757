import { AsyncLocalStorage } from 'node:async_hooks';
import { setScopeSink, Tensor, type ScopeSink } from './tensor.js';

/** The tensors made in one scope() that nobody asked to keep. */
class Scope implements ScopeSink {
  private tensors: Tensor[] = [];
  private released: Set<Tensor> | undefined;

  add(x: Tensor): void {
    this.tensors.push(x);
  }
  /** Leaves a tensor alone from now on. */
  release(x: Tensor): void {
    (this.released ??= new Set()).add(x);
  }
  /** Frees all but `kept`, which go to the scope around this one. */
  close(kept: ReadonlySet<Tensor>, outer: Scope | undefined): void {
    const { tensors, released } = this;
    this.tensors = [];
    for (const x of tensors) {
      if (released?.has(x)) continue;
      if (!kept.has(x)) x.dispose();
      else outer?.add(x);
    }
  }
}

/**
 * Follows each scope through its awaits. Switched off when no scope is open at the end of the turn: promises outside then
 * cost nothing, and a loop of scopes does not pay 2 us each time for switching it on and off.
 */
const current = new AsyncLocalStorage<Scope>();
let open = 0;
let switchingOff = false;

const sink: ScopeSink = {
  add(x) {
    current.getStore()?.add(x);
  },
};

function enter(): void {
  if (open++ === 0) setScopeSink(sink);
}

function leave(): void {
  if (--open > 0) return;
  setScopeSink(undefined);
  if (switchingOff) return;
  switchingOff = true;
  queueMicrotask(() => {
    switchingOff = false;
    if (open === 0) current.disable();
  });
}

function collect(value: unknown, into: Set<Tensor>, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Tensor) into.add(value as Tensor);
  else if (ArrayBuffer.isView(value)) return;
  else if (value instanceof Map || value instanceof Set) for (const part of value.values()) collect(part, into, seen);
  else for (const part of Object.values(value)) collect(part, into, seen);
}

/**
 * Runs fn and frees every tensor made inside that it does not return; tensors in returned arrays, maps and objects are kept,
 * and belong to the scope around this one, if any. An async function keeps its scope until its promise is settled.
 *
 * @returns what fn returns
 * @example
 * const total = scope(() => sum(mul(ones([1000, 1000]), 2))); // the large tensors are free again
 */
export function scope<R>(fn: () => R): R {
  const outer = current.getStore();
  const inner = new Scope();
  const close = (result: unknown): void => {
    const kept = new Set<Tensor>();
    collect(result, kept, new Set());
    inner.close(kept, outer);
    leave();
  };
  enter();
  let result: R;
  try {
    result = current.run(inner, fn);
  } catch (error) {
    close(undefined);
    throw error;
  }
  if (!(result instanceof Promise)) {
    close(result);
    return result;
  }
  return result.then(
    (value: unknown) => {
      close(value);
      return value;
    },
    (error: unknown) => {
      close(undefined);
      throw error;
    },
  ) as R;
}

/**
 * Takes a tensor out of the scope() that it was made in: it lives until it is disposed or forgotten.
 *
 * @example
 * let best;
 * scope(() => { best = keep(zeros([3])); });
 * best.toArray(); // [0, 0, 0]
 */
export function keep<T extends Tensor>(x: T): T {
  current.getStore()?.release(x);
  return x;
}

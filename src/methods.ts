import * as ops from './ops/index.js';
import { Tensor } from './tensor.js';

/** Exports of the ops that make tensors from something else, and so are no methods of a tensor. */
const makers = [
  'tensor',
  'toTensor',
  'full',
  'arange',
  'linspace',
  'eye',
  'concat',
  'stack',
  'zeros',
  'ones',
  'checkShape',
  'checkDtype',
  'deviceIndex',
  'binary',
  'unary',
  'sameShape',
  'logitsOf',
] as const;

/** The method of an op: its first argument is the tensor itself. The generic shape of the op is not carried over. */
type Method<F> = F extends (x: never, ...rest: infer R) => infer Y ? (...rest: R) => Y : never;

/** Every op as a method. */
export type Methods = { [K in Exclude<keyof typeof ops, (typeof makers)[number]>]: Method<(typeof ops)[K]> };

declare module './tensor.js' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface Tensor<S extends Shape = Shape> extends Methods {
    /** The transpose: all dimensions in reverse order. */
    readonly T: Tensor;
  }
}

const names: readonly string[] = makers;
for (const [name, op] of Object.entries(ops)) {
  if (names.includes(name) || typeof op !== 'function') continue;
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: never[]) {
      return (op as (x: Tensor, ...rest: never[]) => unknown)(this, ...rest);
    },
    writable: true,
    configurable: true,
  });
}
Object.defineProperty(Tensor.prototype, 'T', {
  get(this: Tensor) {
    return ops.transpose(this);
  },
  configurable: true,
});

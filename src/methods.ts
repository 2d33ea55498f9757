import * as ops from './ops/index.js';
import type { BroadcastFits, BroadcastShape, MatmulFits, MatmulShape, ReshapeFits, ReshapeShape, Reversed, ShapeOf } from './shape_types.js';
import { Tensor, type ShapeLiteral, type TensorLike } from './tensor.js';

/** Exports of the ops that make tensors from something else, and so are no methods of a tensor. */
const makers = [
  'tensor',
  'toTensor',
  'full',
  'zeros',
  'ones',
  'arange',
  'linspace',
  'eye',
  'concat',
  'stack',
  'checkShape',
  'checkDtype',
  'binary',
  'unary',
  'sameShape',
  'toIndices',
  'logitsOf',
] as const;

/**
 * The method of an op: its first argument is the tensor itself. A generic op loses its type parameters here, so those that
 * carry shapes are written out below, with `this` in the place of the first argument.
 */
type Method<F> = F extends (x: never, ...rest: infer R) => infer Y ? (...rest: R) => Y : never;

type UnaryName =
  | 'neg' | 'abs' | 'sign' | 'step' | 'square' | 'exp' | 'expm1' | 'log' | 'log1p' | 'sqrt' | 'rsqrt' | 'reciprocal' | 'floor' | 'ceil'
  | 'round' | 'sin' | 'cos' | 'tan' | 'tanh' | 'erf' | 'relu' | 'sigmoid' | 'softplus' | 'softsign' | 'silu' | 'mish' | 'selu'
  | 'logSigmoid' | 'tanhShrink' | 'sparsePlus' | 'sparseSigmoid' | 'hardSigmoid' | 'hardSilu' | 'relu6' | 'hardTanh';
type BinaryName =
  | 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'floorDiv' | 'mod' | 'maximum' | 'minimum' | 'equal' | 'notEqual' | 'less' | 'lessEqual'
  | 'greater' | 'greaterEqual' | 'logicalAnd' | 'logicalOr' | 'logicalXor';

type UnaryMethod = <T extends Tensor>(this: T) => T;
type BinaryMethod = <A extends Tensor, B extends TensorLike>(
  this: A,
  b: B & BroadcastFits<ShapeOf<A>, ShapeOf<B>>,
) => Tensor<BroadcastShape<ShapeOf<A>, ShapeOf<B>>>;

/** Methods that check or carry literal shapes. */
interface ShapedMethods {
  matmul<A extends Tensor, B extends TensorLike>(
    this: A,
    b: B & MatmulFits<ShapeOf<A>, ShapeOf<B>>,
  ): Tensor<MatmulShape<ShapeOf<A>, ShapeOf<B>>>;
  matmul(b: TensorLike, options: ops.MatmulOptions | undefined): Tensor;
  reshape<A extends Tensor, const S extends ShapeLiteral>(this: A, shape: S & ReshapeFits<ShapeOf<A>, S>): Tensor<ReshapeShape<S>>;
  transpose<A extends Tensor>(this: A): Tensor<Reversed<ShapeOf<A>>>;
  transpose(axes?: readonly number[]): Tensor;
  assign<T extends Tensor>(this: T, value: TensorLike): T;
  addInPlace<T extends Tensor>(this: T, value: TensorLike): T;
  copyFrom<T extends Tensor>(this: T, values: Parameters<typeof ops.copyFrom>[1]): T;
  copy<T extends Tensor>(this: T): T;
  cast<T extends Tensor>(this: T, dtype: Parameters<typeof ops.cast>[1]): T;
  clip<T extends Tensor>(this: T, low: number, high: number): T;
  to<T extends Tensor>(this: T, device: string): T;
}

/** Every op as a method. */
export type Methods = ShapedMethods & {
  [K in keyof typeof ops as Exclude<K, (typeof makers)[number] | keyof ShapedMethods>]: K extends BinaryName
    ? BinaryMethod
    : K extends UnaryName
      ? UnaryMethod
      : Method<(typeof ops)[K]>;
};

declare module './tensor.js' {
  interface Tensor<S extends Shape = Shape> extends Methods {
    /** The transpose: all dimensions in reverse order. */
    readonly T: Tensor<Reversed<S>>;
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

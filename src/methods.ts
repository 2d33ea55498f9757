import * as ops from './ops/index.js';
import type { BroadcastFits, BroadcastShape, MatmulFits, MatmulShape, ReshapeFits, ReshapeShape, Reversed, ShapeOf } from './shape_types.js';
import { Tensor, type Shape, type ShapeLiteral, type TensorLike } from './tensor.js';

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
  'deviceIndex',
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

type UnaryMethod = <S extends Shape>(this: Tensor<S>) => Tensor<S>;
type BinaryMethod = <S extends Shape, B extends TensorLike>(
  this: Tensor<S>,
  b: B & BroadcastFits<S, ShapeOf<B>>,
) => Tensor<BroadcastShape<S, ShapeOf<B>>>;

/** Methods that check or carry literal shapes. */
interface ShapedMethods {
  matmul<S extends Shape, B extends TensorLike>(this: Tensor<S>, b: B & MatmulFits<S, ShapeOf<B>>): Tensor<MatmulShape<S, ShapeOf<B>>>;
  matmul(b: TensorLike, options: ops.MatmulOptions | undefined): Tensor;
  reshape<A extends Shape, const S extends ShapeLiteral>(this: Tensor<A>, shape: S & ReshapeFits<A, S>): Tensor<ReshapeShape<S>>;
  transpose<S extends Shape>(this: Tensor<S>): Tensor<Reversed<S>>;
  transpose(axes?: readonly number[]): Tensor;
  assign<S extends Shape>(this: Tensor<S>, value: TensorLike): Tensor<S>;
  addInPlace<S extends Shape>(this: Tensor<S>, value: TensorLike): Tensor<S>;
  copyFrom<S extends Shape>(this: Tensor<S>, values: Parameters<typeof ops.copyFrom>[1]): Tensor<S>;
  copy<S extends Shape>(this: Tensor<S>): Tensor<S>;
  cast<S extends Shape>(this: Tensor<S>, dtype: Parameters<typeof ops.cast>[1]): Tensor<S>;
  clip<S extends Shape>(this: Tensor<S>, low: number, high: number): Tensor<S>;
  to<S extends Shape>(this: Tensor<S>, device: string): Tensor<S>;
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

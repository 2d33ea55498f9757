// Shapes as types: what the compiler knows about literal shapes. A dimension of type `number` fits everything; a shape whose
// rank is unknown (Shape) is not checked. Only matmul, the broadcasting ops, reshape and transpose check or carry shapes.
import type { TypedArray } from './dtype.js';
import type { Shape, Tensor } from './tensor.js';

/** What a parameter must also be, and never is, when literal shapes do not fit: the compiler's message shows the text. */
export interface ShapeMismatch<Message extends string> {
  readonly shapeMismatch: Message;
}

type IsOpen<S extends Shape> = number extends S['length'] ? true : false;

type Dim<N extends number> = number extends N ? '*' : `${N}`;
type Dims<S extends Shape> = S extends readonly [infer N extends number]
  ? Dim<N>
  : S extends readonly [infer N extends number, ...infer Rest extends Shape]
    ? `${Dim<N>},${Dims<Rest>}`
    : '';

/** A shape as text: '[32,784]', with * for a size that is not known. */
export type ShapeText<S extends Shape> = `[${Dims<S>}]`;

/** The shape of an operand: of a tensor its own, of a number none, of other data unknown. */
export type ShapeOf<X> = [X] extends [Tensor<infer S>] ? S : [X] extends [number | boolean] ? [] : Shape;

/** The shape of the tensor that data makes. */
export type DataShape<D> = [D] extends [number | boolean]
  ? []
  : [D] extends [TypedArray]
    ? [number]
    : [D] extends [readonly (infer Part)[]]
      ? [D['length'], ...DataShape<Part>]
      : Shape;

type SameSize<A extends number, B extends number> = number extends A ? true : number extends B ? true : A extends B ? true : false;

/** unknown where [m, k] x [k, n] fit, else the mismatch. */
export type MatmulFits<A extends Shape, B extends Shape> = A extends readonly [number, infer K extends number]
  ? B extends readonly [infer L extends number, number]
    ? SameSize<K, L> extends true
      ? unknown
      : ShapeMismatch<`matmul: inner dimensions differ, ${ShapeText<A>} x ${ShapeText<B>}`>
    : unknown
  : unknown;

/** [m, n] of two matrices; unknown otherwise. */
export type MatmulShape<A extends Shape, B extends Shape> = A extends readonly [infer M extends number, number]
  ? B extends readonly [number, infer N extends number]
    ? [M, N]
    : Shape
  : Shape;

type StretchedSize<A extends number, B extends number> = number extends A ? (B extends 1 ? number : B) : A extends 1 ? B : A;

type Stretch<A extends Shape, B extends Shape> = A extends readonly [...infer Outer extends Shape, infer M extends number]
  ? B extends readonly [...infer OtherOuter extends Shape, infer N extends number]
    ? [...Stretch<Outer, OtherOuter>, StretchedSize<M, N>]
    : A
  : B;

type Broadcasts<A extends Shape, B extends Shape> = A extends readonly [...infer Outer extends Shape, infer M extends number]
  ? B extends readonly [...infer OtherOuter extends Shape, infer N extends number]
    ? true extends SameSize<M, N> | (M extends 1 ? true : false) | (N extends 1 ? true : false)
      ? Broadcasts<Outer, OtherOuter>
      : false
    : true
  : true;

/** unknown where the shapes broadcast by NumPy's rule, else the mismatch. */
export type BroadcastFits<A extends Shape, B extends Shape> = true extends IsOpen<A> | IsOpen<B>
  ? unknown
  : true extends Broadcasts<A, B>
    ? unknown
    : ShapeMismatch<`shapes ${ShapeText<A>} and ${ShapeText<B>} do not broadcast`>;

/** The broadcast shape, unknown where a rank is. */
export type BroadcastShape<A extends Shape, B extends Shape> = true extends IsOpen<A> | IsOpen<B> ? Shape : Stretch<A, B>;

/** The dimensions in reverse order. */
export type Reversed<S extends Shape> = IsOpen<S> extends true
  ? Shape
  : S extends readonly [infer N extends number, ...infer Rest extends Shape]
    ? [...Reversed<Rest>, N]
    : [];

type Tuple<N extends number, T extends 0[] = []> = T['length'] extends N ? T : Tuple<N, [...T, 0]>;
type Times<N extends number, T extends 0[], Sum extends 0[] = [], Count extends 0[] = []> = Count['length'] extends N
  ? Sum['length']
  : Times<N, T, [...Sum, ...T], [...Count, 0]>;
type IsTwoDigits<N extends number> = `${N}` extends `-${string}` ? false : `${N}` extends `${infer _A}${infer _B}${infer More}` ? (More extends '' ? true : false) : true;
/** The number of elements while all factors stay below 100; `number` beyond: the compiler does not count further. */
type Count<S extends Shape, Product extends number = 1> = S extends readonly [infer N extends number, ...infer Rest extends Shape]
  ? number extends N
    ? number
    : N extends 1
      ? Count<Rest, Product>
      : Product extends 1
        ? Count<Rest, N>
        : IsTwoDigits<N> extends true
          ? IsTwoDigits<Product> extends true
            ? Count<Rest, Times<N, Tuple<Product>> & number>
            : number
          : number
  : Product;

/** unknown where the literal sizes multiply to the same number (or are too large to tell), else the mismatch. */
export type ReshapeFits<A extends Shape, B extends Shape> = true extends IsOpen<A> | IsOpen<B>
  ? unknown
  : -1 extends B[number]
    ? unknown
    : SameSize<Count<A>, Count<B>> extends true
      ? unknown
      : ShapeMismatch<`reshape: ${ShapeText<A>} does not fit ${ShapeText<B>}`>;

/** A target shape with `number` in the place of -1. */
export type ReshapeShape<S extends Shape> = { [K in keyof S]: S[K] extends -1 ? number : S[K] };

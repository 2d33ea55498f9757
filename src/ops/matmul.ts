import { record } from '../autograd.js';
import { nativeOp } from '../native.js';
import { checkNames } from '../options.js';
import type { MatmulFits, MatmulShape, ShapeOf } from '../shape_types.js';
import { wrap, type Tensor, type TensorLike } from '../tensor.js';
import { cast, reshape, sumTo } from './copy.js';
import { toTensor } from './create.js';

const matmulNative = nativeOp('matmul');

/** Which operands of matmul() are read with their last two dimensions exchanged. */
export interface MatmulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
}

const optionNames = ['transposeA', 'transposeB'];

/**
 * Matrix product [..., m, k] x [..., k, n] -> [..., m, n]; leading dimensions broadcast. A vector on the left is a row, on
 * the right a column, and its dimension is dropped from the result. Each element is one chain of fused multiply-adds over k.
 *
 * @throws ERR_SHAPE when the inner sizes differ
 * @example
 * matmul([[1, 2], [3, 4]], [[5], [6]]).toArray(); // [[17], [39]]
 */
export function matmul<A extends TensorLike, B extends TensorLike>(
  left: A,
  right: B & MatmulFits<ShapeOf<A>, ShapeOf<B>>,
): Tensor<MatmulShape<ShapeOf<A>, ShapeOf<B>>>;
export function matmul(left: TensorLike, right: TensorLike, options: MatmulOptions | undefined): Tensor;
export function matmul(left: TensorLike, right: TensorLike, options?: MatmulOptions): Tensor {
  if (options === undefined) return product(toTensor(left), toTensor(right), false, false);
  checkNames('matmul', options, optionNames);
  const { transposeA = false, transposeB = false } = options;
  return product(toTensor(left), toTensor(right), transposeA, transposeB);
}

function product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  const y = wrap(
    matmulNative(a.bytes, a.offset, a.layout.id, b.bytes, b.offset, b.layout.id, transposeA, transposeB),
    a,
    b,
  );
  record(y, [a, b], (gradient) => {
    // As matrices: a row vector is [1, k], a column [k, 1].
    const am = a.rank === 1 ? reshape(a, [1, a.size]) : a;
    const bm = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
    const vectors = a.rank === 1 || b.rank === 1;
    const dy = vectors ? reshape(gradient, matrixShape(y.shape, a.rank === 1, b.rank === 1)) : gradient;
    const ta = transposeA && a.rank > 1;
    const tb = transposeB && b.rank > 1;
    const da = (): Tensor => (ta ? product(bm, dy, tb, true) : product(dy, bm, false, !tb));
    const db = (): Tensor => (tb ? product(dy, am, true, ta) : product(am, dy, !ta, false));
    return [() => fit(da(), am, a), () => fit(db(), bm, b)];
  });
  return y;
}

function matrixShape(shape: readonly number[], row: boolean, column: boolean): number[] {
  const full = [...shape];
  if (column) full.push(1);
  if (row) full.splice(full.length - 1, 0, 1);
  return full;
}

function fit(gradient: Tensor, matrix: Tensor, operand: Tensor): Tensor {
  const total = sumTo(gradient, matrix.shape);
  const sum = matrix === operand ? total : reshape(total, operand.shape);
  return sum.dtype === operand.dtype ? sum : cast(sum, operand.dtype);
}

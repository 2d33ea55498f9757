// Half of this test is that it compiles: every @ts-expect-error line is an error that the compiler must find.
import test from 'ava';
import { add, matmul, mul, ones, reshape, tensor, transpose, zeros, type Shape, type Tensor } from '../src/index.js';

/** Compiles only where T is exactly U. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
type Exactly<T, U> = (<X>() => X extends T ? 1 : 2) extends <X>() => X extends U ? 1 : 2 ? true : false;
function hasShape<S extends Shape>() {
  return <T extends Shape>(x: Tensor<T>, ..._proof: Exactly<T, S> extends true ? [] : ['the shape type is', T]): Tensor<T> => x;
}

const x = zeros([32, 784]);
const w = zeros([784, 10]);
const b = zeros([10]);

test('literal shapes are carried through matmul, the broadcasting ops, reshape and transpose', (t) => {
  const y = hasShape<[32, 10]>()(matmul(x, w).add(b));
  hasShape<[10, 32]>()(y.T);
  hasShape<[10, 32]>()(transpose(y).relu().mul(2));
  hasShape<[2, 1, 3]>()(tensor([[[1, 2, 3]], [[4, 5, 6]]]));
  hasShape<[2, 4, 3]>()(add(tensor([[[1, 2, 3]], [[4, 5, 6]]]), zeros([4, 1])));
  hasShape<[]>()(add(1, 2));
  t.deepEqual([...y.shape], [32, 10]);
});

test('sizes that the compiler does not know are free', (t) => {
  const rows = Number('3');
  const batch = zeros([rows, 784]);
  hasShape<[number, 10]>()(batch.matmul(w));
  const unknown: Tensor = zeros([3, 5]);
  t.throws(() => unknown.matmul(w), { code: 'ERR_SHAPE' });
  t.deepEqual([...add(batch, zeros([rows, 1])).shape], [3, 784]);
  t.deepEqual([...reshape(batch, [-1, 28, 28]).shape], [3, 28, 28]);
  const inferred: Tensor = x;
  t.is(inferred, x);
});

test('literal shapes that do not fit are compile errors, and errors', (t) => {
  // @ts-expect-error matmul: inner dimensions differ, [32,784] x [10]... a matrix of 10 rows
  t.throws(() => matmul(x, zeros([10, 784])), { code: 'ERR_SHAPE' });
  // @ts-expect-error the same as a method
  t.throws(() => x.matmul(x), { code: 'ERR_SHAPE' });
  // @ts-expect-error shapes [32,784] and [10] do not broadcast
  t.throws(() => add(x, b), { code: 'ERR_SHAPE' });
  // @ts-expect-error shapes [32,784] and [784,10] do not broadcast
  t.throws(() => x.mul(w), { code: 'ERR_SHAPE' });
  // @ts-expect-error reshape: [10] does not fit [3,3]
  t.throws(() => b.reshape([3, 3]), { code: 'ERR_SHAPE' });
  // @ts-expect-error reshape: [2,6] does not fit [5,2]
  t.throws(() => reshape(ones([2, 6]), [5, 2]), { code: 'ERR_SHAPE' });
  const fits: Tensor<[32, 784]> = x;
  // @ts-expect-error another literal shape
  const other: Tensor<[784, 32]> = x;
  t.is(fits, x);
  t.deepEqual([...other.shape], [32, 784]);
  t.deepEqual([...mul(x, x).shape], [32, 784]);
});

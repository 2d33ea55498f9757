import { dtypeIndex, type Dtype } from '../dtype.js';
import { nativeOp } from '../native.js';
import { wrap, type Shape, type Tensor } from '../tensor.js';
import { checkDtype, checkShape } from './create.js';

const uniformNative = nativeOp('randomUniform');
const normalNative = nativeOp('randomNormal');
const truncatedNormalNative = nativeOp('randomTruncatedNormal');
const intNative = nativeOp('randomInt');
const bernoulliNative = nativeOp('randomBernoulli');
const permutationNative = nativeOp('randomPermutation');

// Every op here takes the state of a generator, int32 [4], and moves its counter on in place: a captured program draws
// new numbers at each replay. None has a gradient.

/** Uniform numbers in [low, high); float32 or float64. */
export function randomUniform<S extends Shape>(state: Tensor, shape: S, low: number, high: number, dtype: Dtype): Tensor<S> {
  const index = dtypeIndex[checkDtype('rand', dtype)];
  return wrap(uniformNative(state.bytes, state.offset, state.layout.id, checkShape('rand', shape), low, high, index)) as Tensor<S>;
}

/** Normal numbers; float32 or float64. */
export function randomNormal<S extends Shape>(state: Tensor, shape: S, mean: number, std: number, dtype: Dtype): Tensor<S> {
  const index = dtypeIndex[checkDtype('randn', dtype)];
  return wrap(normalNative(state.bytes, state.offset, state.layout.id, checkShape('randn', shape), mean, std, index)) as Tensor<S>;
}

/** Normal numbers, redrawn where they are more than two standard deviations from the mean; float32 or float64. */
export function randomTruncatedNormal<S extends Shape>(state: Tensor, shape: S, mean: number, std: number, dtype: Dtype): Tensor<S> {
  const index = dtypeIndex[checkDtype('truncatedNormal', dtype)];
  const sizes = checkShape('truncatedNormal', shape);
  return wrap(truncatedNormalNative(state.bytes, state.offset, state.layout.id, sizes, mean, std, index)) as Tensor<S>;
}

/** Whole numbers in [low, high), each equally likely; int32 or uint8. */
export function randomInt<S extends Shape>(state: Tensor, shape: S, low: number, high: number, dtype: Dtype): Tensor<S> {
  const index = dtypeIndex[checkDtype('randint', dtype)];
  return wrap(intNative(state.bytes, state.offset, state.layout.id, checkShape('randint', shape), low, high, index)) as Tensor<S>;
}

/** 1 (true) with probability p, else 0; any dtype. */
export function randomBernoulli<S extends Shape>(state: Tensor, shape: S, p: number, dtype: Dtype): Tensor<S> {
  const index = dtypeIndex[checkDtype('bernoulli', dtype)];
  return wrap(bernoulliNative(state.bytes, state.offset, state.layout.id, checkShape('bernoulli', shape), p, index)) as Tensor<S>;
}

/** 0 to n - 1 in random order, int32 [n]. */
export function randomPermutation(state: Tensor, n: number): Tensor {
  return wrap(permutationNative(state.bytes, state.offset, state.layout.id, n));
}

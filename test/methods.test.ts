import test from 'ava';
import * as hebb from '../src/index.js';
import { concat, tensor, Tensor, zeros } from '../src/index.js';
import * as ops from '../src/ops/index.js';

test('ops chain as methods', (t) => {
  const a = tensor([[1, 2], [3, 4]]);
  t.deepEqual(a.add(1).mul(a).matmul(a.T).relu().sum(0).toArray(), [66, 146]);
  t.deepEqual(a.slice([0, null], [1]).toArray(), [[2], [4]]);
  t.deepEqual(a.at(0).toArray(), [1, 2]);
  t.deepEqual(a.gather([1, 0]).toArray(), [[3, 4], [1, 2]]);
  t.deepEqual(a.reshape([4]).toArray(), [1, 2, 3, 4]);
  t.deepEqual(a.transpose().toArray(), [[1, 3], [2, 4]]);
  t.deepEqual(a.matmul(a, { transposeB: true }).toArray(), [[5, 11], [11, 25]]);
  t.is(a.var().item(), 1.25);
  t.deepEqual(a.topk(1).indices.toArray(), [[1], [1]]);
  t.deepEqual(concat([a, a], 0).shape, [4, 2]);
});

test('assign, copyFrom and addInPlace change the tensor and hand it back', (t) => {
  const a = zeros([2, 2]);
  t.is(a.assign(7), a);
  t.deepEqual(a.toArray(), [[7, 7], [7, 7]]);
  t.is(a.copyFrom(new Float64Array([1, 2, 3, 4])), a);
  t.deepEqual(a.addInPlace(1).toArray(), [[2, 3], [4, 5]]);
  t.throws(() => a.copyFrom([1, 2]), { code: 'ERR_SHAPE', message: /2 values for 4 elements/ });
  t.is(a.to(a.device), a);
  t.throws(() => a.to('cuda:7'), { code: 'ERR_DEVICE' });
});

test('every op whose first argument is a tensor is a method, and no maker is', (t) => {
  const methods = new Set(Object.getOwnPropertyNames(Tensor.prototype));
  const makers = ['tensor', 'zeros', 'ones', 'full', 'arange', 'linspace', 'eye', 'concat', 'stack'];
  for (const name of makers) {
    t.false(methods.has(name), name);
    t.true(name in hebb, name);
  }
  for (const name of ['add', 'matmul', 'softmax', 'relu', 'gelu', 'sort', 'pad', 'flip', 'where', 'oneHot', 'cumsum', 'pow', 'std', 'isNaN', 'clip', 'zerosLike']) {
    t.true(methods.has(name), name);
    t.true(name in ops, name);
  }
  for (const internal of ['toTensor', 'checkShape', 'binary', 'unary', 'deviceIndex']) t.false(methods.has(internal), internal);
});

import test from 'ava';
import { arange, initializers, layers, ones, randn, regularizers, seed, sequential, tensor, zeros } from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import type { Layer } from '../../src/layers/index.js';
import { golden, mismatch } from '../support/golden.js';

const context = { training: false };
/** A layer as it predicts. */
const call = (layer: Layer, x: Tensor): Tensor => layer.call(x, context);
const training = { training: true };

test('every activation by name is the recorded function, as a layer of its own and in dense', (t) => {
  const { x, pointwise, rows, rowwise } = golden('activations');
  const names = [...Object.keys(pointwise), ...Object.keys(rowwise)].filter((name) => name !== 'threshold');
  t.true(names.length >= 29);
  const column = tensor(Float64Array.from(x), { shape: [x.length, 1] });
  const table = tensor(Float64Array.from(rows.data), { shape: rows.shape });
  for (const name of names) {
    const single = Object.hasOwn(pointwise, name);
    const recorded = single ? pointwise[name]![0]!.value : rowwise[name]![0]!.value.data;
    const input: Tensor = single ? column : table;
    const outputs = input.shape[1]!;
    const own = layers.activation({ activation: name });
    const dense = layers.dense({ units: outputs, activation: name, kernelInitializer: 'identity', dtype: 'float64' });
    for (const layer of [own, dense]) {
      if (layer === dense && !single && !rows.data.every(Number.isFinite)) continue;
      const finite = layer === dense && !x.every(Number.isFinite) ? input.clip(-1e300, 1e300) : input;
      layer.build([outputs]);
      const y = call(layer, finite);
      t.is(mismatch(y.dataSync(), recorded, { relative: 1e-12, absolute: 1e-12 }), null, `${name} in ${layer.kind}`);
      t.deepEqual([...layer.outputShape([outputs])], y.shape.slice(1), name);
    }
  }
});

test('step and sign are the thresholds of logic units', (t) => {
  const x = tensor([[-2, 0, 3]]);
  t.deepEqual(call(layers.activation({ activation: 'step' }), x).toArray(), [[0, 1, 1]]);
  t.deepEqual(call(layers.activation({ activation: 'sign' }), x).toArray(), [[-1, 0, 1]]);
});

test('dense computes activation(x W + b) over the last dimension', (t) => {
  const layer = layers.dense({ units: 2, activation: 'relu' });
  layer.build([3]);
  layer.setWeights([[[1, 0], [0, -1], [2, 0]], [0.5, 1]]);
  t.deepEqual(call(layer, tensor([[1, 2, 3], [-9, 0, 0]])).toArray(), [[7.5, 0], [0, 1]]);
  t.deepEqual([...layer.outputShape([3])], [2]);
  t.is(layer.countParams(), 8);
  const deep = layers.dense({ units: 2, useBias: false });
  deep.build([4, 3]);
  t.deepEqual(deep.weights.map(({ name, value }) => [name, ...value.shape]), [['kernel', 3, 2]]);
  t.deepEqual([...deep.outputShape([4, 3])], [4, 2]);
  t.deepEqual(call(deep, ones([5, 4, 3])).shape, [5, 4, 2]);
});

test('dense takes its first weights from initialisers, by name or with options', (t) => {
  seed(3);
  const layer = layers.dense({ units: 200, kernelInitializer: initializers.heNormal({ seed: 1 }), biasInitializer: 'ones' });
  layer.build([100]);
  const [kernel, bias] = layer.getWeights();
  t.true(Math.abs(kernel!.square().mean().item() - 2 / 100) < 0.001);
  t.is(bias!.min().item(), 1);
  const again = layers.dense({ units: 200, kernelInitializer: initializers.heNormal({ seed: 1 }) });
  again.build([100]);
  t.deepEqual(again.getWeights()[0]!.dataSync(), kernel!.dataSync());
  const standard = layers.dense({ units: 300 });
  standard.build([784]);
  const limit = Math.sqrt(6 / (784 + 300));
  const highest = standard.getWeights()[0]!.abs().max().item();
  t.true(highest <= limit && highest > 0.99 * limit, 'glorotUniform');
  t.is(standard.getWeights()[1]!.abs().max().item(), 0);
});

test('dense takes bytes, integers and either float type, and computes in its own', (t) => {
  const layer = layers.dense({ units: 1, kernelInitializer: 'ones' });
  layer.build([2]);
  for (const dtype of ['uint8', 'int32', 'bool', 'float32', 'float64'] as const) {
    const y = call(layer, tensor([[1, 1]], { dtype }));
    t.is(y.dtype, 'float32');
    t.deepEqual(y.toArray(), [[2]]);
  }
  const double = layers.dense({ units: 1, kernelInitializer: 'ones', dtype: 'float64' });
  double.build([2]);
  t.is(call(double, tensor([[1, 1]])).dtype, 'float64');
});

test('flatten and reshape keep the rows', (t) => {
  const x = arange(24).reshape([2, 3, 4]);
  t.deepEqual(call(layers.flatten(), x).toArray(), x.reshape([2, 12]).toArray());
  t.deepEqual([...layers.flatten().outputShape([3, 4])], [12]);
  const reshape = layers.reshape({ targetShape: [2, -1] });
  t.deepEqual([...reshape.outputShape([3, 4])], [2, 6]);
  t.deepEqual(call(reshape, x).toArray(), x.reshape([2, 2, 6]).toArray());
  t.throws(() => layers.reshape({ targetShape: [5, -1], name: 'odd' }).outputShape([3, 4]), {
    code: 'ERR_SHAPE', message: /odd: cannot make \[\*,5,-1\] of \[\*,3,4\]/,
  });
  t.throws(() => layers.reshape({ targetShape: [-1, -1] }), { code: 'ERR_SHAPE', message: /-1/ });
});

test('dropout drops its share while training, keeps the mean, and does nothing else', (t) => {
  seed(5);
  const layer = layers.dropout({ rate: 0.25 });
  const x = ones([200, 500]);
  const y = layer.call(x, training);
  const dropped = y.equal(0).cast('float32').mean().item();
  t.true(Math.abs(dropped - 0.25) < 0.005, `${dropped} dropped`);
  t.deepEqual([...new Set(y.dataSync())].sort(), [0, Math.fround(1 / 0.75)]);
  t.notDeepEqual(layer.call(x, training).dataSync(), y.dataSync(), 'another mask at every call');
  t.is(call(layer, x), x);
  t.is(layers.dropout({ rate: 0 }).call(x, training), x);
  seed(5);
  t.deepEqual(layer.call(x, training).dataSync(), y.dataSync(), 'the same mask from the same seed');
});

test('normalization centres and scales features by the statistics of adapt()', (t) => {
  const data = randn([500, 3]).mul(tensor([1, 10, 0])).add(tensor([5, -3, 7]));
  const layer = layers.normalization({ inputShape: [3] });
  layer.adapt(data);
  const y = call(layer, data);
  for (const [i, mean] of (y.mean(0).toArray() as number[]).entries()) t.true(Math.abs(mean) < 1e-4, `mean ${mean} of feature ${i}`);
  const squares = y.square().mean(0).toArray() as number[];
  t.true(Math.abs(squares[0]! - 1) < 1e-4 && Math.abs(squares[1]! - 1) < 1e-4);
  t.is(squares[2], 0, 'a feature without spread is not divided');
  const net = sequential([layer, layers.dense({ units: 1 })]);
  t.is(net.countParams(), 6 + 4);
  t.is(net.trainableWeights.length, 2, 'statistics are not trained');
  t.throws(() => { call(layers.normalization(), data); }, { code: 'ERR_ARGUMENT', message: /adapt/ });
  t.throws(() => { layers.normalization().adapt(zeros([0, 3])); }, { code: 'ERR_ARGUMENT', message: /no rows/ });
});

test('rescaling brings bytes to [0, 1]', (t) => {
  const y = call(layers.rescaling({ scale: 1 / 255 }), tensor(Uint8Array.of(0, 51, 255), { shape: [1, 3] }));
  t.is(y.dtype, 'float32');
  t.deepEqual([...y.dataSync()].map((v) => v.toFixed(6)), ['0.000000', '0.200000', '1.000000']);
  t.deepEqual(call(layers.rescaling({ scale: 2, offset: -1 }), tensor([[0, 1]])).toArray(), [[-1, 1]]);
});

test('regularizers add to the loss and shrink the weights', async (t) => {
  t.is(regularizers.l1(0.5).call(tensor([1, -2])).item(), 1.5);
  t.is(regularizers.l2({ l2: 0.5 }).call(tensor([1, -2])).item(), 2.5);
  t.is(regularizers.l1l2({ l1: 1, l2: 2 }).call(tensor([1, -2])).item(), 13);
  const net = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1], kernelRegularizer: regularizers.l2(0.1) })]);
  net.setWeights([[[2]]]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const x = tensor([[0], [0]]); // no error, no slope: only the penalty moves the weight
  t.true(Math.abs((await net.evaluate(x, [0, 0])).loss! - 0.4) < 1e-6);
  const { history } = await net.fit(x, [0, 0], { batchSize: 1, verbose: 0 });
  const after = 2 * (1 - 2 * 0.1 * 0.01) ** 2;
  t.true(Math.abs(net.getWeights()[0]!.item() - after) < 1e-6);
  t.true(Math.abs(history.loss![0]! - (0.4 + 0.1 * (2 * 0.998) ** 2) / 2) < 1e-6);
});

test('layers say by name what is wrong with their options and inputs', (t) => {
  const wrong: [() => unknown, string, RegExp][] = [
    [() => layers.dense({ units: 0 }), 'ERR_ARGUMENT', /dense: units .* got 0/],
    [() => layers.dense({ units: 2.5, name: 'hidden' }), 'ERR_ARGUMENT', /hidden: units .* got 2.5/],
    [() => layers.dense({ units: 2, activation: 'rleu' }), 'ERR_ARGUMENT', /activation: expected one of .*relu.* got 'rleu'/],
    [() => layers.dense({ units: 2, activation: 'toString' }), 'ERR_ARGUMENT', /got 'toString'/],
    [() => layers.dense({ units: 2, kernelInitializer: 'glorot' }), 'ERR_ARGUMENT', /kernelInitializer: expected one of .*glorotUniform.* got 'glorot'/],
    [() => layers.dense({ units: 2, biasInitializer: 'one' }), 'ERR_ARGUMENT', /biasInitializer: .* got 'one'/],
    [() => layers.dense({ units: 2, kernelRegularizer: 'l3' }), 'ERR_ARGUMENT', /kernelRegularizer: expected one of l1, l2, l1l2, orthogonal, got 'l3'/],
    [() => layers.dense({ units: 2, dtype: 'int32' as never }), 'ERR_DTYPE', /float32 or float64, got 'int32'/],
    [() => layers.dense({ units: 2, inputShape: [-1] }), 'ERR_SHAPE', /inputShape .* got \[-1\]/],
    [() => layers.dropout({ rate: 1 }), 'ERR_ARGUMENT', /dropout: rate .* got 1/],
    [() => layers.dropout({ rate: NaN }), 'ERR_ARGUMENT', /NaN/],
    [() => layers.rescaling({ scale: Infinity }), 'ERR_ARGUMENT', /Infinity/],
    [() => layers.activation({ activation: 'relux' }), 'ERR_ARGUMENT', /relux/],
    [() => regularizers.l2(-1), 'ERR_ARGUMENT', /l2: .* got -1/],
  ];
  for (const [call, code, message] of wrong) t.throws(call, { code, message });
  const layer = layers.dense({ units: 2, name: 'hidden' });
  t.throws(() => call(layer, zeros([1, 3])), { code: 'ERR_ARGUMENT', message: /hidden: is not built/ });
  layer.build([3]);
  t.throws(() => call(layer, zeros([1, 4])), { code: 'ERR_SHAPE', message: /hidden: expected input \[\*,3\], got \[1,4\]/ });
  t.throws(() => { layer.build([4]); }, { code: 'ERR_SHAPE', message: /hidden: was built for inputs \[\*,3\], got \[\*,4\]/ });
  t.throws(() => { layer.setWeights([zeros([3, 2])]); }, { code: 'ERR_ARGUMENT', message: /hidden: has 2 weights, got 1/ });
  t.throws(() => { layer.setWeights([zeros([3, 2]), zeros([3])]); }, { code: 'ERR_SHAPE', message: /hidden: bias is \[2\], got \[3\]/ });
});

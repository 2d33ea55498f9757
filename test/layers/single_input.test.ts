import { join } from 'node:path';
import test from 'ava';
import {
  capture, constraints, layers, loadModel, mul, ones, optimizers, randn, regularizers, seed, sequential, sum, tensor, valueAndGrad,
} from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import type { Layer } from '../../src/layers/index.js';
import { layerFromConfig } from '../../src/layers/from_config.js';
import { golden, mismatch, type GoldenTensor } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary_folder.js';

const recorded = golden('layers');
const tolerance = { relative: 1e-10, absolute: 1e-10 };
const float64 = ({ shape, data }: GoldenTensor): Tensor => tensor(Float64Array.from(data), { shape });

test('layers compute what Keras does in training and predicting, gradients and moving averages included', (t) => {
  for (const c of recorded.cases) {
    const what = `${c.layer} ${JSON.stringify(c.arguments)}`;
    const layer = layerFromConfig({ kind: c.layer, config: { ...c.arguments, dtype: 'float64' } }, {});
    const x = float64(c.x);
    layer.build(x.shape.slice(1));
    layer.setWeights(c.weights.map(float64));
    t.deepEqual(layer.outputShape(x.shape.slice(1)), c.training.shape.slice(1), what);
    let y = x;
    const cotangent = float64(c.cotangent);
    const [, gradients] = valueAndGrad(() => {
      y = layer.call(x, { training: true });
      return sum(mul(y, cotangent));
    }, [x, ...layer.trainableWeights.map(({ value }) => value)]);
    t.is(mismatch(y.dataSync(), c.training.data, tolerance), null, what);
    for (const [i, gradient] of c.gradients.entries()) t.is(mismatch(gradients[i]!.dataSync(), gradient.data, tolerance), null, `${what} gradient ${i}`);
    for (const [i, w] of c.weightsAfter.entries()) t.is(mismatch(layer.getWeights()[i]!.dataSync(), w.data, tolerance), null, `${what} weight ${i}`);
    t.is(mismatch(layer.call(x, { training: false }).dataSync(), c.predicting.data, tolerance), null, `${what} predicting`);
  }
});

test('constraints and the orthogonal regulariser are those of Keras', (t) => {
  for (const c of recorded.parts) {
    const make = c.part === 'orthogonal' ? regularizers.orthogonal : constraints[c.part as keyof typeof constraints];
    const part = make(c.arguments);
    const near = c.part === 'orthogonal' ? { relative: 1e-5 } : tolerance;
    t.is(mismatch(part.call(float64(c.w)).dataSync(), c.value.data, near), null, `${c.part} ${JSON.stringify(c.arguments)}`);
  }
});

test('constraints hold after every captured step', async (t) => {
  const net = sequential([
    layers.dense({ units: 3, inputShape: [4], kernelConstraint: constraints.maxNorm({ maxValue: 0.5 }), biasConstraint: 'nonNeg' }),
  ]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: 'mse' });
  await net.fit(randn([20, 4], { seed: 1 }), randn([20, 3], { seed: 2 }).sub(3), { epochs: 3, batchSize: 6, verbose: 0 });
  const [kernel, bias] = net.getWeights();
  t.true(kernel!.square().sum(0).sqrt().max().item() <= 0.5001);
  t.is(bias!.max().item(), 0, 'the targets are below 0, the bias may not be');
});

test('regularisers of bias and outputs add to the loss, the latter for each row', async (t) => {
  const net = sequential([
    layers.dense({ units: 1, inputShape: [1], biasRegularizer: regularizers.l2(0.5), activityRegularizer: regularizers.l1(0.25) }),
  ]);
  net.setWeights([[[1]], [2]]);
  net.compile({ loss: 'mse' });
  const { loss } = await net.evaluate([[1], [3]], [3, 5], { batchSize: 2 }); // outputs 3 and 5: no error
  t.is(loss, 0.5 * 4 + (0.25 * (3 + 5)) / 2);
});

const table: Record<string, () => Layer> = {
  alphaDropout: () => layers.alphaDropout({ rate: 0.25 }),
  gaussianNoise: () => layers.gaussianNoise({ stddev: 0.5 }),
  gaussianDropout: () => layers.gaussianDropout({ rate: 0.25 }),
  batchNormalization: () => layers.batchNormalization({ momentum: 0.5, gammaConstraint: 'nonNeg', betaRegularizer: 'l2' }),
  layerNormalization: () => layers.layerNormalization({ epsilon: 0.01, gammaInitializer: 'randomUniform' }),
  leakyReLU: () => layers.leakyReLU({ negativeSlope: 0.1 }),
  elu: () => layers.elu({ alpha: 0.5 }),
  relu: () => layers.relu({ maxValue: 0.5 }),
  prelu: () => layers.prelu({ alphaInitializer: 'ones' }),
  softmax: () => layers.softmax(),
  identity: () => layers.identity(),
  permute: () => layers.permute({ dims: [1] }),
  repeatVector: () => layers.repeatVector({ n: 2 }),
  dense: () => layers.dense({ units: 4, kernelConstraint: constraints.unitNorm(), activityRegularizer: 'l1', biasRegularizer: 'l1l2' }),
};

for (const [kind, make] of Object.entries(table)) {
  test.serial(`${kind}: captured is eager, and a saved model predicts as before`, async (t) => {
    const x = randn([7, 4], { seed: 3 });
    const layer = make();
    layer.build([4]);
    const before = layer.getWeights();
    seed(4);
    const eager = layer.call(x, { training: true });
    const after = layer.getWeights();
    layer.setWeights(before);
    seed(4);
    const program = capture(() => layer.call(x, { training: true }).copy());
    await program.run();
    t.deepEqual(program.result.toArray(), eager.toArray());
    t.deepEqual(layer.getWeights().map((w) => w.toArray()), after.map((w) => w.toArray()), 'moving averages');
    const folder = temporaryFolder(t);
    const net = sequential([layers.input({ shape: [4] }), layer]);
    const expected = net.predict(x);
    const path = join(folder, 'model.hebb');
    await net.save(path);
    const loaded = await loadModel(path);
    t.deepEqual(loaded.predict(x).toArray(), expected.toArray());
    t.deepEqual(JSON.stringify(loaded.getConfig()), JSON.stringify(net.getConfig()));
  });
}

test('noise has its mean and variance, in training only', (t) => {
  seed(9);
  const x = ones([300, 300]);
  const moments = (y: Tensor): number[] => [y.mean().item(), y.sub(y.mean()).square().mean().item()];
  const near = (y: Tensor, mean: number, variance: number): void => {
    const [m, v] = moments(y);
    t.true(Math.abs(m! - mean) < 0.02 && Math.abs(v! - variance) < 0.02, `${m} and ${v}, expected ${mean} and ${variance}`);
  };
  near(layers.gaussianNoise({ stddev: 0.5 }).call(x, { training: true }), 1, 0.25);
  near(layers.gaussianDropout({ rate: 0.2 }).call(x, { training: true }), 1, 0.25);
  near(layers.alphaDropout({ rate: 0.2 }).call(randn([300, 300]), { training: true }), 0, 1);
  t.is(layers.gaussianNoise({ stddev: 0.5 }).call(x, { training: false }), x);
});

test('embedding looks rows up and trains them; lambda is a function that no file can hold', async (t) => {
  const net = sequential([layers.embedding({ inputDim: 3, outputDim: 2, inputShape: [2] }), layers.lambda((x) => x.mean(1))]);
  net.build([2]);
  t.deepEqual(net.outputShape, [2]);
  net.setWeights([[[1, 2], [3, 4], [5, 6]]]);
  t.deepEqual(net.predict(tensor([[0, 2], [1, 1]], { dtype: 'int32' })).toArray(), [[3, 4], [3, 4]]);
  net.compile({ loss: 'mse', optimizer: 'sgd' });
  await net.fit(tensor([[0, 0]], { dtype: 'int32' }), [[0, 0]], { verbose: 0 });
  t.deepEqual(net.getWeights()[0]!.slice([1, 3]).toArray(), [[3, 4], [5, 6]], 'rows that were not looked up stay');
  t.true(net.getWeights()[0]!.at(0, 0).item() < 1);
  await t.throwsAsync(net.save('nowhere'), { code: 'ERR_ARGUMENT', message: /lambda/ });
});

test('layers and constraints say what is wrong with their options', (t) => {
  const wrong: [() => unknown, RegExp][] = [
    [() => layers.gaussianNoise({ stddev: 2 }), /gaussianNoise: stddev .* got 2/],
    [() => layers.alphaDropout({ rate: 1 }), /alphaDropout: rate .* got 1/],
    [() => layers.batchNormalization({ momentum: 2 }), /momentum .* got 2/],
    [() => layers.layerNormalization({ axis: 0 }), /axis .* got 0/],
    [() => layers.embedding({ inputDim: 0, outputDim: 1 }), /inputDim .* got 0/],
    [() => layers.permute({ dims: [1, 3] }), /dims .* got \[1,3\]/],
    [() => layers.repeatVector({ n: 0 }), /n is .* got 0/],
    [() => layers.prelu({ sharedAxes: [0] }), /sharedAxes .* got 0/],
    [() => layers.dense({ units: 1, kernelConstraint: 'small' }), /kernelConstraint: expected one of maxNorm, .* got 'small'/],
    [() => constraints.minMaxNorm({ minValue: 2 }), /maxValue is at least minValue, 2, got 1/],
    [() => constraints.maxNorm({ maxValue: -1 }), /maxValue .* got -1/],
    [() => regularizers.orthogonal({ factor: -1 }), /orthogonal: .* got -1/],
  ];
  for (const [make, message] of wrong) t.throws(make, { code: 'ERR_ARGUMENT', message });
});

import ava, { type ExecutionContext } from 'ava';
import { defaultGenerator, layers, ones, optimizers, sequential, tensor, zeros } from '../../src/index.js';
import type { Sequential, TensorLike } from '../../src/index.js';

// One after the other: they look at the state of one generator.
const test = ava.serial;

function network(units = 3): Sequential {
  const net = sequential([layers.dense({ units, activation: 'softmax', inputShape: [4], name: 'first' })]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

/** Whatever training could change. */
function state(net: Sequential): unknown {
  return [net.getWeights(), net.optimizer.state(net.trainableWeights.map(({ value }) => value)), [defaultGenerator.state]].map((tensors) =>
    tensors.map((x) => x.toArray()),
  );
}

const x = ones([6, 4]);
const y = tensor([0, 1, 2, 0, 1, 2], { dtype: 'int32' });
const disposed = zeros([6, 4]);
disposed.dispose();

/** Data and options that cannot be trained on, with the error's code and message. */
const wrong: [string, TensorLike, TensorLike, object, string, RegExp][] = [
  ['rows that differ in number', x, tensor([0, 1]), {}, 'ERR_SHAPE', /fit: x has 6 rows, y has 2/],
  ['no rows', zeros([0, 4]), zeros([0]), {}, 'ERR_ARGUMENT', /fit: there are no rows/],
  ['inputs of another shape', zeros([6, 5]), y, {}, 'ERR_SHAPE', /fit: first: expected input \[\*,4\], got \[6,5\]/],
  ['inputs that flatten() would fit', zeros([6, 2, 2]), y, {}, 'ERR_SHAPE', /got \[6,2,2\]; add flatten\(\)/],
  ['a single number', 3, y, {}, 'ERR_SHAPE', /x holds rows/],
  ['ragged rows', [[1, 2, 3, 4], [1]], [0, 1], {}, 'ERR_ARGUMENT', /ragged/],
  ['text', 'abc' as never, y, {}, 'ERR_ARGUMENT', /numbers/],
  ['nothing at all', undefined as never, y, {}, 'ERR_ARGUMENT', /undefined/],
  ['a disposed tensor', disposed, y, {}, 'ERR_DISPOSED', /fit: x was disposed/],
  ['disposed targets', x, disposed, {}, 'ERR_DISPOSED', /fit: y was disposed/],
  ['a label out of range', x, [0, 1, 2, 3, 0, 1], {}, 'ERR_ARGUMENT', /sparseCategoricalCrossentropy: label 3 is out of range for 3 classes/],
  ['a negative label', x, [0, -1, 2, 0, 0, 1], {}, 'ERR_ARGUMENT', /label -1/],
  ['a NaN label', x, [0, NaN, 2, 0, 0, 1], {}, 'ERR_ARGUMENT', /NaN/],
  ['a fractional label', x, [0, 0.5, 2, 0, 0, 1], {}, 'ERR_ARGUMENT', /class numbers/],
  ['one-hot targets for class numbers', x, zeros([6, 3]), {}, 'ERR_SHAPE', /targets \[6,3\] do not fit outputs \[\*,3\]/],
  ['a batch size of 0', x, y, { batchSize: 0 }, 'ERR_ARGUMENT', /batchSize is a whole number >= 1, got 0/],
  ['a negative batch size', x, y, { batchSize: -32 }, 'ERR_ARGUMENT', /got -32/],
  ['a broken batch size', x, y, { batchSize: 1.5 }, 'ERR_ARGUMENT', /got 1.5/],
  ['a batch size that is text', x, y, { batchSize: '32' }, 'ERR_ARGUMENT', /got '32'/],
  ['negative epochs', x, y, { epochs: -1 }, 'ERR_ARGUMENT', /epochs .* got -1/],
  ['NaN epochs', x, y, { epochs: NaN }, 'ERR_ARGUMENT', /epochs .* got NaN/],
  ['a negative first epoch', x, y, { initialEpoch: -1 }, 'ERR_ARGUMENT', /initialEpoch/],
  ['no steps', x, y, { stepsPerEpoch: 0 }, 'ERR_ARGUMENT', /stepsPerEpoch/],
  ['no validation steps', x, y, { validationSteps: 0 }, 'ERR_ARGUMENT', /validationSteps/],
  ['no validation rows at a time', x, y, { validationBatchSize: 0 }, 'ERR_ARGUMENT', /validationBatchSize/],
  ['no epochs between validations', x, y, { validationFreq: 0 }, 'ERR_ARGUMENT', /validationFreq/],
  ['a whole validation split', x, y, { validationSplit: 1 }, 'ERR_ARGUMENT', /validationSplit is in \[0, 1\), got 1/],
  ['a negative validation split', x, y, { validationSplit: -0.1 }, 'ERR_ARGUMENT', /validationSplit/],
  ['a validation split that leaves nothing', x, y, { validationSplit: 0.9 }, 'ERR_ARGUMENT', /validationSplit 0.9 of 6 rows leaves one part empty/],
  ['validation data of another shape', x, y, { validationData: [zeros([2, 5]), [0, 1]] }, 'ERR_SHAPE', /first: expected input \[\*,4\], got \[2,5\]/],
  ['validation labels out of range', x, y, { validationData: [zeros([2, 4]), [0, 9]] }, 'ERR_ARGUMENT', /label 9/],
  ['validation data without targets', x, y, { validationData: [zeros([2, 4])] }, 'ERR_ARGUMENT', /undefined/],
  ['validation data without rows', x, y, { validationData: [zeros([0, 4]), zeros([0])] }, 'ERR_ARGUMENT', /no rows/],
  ['too few sample weights', x, y, { sampleWeight: [1, 2] }, 'ERR_SHAPE', /sampleWeight has shape \[2\] for 6 rows/],
  ['a NaN sample weight', x, y, { sampleWeight: [1, 2, NaN, 1, 1, 1] }, 'ERR_ARGUMENT', /sampleWeight/],
  ['an infinite sample weight', x, y, { sampleWeight: [1, 2, Infinity, 1, 1, 1] }, 'ERR_ARGUMENT', /sampleWeight/],
  ['both kinds of weights', x, y, { sampleWeight: ones([6]), classWeight: { 0: 1 } }, 'ERR_ARGUMENT', /cannot be combined/],
  ['a class that is none', x, y, { classWeight: { blue: 1 } }, 'ERR_ARGUMENT', /'blue'/],
  ['a class that the model does not have', x, y, { classWeight: { 3: 2 } }, 'ERR_ARGUMENT', /fit: classWeight has a key that is no class, '3'; the classes are 0 to 2/],
  ['a callback that is never called', x, y, { callbacks: [{ onEpochends: () => undefined }] as never }, 'ERR_ARGUMENT', /fit: callbacks: a callback has one of onTrainBegin, .*got an object with onEpochends/],
  ['a class weight that is no number', x, y, { classWeight: { 1: NaN } }, 'ERR_ARGUMENT', /classWeight of 1/],
  ['another verbosity', x, y, { verbose: 3 }, 'ERR_ARGUMENT', /verbose .* got 3/],
  ['an option that does not exist', x, y, { batch_size: 32 }, 'ERR_ARGUMENT', /fit: there is no option 'batch_size'/],
];

for (const [what, badX, badY, options, code, message] of wrong) {
  test(`fit() refuses ${what}, and the model is as it was`, async (t) => {
    const net = network();
    const before = state(net);
    await t.throwsAsync(net.fit(badX, badY, { verbose: 0, ...options }), { code, message });
    t.deepEqual(state(net), before);
    t.is(net.history, undefined);
  });
}

test('evaluate(), predict() and single batches refuse what fit() refuses', async (t) => {
  const net = network();
  const before = state(net);
  await t.throwsAsync(net.evaluate(x, [0, 1, 2, 0, 1, 7]), { code: 'ERR_ARGUMENT', message: /label 7/ });
  await t.throwsAsync(net.evaluate(x, [0]), { code: 'ERR_SHAPE', message: /evaluate: x has 6 rows, y has 1/ });
  await t.throwsAsync(net.evaluate(x, y, { batchSize: -1 }), { code: 'ERR_ARGUMENT', message: /evaluate: batchSize/ });
  await t.throwsAsync(net.evaluate(x, y, { steps: 0 }), { code: 'ERR_ARGUMENT', message: /evaluate: steps/ });
  await t.throwsAsync(net.evaluate(x, y, { sampleWeight: [1] }), { code: 'ERR_SHAPE', message: /evaluate: sampleWeight/ });
  t.throws(() => net.predict(zeros([2, 3])), { code: 'ERR_SHAPE', message: /predict: first: expected input \[\*,4\], got \[2,3\]/ });
  t.throws(() => net.predict(disposed), { code: 'ERR_DISPOSED', message: /predict: x was disposed/ });
  t.throws(() => net.predict(x, { batchSize: 0 }), { code: 'ERR_ARGUMENT', message: /predict: batchSize/ });
  await t.throwsAsync(net.predictAsync(zeros([2, 3])), { code: 'ERR_SHAPE', message: /predictAsync: first/ });
  t.throws(() => net.trainOnBatch(x, [0, 1, 2, 3, 0, 1]), { code: 'ERR_ARGUMENT', message: /label 3/ });
  t.throws(() => net.trainOnBatch(x, [0, 1]), { code: 'ERR_SHAPE', message: /trainOnBatch: x has 6 rows, y has 2/ });
  t.throws(() => net.trainOnBatch(zeros([0, 4]), zeros([0])), { code: 'ERR_ARGUMENT', message: /no rows/ });
  t.throws(() => net.testOnBatch(zeros([6, 1]), y), { code: 'ERR_SHAPE', message: /testOnBatch: first/ });
  t.deepEqual(state(net), before);
});

test('a model that is not built yet stays so when its data is refused', async (t) => {
  const net = sequential([layers.flatten(), layers.dense({ units: 3, activation: 'softmax' })]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const generator = defaultGenerator.state.toArray();
  await t.throwsAsync(net.fit(zeros([2, 2, 2]), [0, 3], { verbose: 0 }), { code: 'ERR_ARGUMENT', message: /label 3/ });
  t.is(net.outputShape, undefined);
  t.deepEqual(defaultGenerator.state.toArray(), generator);
  t.deepEqual((await net.fit(zeros([2, 5]), [0, 2], { verbose: 0 })).epoch, [0]);
});

test('a model without layers, and one without compile(), say so', async (t) => {
  const empty = sequential([], { name: 'empty' });
  empty.compile({ loss: 'mse' });
  await t.throwsAsync(empty.fit(x, x, { verbose: 0 }), { code: 'ERR_ARGUMENT', message: /empty: there are no layers/ });
  t.throws(() => empty.predict(x), { code: 'ERR_ARGUMENT', message: /empty: there are no layers/ });
  const raw = sequential([layers.dense({ units: 1, inputShape: [4] })], { name: 'raw' });
  await t.throwsAsync(raw.fit(x, y, { verbose: 0 }), { code: 'ERR_ARGUMENT', message: /raw: call compile\(\)/ });
  await t.throwsAsync(raw.evaluate(x, y), { code: 'ERR_ARGUMENT', message: /raw: call compile\(\)/ });
});

function refusesOption(t: ExecutionContext, make: () => unknown, message: RegExp): void {
  t.throws(make, { code: 'ERR_ARGUMENT', message });
}

test('optimizers refuse options that make no sense', (t) => {
  refusesOption(t, () => optimizers.sgd({ learningRate: -0.1 }), /sgd: learningRate .* got -0.1/);
  refusesOption(t, () => optimizers.sgd({ learningRate: NaN }), /sgd: learningRate .* got NaN/);
  refusesOption(t, () => optimizers.sgd({ learningRate: '0.1' as never }), /learningRate .* got '0.1'/);
  refusesOption(t, () => optimizers.sgd({ momentum: 1 }), /sgd: momentum is in \[0, 1\), got 1/);
  refusesOption(t, () => optimizers.sgd({ clipNorm: 0 }), /clipNorm .* got 0/);
  refusesOption(t, () => optimizers.adam({ beta2: 1.5 }), /adam: beta2 .* got 1.5/);
  refusesOption(t, () => optimizers.adam({ epsilon: -1 }), /adam: epsilon .* got -1/);
  refusesOption(t, () => optimizers.rmsprop({ rho: -1 }), /rmsprop: rho .* got -1/);
  refusesOption(t, () => optimizers.adam({ clipValue: Infinity }), /clipValue .* got Infinity/);
});

test('numbers that overflow become NaN as in Keras, and the model can be put back', async (t) => {
  const net = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: 'mse' });
  const before = net.getWeights();
  const { history } = await net.fit(tensor([[1], [2], [3]]), [1, 2, 3], { epochs: 5, verbose: 0 });
  t.false(Number.isFinite(history.loss!.at(-1)));
  net.setWeights(before);
  t.true(Number.isFinite((await net.evaluate(tensor([[1]]), [1])).loss));
});

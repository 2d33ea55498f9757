import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ava from 'ava';
import {
  callbacks, HebbError, input, layers, loadModel, model, ones, optimizers, rand, sequential, setDevice, tensor, trainTestSplit, zeros,
} from '../src/index.js';
import type { ErrorCode, Sequential } from '../src/index.js';
import { temporaryFolder } from './support/temporary_folder.js';

// One after the other: they look at one model each, and draw from one generator.
const test = ava.serial;
const quiet = { verbose: 0 } as const;

const x = rand([6, 4], { seed: 1 });
const y = tensor([0, 1, 2, 0, 1, 2], { dtype: 'int32' });
const disposed = zeros([6, 4]);
disposed.dispose();

function network(): Sequential {
  const net = sequential([
    layers.dense({ units: 8, activation: 'relu', inputShape: [4], name: 'hidden' }),
    layers.dense({ units: 3, activation: 'softmax', name: 'output' }),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

const twoInputs = (() => {
  const [a, b] = [input({ shape: [4], name: 'left' }), input({ shape: [2], name: 'right' })];
  const net = model({ inputs: [a, b], outputs: layers.dense({ units: 1 }).apply(layers.concatenate().apply([a, b])) });
  net.compile({ loss: 'mse' });
  return net;
})();

/** What JavaScript lets a user write, whatever the types say. */
const any = (value: unknown): never => value as never;

/** A mistake; the code of its error, and what the message names: where, what is allowed, what was given. */
const mistakes: [string, (net: Sequential, folder: string) => unknown, ErrorCode, RegExp][] = [
  ['fit() on inputs of another shape', (net) => net.fit(ones([6, 5]), y, quiet), 'ERR_SHAPE', /fit: hidden: expected input \[\*,4\], got \[6,5\]/],
  ['predict() on images that are not flat', (net) => net.predict(ones([3, 2, 2])), 'ERR_SHAPE', /predict: hidden: expected input \[\*,4\], got \[3,2,2\]; add flatten\(\) before it/],
  ['an unknown loss', (net) => { net.compile({ loss: 'crossentropy' }); }, 'ERR_ARGUMENT', /loss: expected one of mse, .*sparseCategoricalCrossentropy.*, got 'crossentropy'/],
  ['no loss', (net) => { net.compile(any({ optimizer: 'sgd' })); }, 'ERR_ARGUMENT', /loss: expected a name \(mse, .*\), a loss or a function, got undefined/],
  ['an unknown optimizer', (net) => { net.compile({ optimizer: 'adamm', loss: 'mse' }); }, 'ERR_ARGUMENT', /optimizer: expected one of sgd, adam, .*, got 'adamm'/],
  ['an optimizer that was not made', (net) => { net.compile({ optimizer: any(optimizers.adam), loss: 'mse' }); }, 'ERR_ARGUMENT', /optimizer: expected a name \(sgd, .*\) or an optimizer, got function/],
  ['an unknown activation', () => layers.dense({ units: 3, activation: 'rellu' }), 'ERR_ARGUMENT', /activation: expected one of linear, .*relu.*, got 'rellu'/],
  ['an unknown metric', (net) => { net.compile({ loss: 'mse', metrics: ['acuracy'] }); }, 'ERR_ARGUMENT', /metrics: expected one of accuracy, .*, got 'acuracy'/],
  ['an unknown initializer', () => layers.dense({ units: 3, kernelInitializer: 'glorot' }), 'ERR_ARGUMENT', /kernelInitializer: expected one of zeros, .*, got 'glorot'/],
  ['an option of compile() that is none', (net) => { net.compile(any({ loss: 'mse', metric: ['mae'] })); }, 'ERR_ARGUMENT', /compile: there is no option 'metric'; there are optimizer, loss,/],
  ['inputs that are tensors in an array', (net) => Promise.resolve(net.predict(any([ones([1, 4]), ones([1, 4])]))), 'ERR_ARGUMENT', /^predict: x: tensor: .* got a tensor among them; stack\(\) and concat\(\) join tensors$/],
  ['labels that are texts', (net) => net.fit(x, any(['cat', 'dog', 'cat', 'dog', 'cat', 'dog']), quiet), 'ERR_ARGUMENT', /fit: y: .*numbers or booleans, got string cat; number the texts/],
  ['NaN in the inputs', (net) => net.fit(x.add([[0], [0], [NaN], [0], [NaN], [0]]), y, quiet), 'ERR_ARGUMENT', /fit: x contains NaN, first in row 2/],
  ['NaN in the targets', (net) => net.fit(x, tensor([0, 1, NaN, 0, 1, 2]), quiet), 'ERR_ARGUMENT', /sparseCategoricalCrossentropy: .*NaN/],
  ['labels that begin at 1', (net) => net.fit(x, tensor([1, 2, 3, 1, 2, 3]), quiet), 'ERR_ARGUMENT', /sparseCategoricalCrossentropy: label 3 is out of range for 3 classes/],
  ['one-hot rows for a sparse loss', (net) => net.fit(x, zeros([6, 3]), quiet), 'ERR_SHAPE', /targets \[6,3\] do not fit outputs \[\*,3\]; one-hot rows need categoricalCrossentropy/],
  ['no targets', (net) => net.fit(x, any(undefined), quiet), 'ERR_ARGUMENT', /fit: y is missing, got undefined/],
  ['units 0', () => layers.dense({ units: 0 }), 'ERR_ARGUMENT', /dense: units is a whole number >= 1, got 0/],
  ['units 2.5', () => layers.dense({ units: 2.5 }), 'ERR_ARGUMENT', /dense: units is a whole number >= 1, got 2.5/],
  ['units without a name', () => layers.dense(any(10)), 'ERR_ARGUMENT', /dense: options are an object of names and values, got 10/],
  ['a layer without options', () => layers.dense(any(undefined)), 'ERR_ARGUMENT', /dense: options are an object of names and values, got undefined/],
  ['an option of a layer that is misspelt', () => layers.dense(any({ units: 3, activaton: 'relu' })), 'ERR_ARGUMENT', /dense: there is no option 'activaton'; there are units, activation,.* name, inputShape/],
  ['an option of a layer in Python\'s spelling', () => layers.flatten(any({ input_shape: [28, 28] })), 'ERR_ARGUMENT', /flatten: there is no option 'input_shape'; there are name, inputShape/],
  ['an inputShape that is a number', () => layers.dense({ units: 1, inputShape: any(4) }), 'ERR_SHAPE', /dense: inputShape is an array of whole numbers >= 1, without the batch, got 4/],
  ['an inputShape with the batch', () => layers.dense({ units: 1, inputShape: any([null, 4]) }), 'ERR_SHAPE', /dense: inputShape .* got \[null,4\]/],
  ['a dropout of 150 %', () => layers.dropout({ rate: 1.5 }), 'ERR_ARGUMENT', /dropout: rate is in \[0, 1\), got 1.5/],
  ['layers that are no array', () => sequential(any(layers.dense({ units: 1 }))), 'ERR_ARGUMENT', /sequential: expected an array of layers, got object/],
  ['forgetting compile()', () => sequential([layers.dense({ units: 1, inputShape: [4] })], { name: 'raw' }).fit(x, y, quiet), 'ERR_ARGUMENT', /raw: call compile\(\) before training/],
  ['batchSize 0', (net) => net.fit(x, y, { batchSize: 0, ...quiet }), 'ERR_ARGUMENT', /fit: batchSize is a whole number >= 1, got 0/],
  ['validationSplit 1.5', (net) => net.fit(x, y, { validationSplit: 1.5, ...quiet }), 'ERR_ARGUMENT', /fit: validationSplit is in \[0, 1\), got 1.5/],
  ['a validationSplit that is text', (net) => net.fit(x, y, { validationSplit: any('0.5'), ...quiet }), 'ERR_ARGUMENT', /fit: validationSplit is in \[0, 1\), got 0.5/],
  ['validationData that is one tensor', (net) => net.fit(x, y, { validationData: any(x), ...quiet }), 'ERR_ARGUMENT', /fit: validationData is \[x, y\], .* got object/],
  ['x and y of different lengths', (net) => net.fit(x, y.slice([0, 4]), quiet), 'ERR_SHAPE', /fit: x has 6 rows, y has 4/],
  ['options that are a number', (net) => net.fit(x, y, any(5)), 'ERR_ARGUMENT', /fit: options are an object of names and values, got 5/],
  ['an option of evaluate() in Python\'s spelling', (net) => net.evaluate(x, y, any({ batch_size: 2 })), 'ERR_ARGUMENT', /evaluate: there is no option 'batch_size'; there are batchSize/],
  ['loading a file that is no model', (_net, folder) => {
    writeFileSync(join(folder, 'notes.txt'), 'Nothing but words in this file.');
    return loadModel(join(folder, 'notes.txt'));
  }, 'ERR_FORMAT', /notes\.txt: not a safetensors file/],
  ['loading a file that is not there', (_net, folder) => loadModel(join(folder, 'none.hebb')), 'ERR_FORMAT', /none\.hebb: cannot be read \(ENOENT/],
  ['an option of save() that is misspelt', (net, folder) => net.save(join(folder, 'net.hebb'), any({ optimiser: false })), 'ERR_ARGUMENT', /save: there is no option 'optimiser'; there are optimizer/],
  ['a disposed tensor in an op', () => disposed.add(1), 'ERR_DISPOSED', /^add: this tensor was disposed, its values are gone$/],
  ['a disposed tensor in fit()', (net) => net.fit(disposed, y, quiet), 'ERR_DISPOSED', /fit: x was disposed/],
  ['a dtype that there is not', () => tensor([1, 2], { dtype: any('float16') }), 'ERR_DTYPE', /tensor: dtype is one of bool, uint8, int32, float32, float64, got 'float16'/],
  ['a layer of whole numbers', () => layers.dense({ units: 1, dtype: any('int32') }), 'ERR_DTYPE', /dense: dtype is float32 or float64, got 'int32'/],
  ['a device that there is not', () => { setDevice('gpu'); }, 'ERR_DEVICE', /a device is 'auto', 'cpu', 'cuda' or 'cuda:<number>', got 'gpu'/],
  ['a callback\'s option that is misspelt', () => callbacks.earlyStopping(any({ patiense: 3 })), 'ERR_ARGUMENT', /earlyStopping: there is no option 'patiense'; there are monitor, minDelta, patience/],
  ['a callback that was not made', (net) => net.fit(x, y, { callbacks: [any(callbacks.earlyStopping)], ...quiet }), 'ERR_ARGUMENT', /fit: callbacks holds objects .* got function; call it/],
  ['a callback without an array', (net) => net.fit(x, y, { callbacks: any(callbacks.terminateOnNaN()), ...quiet }), 'ERR_ARGUMENT', /fit: callbacks is an array, got object/],
  ['a checkpoint without a path', () => callbacks.modelCheckpoint(any({ saveBestOnly: true })), 'ERR_ARGUMENT', /modelCheckpoint: path is the path of a file, got an object/],
  ['two layers of one name', () => sequential([layers.dense({ units: 1, name: 'a' }), layers.dense({ units: 1, name: 'a' })], { name: 'twins' }), 'ERR_ARGUMENT', /twins: there are two layers named 'a'/],
  ['one input for a model of two', () => twoInputs.predict(ones([2, 4])), 'ERR_ARGUMENT', /predict: x is an array of 2, or has names: left, right; got one tensor/],
  ['three inputs for a model of two', () => twoInputs.predict([ones([2, 4]), ones([2, 2]), ones([2, 2])]), 'ERR_ARGUMENT', /predict: x is an array of 2, .* got 3 arrays/],
  ['inputs in the wrong order', () => twoInputs.predict([ones([2, 2]), ones([2, 4])]), 'ERR_SHAPE', /predict: left: expected input \[\*,4\], got \[2,2\]/],
  ['a model() with Python\'s names', () => model(any({ input: 1, output: 2 })), 'ERR_ARGUMENT', /model: there is no option 'input'; there are inputs, outputs, name/],
  ['an input() without a shape', () => input(any({})), 'ERR_SHAPE', /input: shape is an array of whole numbers >= 1, without the batch, got undefined/],
  ['a learning rate called lr', () => optimizers.adam(any({ lr: 0.1 })), 'ERR_ARGUMENT', /adam: there is no option 'lr'; there are learningRate/],
  ['a learning rate without a name', () => optimizers.sgd(any(0.1)), 'ERR_ARGUMENT', /sgd: options are an object of names and values, got 0.1/],
  ['a layer that is not there', (net) => net.getLayer('dense'), 'ERR_ARGUMENT', /getLayer: no layer dense; there are hidden, output/],
  ['weights of another shape', (net) => { net.setWeights([zeros([4, 7]), zeros([8]), zeros([8, 3]), zeros([3])]); }, 'ERR_SHAPE', /hidden: kernel is \[4,8\], got \[4,7\]/],
  ['a share for tests that is misspelt', () => trainTestSplit(x, y, any({ testsize: 0.2 })), 'ERR_ARGUMENT', /trainTestSplit: there is no option 'testsize'; there are testSize/],
];

for (const [what, mistake, code, message] of mistakes) {
  test(`the mistake of ${what} is told in words, and the model can be trained afterwards`, async (t) => {
    const net = network();
    const before = net.getWeights().map((w) => w.toArray());
    // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown at once is to reject, too
    const error = await t.throwsAsync(async () => mistake(net, temporaryFolder(t)), { instanceOf: HebbError, message });
    t.is(error.code, code);
    t.deepEqual(net.getWeights().map((w) => w.toArray()), before);
    const { history } = await net.fit(x, y, { epochs: 2, ...quiet });
    t.true(history.loss!.length === 2 && history.loss![1]! < history.loss![0]! && history.accuracy !== undefined);
  });
}

test('infinite inputs of both signs are no NaN', async (t) => {
  const net = network();
  await net.fit(tensor([[Infinity, -Infinity, 0, 0]]), [0], quiet);
  t.is(net.history?.epoch.length, 1);
});

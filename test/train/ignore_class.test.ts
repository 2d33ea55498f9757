import ava from 'ava';
import { callbacks, getDevice, layers, losses, optimizers, sequential, tensor, valueAndGrad } from '../../src/index.js';
import type { Sequential, Tensor } from '../../src/index.js';

const test = ava.serial;
const probabilities = [[0.1, 0.7, 0.2], [0.3, 0.3, 0.4], [0.5, 0.25, 0.25], [0.2, 0.2, 0.6]];
const quiet = { verbose: 0 } as const;

test("the mean loss is that of the labels that count, as Keras's", (t) => {
  const loss = losses.sparseCategoricalCrossentropy({ ignoreClass: -1 });
  const rows = loss.call(tensor([1, -1, 0, 2], { dtype: 'int32' }), tensor(probabilities));
  t.is(rows.at(1).item(), 0);
  t.true(Math.abs(rows.mean().item() - 0.5202159285545349) < 1e-6); // Keras 3.15.1
  t.is(loss.call(tensor([-1, -1, -1, -1], { dtype: 'int32' }), tensor(probabilities)).mean().item(), 0);
});

test('what is ignored moves nothing: the gradient is that of the other rows alone', (t) => {
  const x = tensor([[1, 2, 3], [3, 1, 0], [0, 1, 0]]);
  const gradient = (labels: number[], rows: number[], options: { ignoreClass?: number }): number[] => {
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true, ...options });
    const [, slope] = valueAndGrad((logits: Tensor) => loss.call(tensor(labels, { dtype: 'int32' }), logits).mean())(x.gather(rows));
    return [...slope.dataSync()];
  };
  const ignored = gradient([2, 255, 0], [0, 1, 2], { ignoreClass: 255 });
  const alone = gradient([2, 0], [0, 2], {});
  t.true(ignored.slice(3, 6).every((value) => value === 0));
  for (const [i, value] of [...ignored.slice(0, 3), ...ignored.slice(6)].entries()) t.true(Math.abs(value - alone[i]!) < 1e-6);
});

function net(ignoreClass?: number): Sequential {
  const model = sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [2] })]);
  model.setWeights([[[0.1, 0.2, 0.3], [0.3, 0.1, -0.2]], [0, 0, 0]]);
  const loss = losses.sparseCategoricalCrossentropy(ignoreClass === undefined ? {} : { ignoreClass });
  model.compile({ loss, optimizer: optimizers.sgd({ learningRate: 0.1 }) });
  return model;
}

test('fit() with ignored labels is fit() without their rows; labels that are neither ignored nor classes stay errors', async (t) => {
  const [some, all] = [net(), net(-1)];
  await some.fit([[1, 2], [3, 1]], [0, 2], { epochs: 3, ...quiet });
  await all.fit([[1, 2], [5, 5], [3, 1]], [0, -1, 2], { epochs: 3, ...quiet });
  const [expected, actual] = [some, all].map((model) => [...model.getWeights()[0]!.dataSync()]);
  for (const [i, w] of expected!.entries()) t.true(Math.abs(actual![i]! - w) < 1e-6);
  await t.throwsAsync(all.fit([[1, 2]], [-2], quiet), { message: /label -2 is out of range for 3 classes/ });
  t.throws(() => losses.sparseCategoricalCrossentropy({ ignoreClass: 0.5 }), { message: /ignoreClass is a whole number, got 0.5/ });
});

test('progress() by hand shows what fit() shows', async (t) => {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => { lines.push(line); };
  try {
    await net().fit([[1, 2], [3, 1]], [0, 2], { epochs: 2, ...quiet, callbacks: [callbacks.progress({ verbose: 2 })] });
  } finally {
    console.log = log;
  }
  const device = getDevice();
  if (device !== 'cpu') t.is(lines.shift(), `Training on ${device}`);
  t.deepEqual([lines.length, lines[0], lines[2]], [4, 'Epoch 1/2', 'Epoch 2/2']);
  t.regex(lines[3]!, /^1\/1 - .* - loss: [\d.]+$/);
  t.throws(() => callbacks.progress({ verbose: 3 } as never), { message: /progress: verbose is 'auto', 1 or 2, got 3/ });
});

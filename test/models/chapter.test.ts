// What the chapter says of networks for regression and classification: which outputs and losses go together.
import ava from 'ava';
import { concat, layers, optimizers, randn, seed, sequential } from '../../src/index.js';
import type { Sequential, Tensor } from '../../src/index.js';

// One after the other: they seed and draw from one generator.
const test = ava.serial;

/** A network of some hidden layers, after 30 epochs; answers the losses of the first and the last. */
async function trained(hidden: readonly number[], activation: string, last: { units: number; activation?: string }, loss: string, x: Tensor, y: Tensor): Promise<{ net: Sequential; losses: number[] }> {
  const net = sequential([...hidden.map((units) => layers.dense({ units, activation })), layers.dense(last)]);
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss });
  const { history } = await net.fit(x, y, { epochs: 30, verbose: 0 });
  return { net, losses: history.loss! };
}

const range = (x: Tensor): [number, number] => [x.min().item(), x.max().item()];

test('regression: one to five layers of relu or selu, outputs and losses as the targets ask for', async (t) => {
  seed(42);
  const x = randn([200, 3]);
  const line = x.matmul([[1], [-2], [0.5]]);
  const cases: readonly [hidden: number[], activation: string, output: string, loss: string, y: Tensor, from: number, to: number][] = [
    [[10], 'relu', 'linear', 'mse', line, -Infinity, Infinity],
    [[100, 50], 'selu', 'linear', 'mae', line, -Infinity, Infinity],
    [[30, 30, 30, 30, 30], 'selu', 'linear', 'huber', line, -Infinity, Infinity],
    [[50], 'relu', 'relu', 'mse', line.abs(), 0, Infinity],
    [[50], 'relu', 'softplus', 'mse', line.abs(), 0, Infinity],
    [[50], 'relu', 'sigmoid', 'mse', line.sigmoid(), 0, 1],
    [[50], 'relu', 'tanh', 'mse', line.tanh(), -1, 1],
  ];
  for (const [hidden, activation, output, loss, y, from, to] of cases) {
    const { net, losses } = await trained(hidden, activation, { units: 1, activation: output }, loss, x, y);
    t.true(losses.at(-1)! < losses[0]! / 2, `${output} with ${loss}: ${losses[0]} to ${losses.at(-1)}`);
    const [least, most] = range(net.predict(randn([500, 3]).mul(9)));
    t.true(least >= from && most <= to, `${output}: ${least} to ${most}`);
  }
});

test('classification: a sigmoid for two classes, one for each of several labels, a softmax for one of several classes', async (t) => {
  seed(42);
  const x = randn([200, 3]);
  const [first, second] = [x.slice([], [0, 1]), x.slice([], [1, 2])].map((column) => column.greater(0).cast('float32')) as [Tensor, Tensor];
  const accuracy = (yPred: Tensor, y: Tensor): number => yPred.greater(0.5).equal(y).cast('float32').mean().item();
  const two = await trained([10], 'relu', { units: 1, activation: 'sigmoid' }, 'binaryCrossentropy', x, first);
  t.true(accuracy(two.net.predict(x), first) > 0.95);

  const labels = concat([first, second, first], 1);
  const several = await trained([10], 'relu', { units: 3, activation: 'sigmoid' }, 'binaryCrossentropy', x, labels);
  const probabilities = several.net.predict(x);
  t.true(accuracy(probabilities, labels) > 0.95);
  const [least, most] = range(probabilities.sum(1));
  t.true(least < 0.5 && most > 2, 'probabilities of labels need not add up to 1');

  const classes = first.add(second).reshape([200]).cast('int32');
  const one = await trained([10], 'relu', { units: 3, activation: 'softmax' }, 'sparseCategoricalCrossentropy', x, classes);
  const shares = one.net.predict(x);
  t.true(shares.sum(1).sub(1).abs().max().item() < 1e-6);
  t.true(shares.argmax(1).equal(classes).cast('float32').mean().item() > 0.9);
});

test('weights that all begin with zero leave the units of a layer alike, whatever they learn', async (t) => {
  const units = async (kernelInitializer: string): Promise<number> => {
    seed(42);
    const net = sequential([
      layers.dense({ units: 6, activation: 'sigmoid', kernelInitializer, inputShape: [2] }),
      layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer }),
    ]);
    net.compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss: 'binaryCrossentropy' });
    await net.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], { epochs: 300, verbose: 0 });
    const solved = String(net.predict([[0, 0], [0, 1], [1, 0], [1, 1]]).greater(0.5).cast('int32').flatten().toArray()) === '0,1,1,0';
    t.is(solved, kernelInitializer !== 'zeros', kernelInitializer);
    const [kernel] = net.getWeights();
    return kernel!.sub(kernel!.slice([], [0, 1])).abs().max().item();
  };
  t.is(await units('zeros'), 0);
  t.true((await units('glorotUniform')) > 0.1);
});

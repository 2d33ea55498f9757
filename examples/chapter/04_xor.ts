// Exclusive or: no single neuron can compute it, a hidden layer can, and a hidden layer that starts from zeros cannot.
//   node build-ts/examples/chapter/04_xor.js [FOLDER] [--text]
import { layers, optimizers, plots, seed, sequential, tensor, zeros, type Tensor } from 'hebb';
import { draw, folder } from './pictures.js';

const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const y = tensor([[0], [1], [1], [0]]);

async function show(title: string, predict: (points: Tensor) => Tensor): Promise<number> {
  const picture = plots.decisionBoundary(predict, x, y, { title, features: ['A', 'B'] });
  await draw(title.replaceAll(' ', '_'), picture);
  const answers = [...predict(x).greater(0.5).dataSync()];
  const correct = predict(x).greater(0.5).equal(y.greater(0.5)).cast('float32').mean().item();
  console.log(`${title}: 00, 01, 10, 11 -> ${answers.join(', ')}: ${correct * 100} % correct`);
  return correct;
}

// 1. The perceptron rule: w += (y - prediction) x for each point in turn. No line has more than three of
// the four points right, and this rule goes round in circles.
const [w, b] = [zeros([2, 1]), zeros([1])];
const line = (points: Tensor): Tensor => points.matmul(w).add(b).greaterEqual(0).cast('float32');
let [best, unchanged] = [0, false];
for (let epoch = 0; epoch < 100; epoch++) {
  unchanged = true;
  for (let row = 0; row < 4; row++) {
    const [point, target] = [x.slice([row, row + 1]), y.slice([row, row + 1])];
    const error = target.sub(line(point));
    if (error.item() !== 0) unchanged = false;
    w.assign(w.add(point.T.matmul(error)));
    b.assign(b.add(error.reshape([1])));
    best = Math.max(best, line(x).equal(y).cast('float32').mean().item());
  }
}
console.log(`perceptron, 100 epochs: it ${unchanged ? 'came to rest' : 'never came to rest'}; at best ${best * 100} % correct`);
await show('xor perceptron', line);

// 2. Two layers: the hidden units bend the plane so that one line is enough.
seed(3);
const net = sequential([
  layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }),
  layers.dense({ units: 1, activation: 'sigmoid' }),
]);
net.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: 'binaryCrossentropy' });
await net.fit(x, y, { epochs: 300, batchSize: 4, verbose: 0 });
await show('xor two layers', (points) => net.predict(points));
console.log(`outputs: ${[...net.predict(x).dataSync()].map((p) => p.toFixed(3)).join(', ')}`);

// 3. The same network from zeros: all hidden units get the same gradients, and stay one unit in four copies.
const same = sequential([
  layers.dense({ units: 4, activation: 'sigmoid', kernelInitializer: 'zeros', inputShape: [2] }),
  layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: 'zeros' }),
]);
same.compile({ optimizer: optimizers.sgd({ learningRate: 0.5 }), loss: 'binaryCrossentropy' });
await same.fit(x, y, { epochs: 500, batchSize: 1, verbose: 0 });
await show('xor from zeros', (points) => same.predict(points));
const kernel = same.layers[0]!.getWeights()[0]!;
console.log(`weights of the four hidden units after 500 epochs:\n${String(kernel)}`);
const apart = kernel.sub(kernel.slice([], [0, 1])).abs().max().item();
console.log(`the hidden units differ by ${apart}`);
console.log(`pictures are in ${folder}`);

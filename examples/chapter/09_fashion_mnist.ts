// Pictures of clothes: a few epochs, then a look at what the network says, what it mixes up, and what its neurons see.
// `npm start` trains the same network to the end.
//   node build-ts/examples/chapter/09_fashion_mnist.js [FOLDER] [--text]
import { datasets, layers, optimizers, plots, seed, sequential } from 'hebb';
import { draw, folder } from './pictures.js';

seed(42);

const { train, test, classNames } = await datasets.fashionMnist({ dtype: 'uint8' });
const net = sequential(
  [
    layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }),
    layers.flatten(),
    layers.dense({ units: 300, activation: 'relu' }),
    layers.dense({ units: 100, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
  { name: 'clothes' },
);
net.summary();
const first = net.layers[2]!.getWeights()[0]!; // the kernel of the first dense layer, before it learns
net.compile({ optimizer: optimizers.sgd({ learningRate: 0.05 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
const history = await net.fit(train.x, train.y, { epochs: 6, batchSize: 64, validationSplit: 0.1, verbose: 2 });
const { accuracy = NaN } = await net.evaluate(test.x, test.y);
console.log(`test accuracy ${accuracy.toFixed(4)}`);

// Twenty test pictures of all kinds, 499 apart.
const some = Array.from({ length: 20 }, (_, i) => 499 * i + 7);
const [x, labels] = [test.x.gather(some), test.y.gather(some)];
const predicted = net.predict(test.x);
const pictures = {
  clothes_network: plots.model(net),
  clothes_predictions: plots.images(x, { labels, predicted: predicted.gather(some), classNames, columns: 10 }),
  clothes_confusion: plots.confusionMatrix(test.y, predicted, classNames),
  // What the first 20 neurons learned: their weights less those that they began with, which look like noise.
  clothes_weights: plots.firstLayerWeights(net.layers[2]!.getWeights()[0]!.sub(first).slice([], [0, 20])),
};
for (const [name, picture] of Object.entries(pictures)) await draw(name, picture);
await draw('clothes_history', history);
console.log(`pictures are in ${folder}`);

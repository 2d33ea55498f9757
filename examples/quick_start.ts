// Trains a small classifier on Fisher's iris flowers, measures it and asks it about a new flower.
import { datasets, layers, seed, sequential, trainTestSplit } from 'hebb';

seed(42);
const { x, y, targetNames } = datasets.iris({ dtype: 'float32' });
const { train, test } = trainTestSplit(x, y, { testSize: 0.2, stratify: true, seed: 42 });

const scale = layers.normalization({ inputShape: [4] });
scale.adapt(train.x); // learns the mean and the deviation of each feature

const net = sequential([
  scale,
  layers.dense({ units: 16, activation: 'relu' }),
  layers.dense({ units: 3, activation: 'softmax' }),
]);
net.summary();
net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

await net.fit(train.x, train.y, { epochs: 200, batchSize: 16, verbose: 0 });
console.log('test:', await net.evaluate(test.x, test.y));

const flower = net.predict([[5.1, 3.5, 1.4, 0.2]]); // the probability of each species
console.log(`the flower is ${targetNames[flower.argmax(1).item()] ?? '?'}`);

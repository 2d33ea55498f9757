// Regression: the width of a petal from its length and the measures of the sepal, on Fisher's iris flowers.
import { callbacks, datasets, layers, optimizers, seed, sequential, trainTestSplit } from 'hebb';

seed(42);
const iris = datasets.iris({ dtype: 'float32' });
const x = iris.x.slice([], [0, 3]); // sepal length, sepal width, petal length, in cm
const y = iris.x.slice([], [3, 4]); // petal width, in cm
const { train, test } = trainTestSplit(x, y, { testSize: 30, seed: 42 });

// The features have different scales; the first layer brings each to mean 0 and deviation 1.
const scale = layers.normalization({ inputShape: [3] });
scale.adapt(train.x);
const net = sequential([
  scale,
  layers.dense({ units: 30, activation: 'relu' }),
  layers.dense({ units: 30, activation: 'relu' }),
  layers.dense({ units: 1 }), // no activation: any number can come out
]);
net.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae', 'rmse'] });

const history = await net.fit(train.x, train.y, {
  epochs: 200,
  batchSize: 16,
  validationSplit: 0.2,
  verbose: 0,
  callbacks: [callbacks.earlyStopping({ patience: 20, restoreBestWeights: true })],
});
console.log(`trained ${history.epoch.length} epochs`);

const measured = await net.evaluate(test.x, test.y);
const spread = Math.sqrt(test.y.sub(test.y.mean()).square().mean().item());
console.log(`root mean square error ${measured.rmse!.toFixed(3)} cm; of the mean as a guess ${spread.toFixed(3)} cm`);

const [predicted, actual] = [net.predict(test.x.slice([0, 5])), test.y.slice([0, 5])].map((t) => [...t.dataSync()]);
for (const [i, width] of predicted!.entries()) {
  console.log(`flower ${i}: predicted ${width.toFixed(2)} cm, measured ${actual![i]!.toFixed(2)} cm`);
}

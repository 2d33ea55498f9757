// Regression: how far a car of 1970 to 1982 went on a gallon, from its cylinders, displacement, power, weight,
// acceleration, year and origin.
//   node build-ts/examples/chapter/07_regression.js [FOLDER] [--text]
import { callbacks, datasets, layers, optimizers, plots, seed, sequential, trainTestSplit, type Tensor } from 'hebb';
import { draw, folder } from './pictures.js';

seed(42);

const { x, y } = datasets.autoMpg({ dtype: 'float32' });
const { train, test } = trainTestSplit(x, y.reshape([-1, 1]), { testSize: 80, seed: 42 });
console.log(`${x.shape[0]} cars, ${test.x.shape[0]} of them for the test`);

const rmseOf = (predicted: Tensor, y: Tensor): number => Math.sqrt(predicted.sub(y).square().mean().item());
console.log(`the mean as a guess: root mean square error ${rmseOf(test.y.mean(), test.y).toFixed(2)} mpg`);

// Features of very different sizes, brought to mean 0 and deviation 1 by the first layer.
const scaled = () => {
  const layer = layers.normalization({ inputShape: [7] });
  layer.adapt(train.x);
  return layer;
};
const linear = sequential([scaled(), layers.dense({ units: 1 })], { name: 'linear' });
const mlp = sequential(
  [scaled(), layers.dense({ units: 32, activation: 'relu' }), layers.dense({ units: 32, activation: 'relu' }), layers.dense({ units: 1 })],
  { name: 'two_hidden_layers' },
);
for (const net of [linear, mlp]) {
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.03 }), loss: 'mse', metrics: ['mae'] });
  const history = await net.fit(train.x, train.y, {
    epochs: 400, batchSize: 32, validationSplit: 0.2, verbose: 0,
    callbacks: [callbacks.earlyStopping({ patience: 40, restoreBestWeights: true })],
  });
  console.log(`${net.name}: root mean square error ${rmseOf(net.predict(test.x), test.y).toFixed(2)} mpg after ${history.epoch.length} epochs`);
  await draw(`regression_${net.name}`, history);
}

// A better look than one number: how the prediction goes with the truth.
const order = test.y.reshape([-1]).argsort();
const [truth, guess] = [test.y, mlp.predict(test.x)].map((column) => column.reshape([-1]).gather(order));
const rank = truth!.dataSync().map((_, i) => i + 1);
const picture = plots.lines(rank, { measured: truth!, predicted: guess! }, { title: 'cars by miles per gallon', xLabel: 'car', yLabel: 'miles per gallon' });
await draw('regression_cars', picture);
console.log(picture);
console.log(`pictures are in ${folder}`);

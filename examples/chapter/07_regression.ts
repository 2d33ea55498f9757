// Regression: how far a car of 1970 to 1982 went on a gallon, from its cylinders, displacement, power, weight,
// acceleration, year and origin; and again when some of the miles are mistyped.
//   node build-ts/examples/chapter/07_regression.js [FOLDER] [--text]
import {
  bernoulli, callbacks, datasets, layers, linspace, losses, optimizers, plots, seed, sequential, trainTestSplit, where, zeros, type Tensor,
} from 'hebb';
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
const twoHiddenLayers = (name: string) => sequential(
  [scaled(), layers.dense({ units: 32, activation: 'relu' }), layers.dense({ units: 32, activation: 'relu' }), layers.dense({ units: 1 })],
  { name },
);
const mlp = twoHiddenLayers('two_hidden_layers');
const fitting = () => ({
  epochs: 400, batchSize: 32, validationSplit: 0.2, verbose: 0,
  callbacks: [callbacks.earlyStopping({ patience: 40, restoreBestWeights: true })],
}) as const;
for (const net of [linear, mlp]) {
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.03 }), loss: 'mse', metrics: ['mae'] });
  const history = await net.fit(train.x, train.y, fitting());
  console.log(`${net.name}: root mean square error ${rmseOf(net.predict(test.x), test.y).toFixed(2)} mpg after ${history.epoch.length} epochs`);
  await draw(`regression_${net.name}`, history);
}

// A better look than one number: how the prediction goes with the truth.
const order = test.y.reshape([-1]).argsort();
const [truth, guess] = [test.y, mlp.predict(test.x)].map((column) => column.reshape([-1]).gather(order));
const rank = truth!.dataSync().map((_, i) => i + 1);
const picture = plots.lines(rank, { measured: truth!, predicted: guess! }, { title: 'cars by miles per gallon', xLabel: 'car', yLabel: 'miles per gallon' });
await draw('regression_cars', picture);

// Outliers: somebody forgot the decimal point of about every tenth training car. The test cars are as they were.
const mistyped = bernoulli(0.1, train.y.shape);
const noted = where(mistyped, train.y.mul(10), train.y);
console.log(`${mistyped.cast('float32').sum().item()} of ${noted.size} training cars with ten times their miles per gallon:`);
const errors = linspace(-4, 4, 81);
const curves: Record<string, Tensor> = {};
for (const loss of [losses.mse(), losses.mae(), losses.huber()]) {
  seed(42);
  const net = twoHiddenLayers(loss.name);
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.03 }), loss });
  await net.fit(train.x, noted, fitting());
  console.log(`trained by ${loss.name}: root mean square error ${rmseOf(net.predict(test.x), test.y).toFixed(2)} mpg`);
  curves[loss.name] = loss.call(zeros([81, 1]), errors.reshape([81, 1]));
}
await draw('regression_losses', plots.lines(errors, curves, { title: 'three losses', xLabel: 'error' }));
console.log(`pictures are in ${folder}`);

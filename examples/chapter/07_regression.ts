// Regression: what a car needs for 100 km, from its weight, power, cylinders and year. The cars are generated here, by a
// formula with noise, so that the least error that any model can reach is known.
//   node build-ts/examples/chapter/07_regression.js [FOLDER]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { callbacks, concat, layers, optimizers, plots, rand, randn, seed, sequential, trainTestSplit, type Tensor } from 'hebb';

const folder = process.argv[2] ?? 'runs';
mkdirSync(folder, { recursive: true });
seed(42);

const cars = 400;
const noise = 0.5; // litres per 100 km
const between = (low: number, high: number): Tensor => rand([cars, 1]).mul(high - low).add(low);
const cylinders = between(2, 5).floor().mul(2); // 4, 6 or 8
const weight = cylinders.mul(150).add(400).add(randn([cars, 1]).mul(120)); // kg
const power = weight.mul(0.08).add(randn([cars, 1]).mul(12)).clip(40, 400); // kW
const year = between(1970, 1983).floor();
// Heavier cars need more, strong ones more than proportionally, and engines get better from year to year.
const consumption = weight.mul(0.006).add(power.square().mul(0.00035)).sub(year.sub(1970).mul(0.2)).add(2).add(randn([cars, 1]).mul(noise));
const x = concat([cylinders, weight, power, year], 1);
const { train, test } = trainTestSplit(x, consumption, { testSize: 80, seed: 42 });
console.log(`${cars} generated cars; the noise alone makes an error of ${noise} litres`);

const rmseOf = (predicted: Tensor, y: Tensor): number => Math.sqrt(predicted.sub(y).square().mean().item());
console.log(`the mean as a guess: root mean square error ${rmseOf(test.y.mean(), test.y).toFixed(2)} litres`);

// Features of very different sizes, brought to mean 0 and deviation 1 by the first layer.
const scaled = () => {
  const layer = layers.normalization({ inputShape: [4] });
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
  console.log(`${net.name}: root mean square error ${rmseOf(net.predict(test.x), test.y).toFixed(2)} litres after ${history.epoch.length} epochs`);
  await history.plot(join(folder, `regression_${net.name}.svg`));
}

// A better look than one number: how the prediction goes with the truth.
const order = test.y.reshape([-1]).argsort();
const [truth, guess] = [test.y, mlp.predict(test.x)].map((column) => column.reshape([-1]).gather(order));
const rank = truth!.dataSync().map((_, i) => i + 1);
const picture = plots.lines(rank, { measured: truth!, predicted: guess! }, { title: 'cars by consumption', xLabel: 'car', yLabel: 'litres per 100 km' });
await picture.save(join(folder, 'regression_cars.svg'));
console.log(picture);
console.log(`pictures are in ${folder}`);

// Wide and deep (Cheng et al. 2016) by the functional API: some features go straight to the output, others through hidden
// layers, and a second output helps to train these. The data are houses made up by a formula:
//   node build-ts/examples/chapter/10_functional_wide_deep.js [FOLDER] [--text]
import { concat, input, layers, model, optimizers, plots, rand, randn, seed } from 'hebb';
import { draw, folder } from './pictures.js';

seed(42);
const houses = rand([4000, 8]);
const [income, age, rooms, distance] = [0, 1, 2, 3].map((i) => houses.slice([], [i, i + 1]));
// Linear in the income, and with a bump where rooms and distance meet.
const bump = rooms!.sub(0.5).square().add(distance!.sub(0.5).square()).mul(-8).exp();
const price = income!.mul(2).add(age!.mul(0.3)).add(bump).add(randn([4000, 1]).mul(0.05));
const wideRows = houses.slice([], [0, 5]);
const deepRows = houses.slice([], [2, 8]);
const part = (from: number, to: number) => ({
  x: { wide: wideRows.slice([from, to]), deep: deepRows.slice([from, to]) },
  y: { price: price.slice([from, to]), aux: price.slice([from, to]) },
});
const [train, valid, test] = [part(0, 3000), part(3000, 3500), part(3500, 4000)];

const wide = input({ shape: [5], name: 'wide' });
const deep = input({ shape: [6], name: 'deep' });
const hidden1 = layers.dense({ units: 30, activation: 'relu' }).apply(layers.rescaling({ scale: 2, offset: -1 }).apply(deep));
const hidden2 = layers.dense({ units: 30, activation: 'relu' }).apply(hidden1);
const joined = layers.concatenate().apply([wide, hidden2]);
const net = model({
  inputs: { wide, deep },
  outputs: { price: layers.dense({ units: 1, name: 'price' }).apply(joined), aux: layers.dense({ units: 1, name: 'aux' }).apply(hidden2) },
  name: 'wide_and_deep',
});
net.summary();
await draw('wide_and_deep', plots.model(net));

net.compile({
  optimizer: optimizers.adam({ learningRate: 0.003 }),
  loss: 'mse',
  lossWeights: { price: 0.9, aux: 0.1 },
  metrics: { price: ['rmse'], aux: ['rmse'] },
});
const history = await net.fit(train.x, train.y, { epochs: 20, validationData: [valid.x, valid.y], verbose: 0 });
for (const epoch of [0, 4, 9, 14, 19]) {
  const [price, aux] = [history.history.val_price_rmse![epoch]!, history.history.val_aux_rmse![epoch]!];
  console.log(`epoch ${epoch + 1}: validation error of the price ${price.toFixed(3)}, by the deep part alone ${aux.toFixed(3)}`);
}
const measured = await net.evaluate(test.x, test.y);
console.log(`price: root mean square error ${measured.price_rmse!.toFixed(3)}, by the deep part alone ${measured.aux_rmse!.toFixed(3)}`);
const [few, { y }] = [part(3500, 3503), part(3500, 3503)];
const guesses = net.predict(few.x);
console.log(`predicted, actual:\n${concat([guesses.price, y.price], 1).toString()}`);
console.log(`the picture is in ${folder}`);

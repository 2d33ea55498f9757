// Saves a model in the middle of its training, loads it, and goes on as if nothing had happened: bit for bit.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets, layers, loadModel, seed, sequential } from 'hebb';

const { x, y } = datasets.spirals({ samples: 600, noise: 0.05, seed: 3 });
const folder = await mkdtemp(join(tmpdir(), 'hebb-'));
const file = join(folder, 'spirals.hebb');

seed(7);
const net = sequential([
  layers.dense({ units: 32, activation: 'relu', inputShape: [2] }),
  layers.dropout({ rate: 0.1 }),
  layers.dense({ units: 2, activation: 'softmax' }),
]);
net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

// Half of the training, then a file with the weights, the state of Adam and of the random generator.
await net.fit(x, y, { epochs: 20, verbose: 0 });
await net.save(file);
console.log('after 20 epochs:', await net.evaluate(x, y));

// The other half, once with the model at hand and once with the one from the file.
await net.fit(x, y, { epochs: 40, initialEpoch: 20, verbose: 0 });
const loaded = await loadModel(file);
console.log('from the file:  ', await loaded.evaluate(x, y));
await loaded.fit(x, y, { epochs: 40, initialEpoch: 20, verbose: 0 });
console.log('after 40 epochs:', await loaded.evaluate(x, y));

const differences = net.getWeights().map((w, i) => w.sub(loaded.getWeights()[i]!).abs().max().item());
console.log(`largest difference to training without a break: ${Math.max(...differences)}`);
await rm(folder, { recursive: true });

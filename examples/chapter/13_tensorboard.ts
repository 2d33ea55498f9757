// TensorBoard: the callback writes what fit() measures, a SummaryWriter whatever else one wants to see.
//   node build-ts/examples/chapter/13_tensorboard.js [FOLDER] [--text]
//   tensorboard --logdir FOLDER/logs
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { callbacks, datasets, layers, optimizers, seed, sequential, SummaryWriter, type Model } from 'hebb';
import { folder } from './pictures.js';

const logs = join(folder, 'logs');
mkdirSync(logs, { recursive: true });

const { train, test, classNames } = await datasets.fashionMnist({ dtype: 'uint8' });
const [x, y] = [train.x.slice([0, 6000]), train.y.slice([0, 6000])];
const validationData = [test.x.slice([0, 2000]), test.y.slice([0, 2000])] as const;
const network = (name: string): Model => {
  seed(42);
  return sequential(
    [
      layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }),
      layers.flatten(),
      layers.dense({ units: 64, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    { name },
  );
};

// Two runs in folders of their own stand beside each other in TensorBoard.
for (const learningRate of [0.01, 0.1]) {
  const net = network('clothes');
  net.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const history = await net.fit(x, y, {
    epochs: 5, verbose: 0, validationData,
    callbacks: [callbacks.tensorBoard({ logDir: join(logs, `rate_${learningRate}`), histogramFreq: 1, updateFreq: 50 })],
  });
  console.log(`learning rate ${learningRate}: accuracy ${history.history.val_accuracy!.map((value) => value.toFixed(3)).join(' ')}`);
}

// By hand: a number per step, the spread of a tensor, pictures, text, the graph of a model.
const writer = new SummaryWriter(join(logs, 'by_hand'));
for (let step = 0; step < 100; step++) writer.scalar('waves/sine', Math.sin(step / 10), step);
writer.histogram('pixels', test.x.slice([0, 100]), 0);
writer.image('clothes', test.x.slice([0, 8]).reshape([8, 28, 28, 1]), 0);
writer.text('classes', classNames.map((name, label) => `- **${label}** ${name}`).join('\n'), 0);
writer.graph(network('by_hand'));
writer.close();

for (const run of readdirSync(logs, { recursive: true, encoding: 'utf8' }).sort()) {
  const path = join(logs, run);
  if (statSync(path).isFile()) console.log(`${join(run, '..')}: ${(statSync(path).size / 1024).toFixed(1)} KiB`);
}
console.log(`tensorboard --logdir ${logs}`);

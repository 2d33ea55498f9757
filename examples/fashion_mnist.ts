// Trains a classifier of small pictures of clothes, shows how good it is, and keeps it:
//   npm start
//   npm start -- --epochs 3 --batch-size 128 --seed 7 --dataset mnist
// Afterwards `npm run evaluate` loads the file and measures the same numbers.
import { join } from 'node:path';
import { HebbError, layers, optimizers, seed, sequential, type History } from 'hebb';
import { command } from './fashion_mnist/command.js';
import { loadImages } from './fashion_mnist/images.js';
import { readOptions } from './fashion_mnist/options.js';
import { showTest } from './fashion_mnist/report.js';

const validationRows = 5000;

await command(async (signal) => {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) return;
  const { dataset, epochs, batchSize, learningRate, out } = options;
  const modelFile = join(out, `${dataset}.hebb`);
  const curvesFile = join(out, `${dataset}.svg`);

  // The pictures stay bytes, a quarter of the memory of float32; the first layer brings them to [0, 1].
  const { train, test, classNames } = await loadImages(dataset, signal);
  const split = train.x.shape[0] - validationRows;

  seed(options.seed);
  const net = sequential(
    [
      layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }),
      layers.flatten(),
      layers.dense({ units: 300, activation: 'relu' }),
      layers.dense({ units: 100, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    { name: dataset },
  );
  net.summary();
  net.compile({
    optimizer: optimizers.sgd({ learningRate }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });

  const keep = async (history: History | undefined): Promise<string> => {
    await net.save(modelFile);
    if (history === undefined || history.epoch.length === 0) return modelFile;
    await history.plot(curvesFile);
    return `${modelFile}, and the learning curves in ${curvesFile}`;
  };
  try {
    const history = await net.fit(train.x.slice([0, split]), train.y.slice([0, split]), {
      epochs,
      batchSize,
      validationData: [train.x.slice([split, null]), train.y.slice([split, null])],
      signal,
    });
    await showTest(net, test, classNames);
    console.log(`\nKept the model in ${await keep(history)}.`);
  } catch (error) {
    if (!(error instanceof HebbError && error.code === 'ERR_ABORTED')) throw error;
    const steps = net.optimizer.iterations.item();
    if (steps > 0) console.log(`\nKept the model as it is after ${steps} steps in ${await keep(net.history)}.`);
    throw error;
  }
});

// Handwritten digits: a learning rate by a range test, stochastic gradient descent until it learns no more, and the best epoch
// reads 98 of 100 test digits. It takes some seconds.
//   node build-ts/examples/chapter/15_mnist.js [FOLDER] [--text]
import { join } from 'node:path';
import { callbacks, datasets, layers, loadModel, lrRangeTest, optimizers, plots, seed, sequential } from 'hebb';
import { draw, folder } from './pictures.js';

seed(42);

// The pictures stay bytes; the first layer brings them to [0, 1]. The last 5,000 are for validation.
const { train, test } = await datasets.mnist({ dtype: 'uint8' });
const [x, y] = [train.x.slice([0, 55_000]), train.y.slice([0, 55_000])];
const validationData = [train.x.slice([55_000, null]), train.y.slice([55_000, null])] as const;
const net = sequential(
  [
    layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }),
    layers.flatten(),
    layers.dense({ units: 300, activation: 'relu' }),
    layers.dense({ units: 100, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
  { name: 'digits' },
);
const optimizer = optimizers.sgd({ learningRate: 0.01, momentum: 0.9, nesterov: true });
net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

// 500 batches, the learning rate of each a little larger. The test ends where the loss shoots up: a tenth of that is a good rate.
const range = await lrRangeTest(net, x, y, { minLr: 1e-4, maxLr: 10, steps: 500, batchSize: 64 });
const tooLarge = range.rates.at(-1)!;
const learningRate = Number((tooLarge / 10).toPrecision(1));
console.log(`the loss shoots up at the learning rate ${tooLarge.toFixed(2)}; the network learns with ${learningRate}`);
await draw('digits_learning_rate', range.plot());

optimizer.learningRate.assign(learningRate);
const best = join(folder, 'digits_best.hebb');
const stopping = callbacks.earlyStopping({ patience: 4 });
const slower = callbacks.reduceLROnPlateau({ factor: 0.2, patience: 1 });
const start = performance.now();
const history = await net.fit(x, y, {
  epochs: 100, batchSize: 64, verbose: 0, validationData,
  callbacks: [slower, stopping, callbacks.modelCheckpoint(best, { saveBestOnly: true })],
});
const seconds = (performance.now() - start) / 1000;
for (const epoch of history.epoch) {
  const [loss, validation, accuracy] = ['loss', 'val_loss', 'val_accuracy'].map((name) => history.history[name]![epoch]!.toFixed(4));
  console.log(`epoch ${epoch + 1}: loss ${loss!}, of validation ${validation!}, accuracy ${accuracy!}`);
}
console.log(`stopped after ${history.epoch.length} epochs and ${seconds.toFixed(1)} s; the best was epoch ${stopping.bestEpoch + 1}`);
await draw('digits_history', history);

// What the checkpoint kept is the model of the best epoch.
const digits = await loadModel(best);
const { accuracy = NaN } = await digits.evaluate(test.x, test.y);
console.log(`test accuracy ${accuracy.toFixed(4)}`);

// The digits that it misread, with the truth in brackets.
const predicted = digits.predict(test.x);
const guesses = predicted.argmax(1).dataSync();
const wrong = [...test.y.dataSync().entries()].filter(([i, label]) => guesses[i] !== label).map(([i]) => i);
console.log(`misread: ${wrong.length} of ${guesses.length}`);
const some = wrong.slice(0, 30);
await draw('digits_misread', plots.images(test.x.gather(some), { labels: test.y.gather(some), predicted: predicted.gather(some) }));
await draw('digits_confusion', plots.confusionMatrix(test.y, predicted));
console.log(`pictures are in ${folder}`);

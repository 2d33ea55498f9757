// Handwritten digits: a network of two hidden layers that reads 98 of 100 test digits, trained in a few seconds.
//   node build-ts/examples/chapter/15_mnist.js [FOLDER]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { callbacks, datasets, layers, optimizers, plots, seed, sequential } from 'hebb';

const folder = process.argv[2] ?? 'runs';
mkdirSync(folder, { recursive: true });
seed(42);

// The pictures stay bytes; the first layer brings them to [0, 1].
const { train, test } = await datasets.mnist({ dtype: 'uint8' });
const net = sequential(
  [
    layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }),
    layers.flatten(),
    layers.dense({ units: 300, activation: 'relu' }),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 100, activation: 'relu' }),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
  { name: 'digits' },
);
net.compile({ optimizer: optimizers.adam({ learningRate: 0.003 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

// Half a cosine from 0.003 down to 0: large steps first, then smaller and smaller ones.
const epochs = 6;
const cosine = callbacks.lambda({
  onEpochBegin: (model, epoch) => {
    model.optimizer.learningRate.assign(0.0015 * (1 + Math.cos((Math.PI * epoch) / epochs)));
  },
});

const start = performance.now();
const history = await net.fit(train.x, train.y, {
  epochs, batchSize: 256, verbose: 0, callbacks: [cosine], validationSplit: 1 / 12,
});
const seconds = (performance.now() - start) / 1000;
for (const epoch of history.epoch) {
  const [loss, accuracy] = [history.history.loss![epoch]!, history.history.val_accuracy![epoch]!];
  console.log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, validation accuracy ${accuracy.toFixed(4)}`);
}
const { accuracy = NaN } = await net.evaluate(test.x, test.y);
console.log(`test accuracy ${accuracy.toFixed(4)} after ${seconds.toFixed(1)} s`);

// The digits that it misread, with the truth in brackets.
const predicted = net.predict(test.x);
const guesses = predicted.argmax(1).dataSync();
const wrong = [...test.y.dataSync().entries()].filter(([i, label]) => guesses[i] !== label).map(([i]) => i);
console.log(`misread: ${wrong.length} of ${guesses.length}`);
const some = wrong.slice(0, 30);
const picture = plots.images(test.x.gather(some), { labels: test.y.gather(some), predicted: predicted.gather(some) });
await picture.save(join(folder, 'digits_misread.svg'));
const confusion = plots.confusionMatrix(test.y, predicted);
await confusion.save(join(folder, 'digits_confusion.svg'));
await history.plot(join(folder, 'digits_history.svg'));
console.log(`${String(confusion)}\npictures are in ${folder}`);

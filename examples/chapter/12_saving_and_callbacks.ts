// Keeping a model: checkpoints of the best epoch, stopping early, going on after a break with the same bits.
//   node build-ts/examples/chapter/12_saving_and_callbacks.js [FOLDER] [--text]
import { join } from 'node:path';
import { callbacks, datasets, layers, loadModel, optimizers, plots, seed, sequential, trainTestSplit, type Sequential } from 'hebb';
import { draw, folder } from './pictures.js';

const { x, y } = datasets.moons({ samples: 400, noise: 0.25, seed: 7 });
const { train, test } = trainTestSplit(x, y.reshape([-1, 1]), { testSize: 0.5, seed: 7 });
const untrained = (): Sequential => {
  seed(42);
  const net = sequential(
    [
      layers.dense({ units: 64, activation: 'relu', inputShape: [2] }),
      layers.dense({ units: 64, activation: 'relu' }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
    { name: 'moons' },
  );
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  return net;
};

// A callback is an object of functions; these two are ready-made, the third is one's own.
const net = untrained();
const best = join(folder, 'moons_best.hebb');
const stopping = callbacks.earlyStopping({ patience: 15, restoreBestWeights: true });
const epochTimes: number[] = [];
let began = 0;
const clock = callbacks.lambda({
  onEpochBegin: () => {
    began = performance.now();
  },
  onEpochEnd: (_, epoch, logs) => {
    epochTimes.push(performance.now() - began);
    logs.gap = (logs.val_loss ?? NaN) - (logs.loss ?? NaN); // becomes part of the history
    if (epoch % 10 === 0) console.log(`epoch ${epoch + 1}: loss ${(logs.loss ?? NaN).toFixed(4)}, on test data ${logs.gap.toFixed(4)} more`);
  },
});
const history = await net.fit(train.x, train.y, {
  epochs: 200, batchSize: 32, verbose: 0, validationData: [test.x, test.y],
  callbacks: [stopping, callbacks.modelCheckpoint(best, { saveBestOnly: true }), clock],
});
console.log(`stopped after ${history.epoch.length} epochs; the best was epoch ${stopping.bestEpoch + 1}, loss ${(stopping.best ?? NaN).toFixed(4)}`);
await draw('moons_history', history);

// The checkpoint is the model with the weights that were put back.
const loaded = await loadModel(best);
const apart = loaded.predict(test.x).sub(net.predict(test.x)).abs().max().item();
console.log(`predictions of the checkpoint differ from those of the best weights by ${apart}`);
console.log(`accuracy of the checkpoint ${(await loaded.evaluate(test.x, test.y)).accuracy!.toFixed(3)}`);

// 20 epochs, and 10 epochs + a file + 10 epochs: the optimiser's state and the random numbers go on where they stopped.
const through = untrained();
await through.fit(train.x, train.y, { epochs: 20, verbose: 0, shuffle: false });
const firstHalf = untrained();
await firstHalf.fit(train.x, train.y, { epochs: 10, verbose: 0, shuffle: false });
const file = join(folder, 'moons_half.hebb');
await firstHalf.save(file);
const secondHalf = await loadModel(file);
await secondHalf.fit(train.x, train.y, { epochs: 20, initialEpoch: 10, verbose: 0, shuffle: false });
const weightsApart = through.getWeights().map((w, i) => w.sub(secondHalf.getWeights()[i]!).abs().max().item());
console.log(`weights after the break differ from those without one by ${Math.max(...weightsApart)}`);

const picture = plots.decisionBoundary((points) => loaded.predict(points), test.x, test.y, { title: 'best checkpoint, test data', labels: ['upper moon', 'lower moon'] });
await draw('moons_boundary', picture);
await draw('moons_network', plots.model(loaded));
console.log(`pictures and models are in ${folder}`);

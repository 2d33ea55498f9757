// hebb: a sequential model and fit, as a user writes it; the rows stay bytes, scaled batch by batch.
import { finish, hebbVersion, options, rate, rows, sizes, startWeights } from './peer.mjs';
const { callbacks, layers, losses, optimizers, sequential, tensor } = await import('hebb');

const bytes = rows();
const count = bytes.y.length;
const x = tensor(bytes.x, { shape: [count, sizes[0]], dtype: 'uint8' });
const y = tensor(bytes.y, { shape: [count], dtype: 'uint8' });

const net = sequential([
  layers.rescaling({ scale: 1 / 255, inputShape: [sizes[0]] }),
  layers.dense({ units: sizes[1], activation: 'relu' }),
  layers.dense({ units: sizes[2], activation: 'relu' }),
  layers.dense({ units: sizes[3] }),
]);
net.compile({
  optimizer: optimizers.sgd({ learningRate: rate }),
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
});
net.setWeights(startWeights().map(({ shape, values }) => tensor(values, { shape })));

const times = [];
let begin = 0;
await net.fit(x, y, {
  batchSize: options.batch,
  epochs: options.epochs,
  verbose: 0,
  callbacks: [
    callbacks.lambda({
      onEpochBegin: () => void (begin = performance.now()),
      onEpochEnd: () => void times.push(performance.now() - begin),
    }),
  ],
});
finish(hebbVersion, times, net.getWeights().map((w) => w.dataSync()));

// hebb: a sequential model and fit, as a user writes it. Peers: hebb (rows of float32, as all others have them),
// hebb-uint8 (the rows stay bytes, scaled batch by batch). An epoch is what a callback sees: fit makes a program before.
import { byEpochs, hebbVersion, options, rate, rows, serve, sizes, startWeights } from './peer.mjs';
const { callbacks, layers, losses, optimizers, scope, sequential, tensor } = await import('hebb');

const asBytes = options.variant === 'hebb-uint8';
const read = () => {
  const { x, y } = rows();
  const pixels = tensor(x, { shape: [y.length, sizes[0]], transfer: true });
  return [asBytes ? pixels : pixels.div(255), tensor(y)];
};
const [x, y] = scope(read);

await serve(hebbVersion, (name) => {
  const net = sequential([
    layers.input({ shape: [sizes[0]] }),
    ...(asBytes ? [layers.rescaling({ scale: 1 / 255 })] : []),
    layers.dense({ units: sizes[1], activation: 'relu' }),
    layers.dense({ units: sizes[2], activation: 'relu' }),
    layers.dense({ units: sizes[3] }),
  ]);
  net.compile({
    optimizer: optimizers.sgd({ learningRate: rate }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  });
  net.setWeights(startWeights().map(({ shape, values }) => tensor(values, { shape })));
  const batchSize = Number(name.split(' ')[1]);
  let [begin, time] = [0, 0];
  const clock = callbacks.lambda({
    onEpochBegin: () => void (begin = performance.now()),
    onEpochEnd: () => void (time = performance.now() - begin),
  });
  const epoch = async () => {
    await net.fit(x, y, { batchSize, epochs: 1, verbose: 0, callbacks: [clock] });
    return time;
  };
  return byEpochs(y.shape[0], epoch, () => net.getWeights().map((w) => w.dataSync()));
});

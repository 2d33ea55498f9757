// What each launch of a training step of 784-300-100-10 takes on a device: node bench/gpu/profile.mjs [cuda] [batch]
import * as hebb from '../../dist/index.js';

const [device = 'cuda', batch = '32'] = process.argv.slice(2);
hebb.setDevice(device);
hebb.seed(42);
const rows = 65536;
const x = hebb.randint(0, 256, [rows, 28, 28], { dtype: 'uint8' });
const y = hebb.randint(0, 10, [rows]);
const net = hebb.sequential([
  hebb.layers.flatten({ inputShape: [28, 28] }),
  hebb.layers.rescaling({ scale: 1 / 255 }),
  hebb.layers.dense({ units: 300, activation: 'relu' }),
  hebb.layers.dense({ units: 100, activation: 'relu' }),
  hebb.layers.dense({ units: 10, activation: 'softmax' }),
]);
net.compile({ optimizer: hebb.optimizers.sgd({ learningRate: 0.01 }), loss: 'sparseCategoricalCrossentropy' });
const { run } = hebb.Program.prototype;
hebb.Program.prototype.run = async function (count, options) {
  await run.call(this, count, options);
  hebb.Program.prototype.run = run;
  console.log(this.profile(20).toString());
};
await net.fit(x, y, { batchSize: Number(batch), stepsPerEpoch: 50, epochs: 1, verbose: 0 });

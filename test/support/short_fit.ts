// Prints the instruction set and a hash of everything that a short training leaves: weights, history, predictions. Run by runSupport().
import { createHash } from 'node:crypto';
import { native } from '../../src/native.js';
import { layers, optimizers, randn, seed, sequential } from '../../src/index.js';

seed(20);
const x = randn([700, 50]);
const y = x.slice([0, null], [0, 10]).argmax(-1);
const hash = createHash('sha256');
for (const optimizer of [optimizers.sgd({ momentum: 0.9, nesterov: true }), optimizers.adam(), optimizers.rmsprop({ centered: true })]) {
  const net = sequential([
    layers.dense({ units: 130, activation: 'relu', kernelInitializer: 'heNormal', inputShape: [50] }),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: 33, activation: 'tanh', kernelRegularizer: 'l2' }),
    layers.dense({ units: 17, activation: 'gelu', kernelInitializer: 'orthogonal' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await net.fit(x, y, { epochs: 3, validationSplit: 0.1, verbose: 0 });
  for (const w of net.getWeights()) hash.update(w.dataSync());
  hash.update(net.predict(x).dataSync());
  hash.update(JSON.stringify(history));
}
console.log(native.cpuInfo().isa, hash.digest('hex'));

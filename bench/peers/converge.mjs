// hebb: Adam on small data until the accuracy of an epoch reaches the goal. A burst is a training from the next seed, the
// first of which warms up. As converge.py.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { hebbVersion, options, serve } from './peer.mjs';
const { callbacks, layers, losses, optimizers, seed, sequential, tensor } = await import('hebb');

const cases = JSON.parse(readFileSync(join(options.work, 'cases.json'), 'utf8'));

await serve(hebbVersion, async (name) => {
  const { x, y, units, classes, rate, batch, goal, epochs } = cases[name];
  const [inputs, targets] = [tensor(x), tensor(y, { dtype: 'int32' })];
  let number = 0;
  const burst = async () => {
    const begin = performance.now();
    seed(number++);
    const net = sequential([
      layers.dense({ units, activation: 'tanh', inputShape: [x[0].length] }),
      layers.dense({ units: classes }),
    ]);
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    net.compile({ optimizer: optimizers.adam({ learningRate: rate }), loss, metrics: ['accuracy'] });
    let [count, reached] = [0, false];
    const stop = callbacks.lambda({
      onEpochEnd: (model, _epoch, logs) => {
        count++;
        reached = logs.accuracy >= goal;
        if (reached) model.stopTraining = true;
      },
    });
    await net.fit(inputs, targets, { epochs, batchSize: batch, verbose: 0, callbacks: [stop] });
    return { times: [performance.now() - begin], epochs: count, reached };
  };
  await burst();
  return burst;
});

// hebb: Adam on small data until the accuracy of an epoch reaches the goal, once per seed. As converge.py.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { emit, hebbVersion, options } from './peer.mjs';
const { callbacks, layers, losses, optimizers, seed, sequential, tensor } = await import('hebb');

const { cases, seeds } = JSON.parse(readFileSync(join(options.work, 'cases.json'), 'utf8'));
for (const { name, x, y, units, classes, rate, batch, goal, epochs } of cases) {
  const [inputs, targets] = [tensor(x), tensor(y, { dtype: 'int32' })];
  const runs = [];
  for (let number = 0; number <= seeds; number++) {
    const begin = performance.now();
    seed(number);
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
    if (number > 0) runs.push({ ms: performance.now() - begin, epochs: count, reached }); // the first warms up
  }
  const epochsOf = runs.map((run) => run.epochs).sort((a, b) => a - b);
  emit(hebbVersion, name, runs.map((run) => run.ms), { epochs: epochsOf[epochsOf.length >> 1], reached: runs.filter((run) => run.reached).length });
}

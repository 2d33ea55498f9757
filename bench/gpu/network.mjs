// The network that mlp.mjs and profile.mjs train: 784-300-100-10, SGD, on pictures that live on the default device, of
// bytes or of numbers.
import * as hebb from '../../dist/index.js';

/** Random pictures x [rows, 28, 28] of bytes, or of float32 from 0 to 1, and their classes y [rows]. */
export function pictures(rows, numbers = false) {
  const bytes = hebb.randint(0, 256, [rows, 28, 28], { dtype: 'uint8' });
  return { x: numbers ? bytes.div(255) : bytes, y: hebb.randint(0, 10, [rows]) };
}

export function network(numbers = false) {
  const net = hebb.sequential([
    hebb.layers.flatten({ inputShape: [28, 28] }),
    ...(numbers ? [] : [hebb.layers.rescaling({ scale: 1 / 255 })]),
    hebb.layers.dense({ units: 300, activation: 'relu' }),
    hebb.layers.dense({ units: 100, activation: 'relu' }),
    hebb.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: hebb.optimizers.sgd({ learningRate: 0.01 }), loss: 'sparseCategoricalCrossentropy' });
  return net;
}

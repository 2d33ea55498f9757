import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const title = 'Small data to a stated accuracy, Adam: milliseconds';
export const unit = 'ms';
export const extras = { epochs: 'epochs', reached: 'seeds that got there' };
export const note =
  'Median over 5 seeds (the first, uncounted, warms up), from making the network to the first epoch with that training accuracy. One hidden layer of tanh.';
export const peers = { 'hebb': 'converge.mjs', 'sklearn': 'converge.py', 'keras-tf': 'converge.py', 'keras-jax': 'converge.py' };

/** The same numbers for all: rows, classes, and how they are learnt. */
export async function prepare({ work, quick }) {
  const { datasets, standardScaler } = await import('hebb');
  const iris = datasets.iris({ dtype: 'float32' });
  const moons = datasets.moons({ samples: 500, noise: 0.15, seed: 1 });
  const cases = [
    { name: 'iris to 0.96', x: standardScaler().fitTransform(iris.x).toArray(), y: iris.y.toArray(), units: 16, classes: 3, batch: 16, goal: 0.96 },
    { name: 'XOR to 1', x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], units: 8, classes: 2, batch: 4, goal: 1 },
    { name: 'moons to 0.98', x: moons.x.toArray(), y: moons.y.toArray(), units: 32, classes: 2, batch: 32, goal: 0.98 },
  ].map((one) => ({ rate: 0.02, epochs: 300, ...one }));
  writeFileSync(join(work, 'cases.json'), JSON.stringify({ cases: quick ? cases.slice(0, 1) : cases, seeds: quick ? 1 : 5 }));
}

export const job = (peer) => [peers[peer]];

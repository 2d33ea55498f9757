import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { median } from '../table.mjs';

export const title = 'Small data to a stated accuracy, Adam: milliseconds';
export const unit = 'ms';
export const extras = { epochs: 'epochs', reached: 'seeds that got there' };
export const combine = { epochs: median, reached: (seeds) => seeds.filter(Boolean).length };
export const note =
  'Median over seeds (the first, uncounted, warms up), from making the network to the first epoch with that training accuracy. One hidden layer of tanh.';
export const peers = { 'hebb': 'converge.mjs', 'sklearn': 'converge.py', 'keras-tf': 'converge.py', 'keras-jax': 'converge.py' };

/** A turn is a training from the next seed. */
export const turns = ({ quick }) => ({ rounds: quick ? 1 : 5 });

const names = ['iris to 0.96', 'XOR to 1', 'moons to 0.98'];
export const cases = ({ quick }) => (quick ? names.slice(0, 1) : names);

/** The same numbers for all: rows, classes, and how they are learnt. */
export async function prepare({ work }) {
  const { datasets, standardScaler } = await import('hebb');
  const iris = datasets.iris({ dtype: 'float32' });
  const moons = datasets.moons({ samples: 500, noise: 0.15, seed: 1 });
  const data = [
    { x: standardScaler().fitTransform(iris.x).toArray(), y: iris.y.toArray(), units: 16, classes: 3, batch: 16, goal: 0.96 },
    { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], units: 8, classes: 2, batch: 4, goal: 1 },
    { x: moons.x.toArray(), y: moons.y.toArray(), units: 32, classes: 2, batch: 32, goal: 0.98 },
  ];
  const whole = data.map((one, i) => [names[i], { rate: 0.02, epochs: 300, ...one }]);
  writeFileSync(join(work, 'cases.json'), JSON.stringify(Object.fromEntries(whole)));
}

export const job = (peer) => [peers[peer]];

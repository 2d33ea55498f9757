import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { mnist, startWeights, testAccuracy } from './mnist_case.mjs';

export const title = 'Training 784-300-100-10, SGD 0.01, MNIST: seconds per epoch of 60,000 rows';
export const unit = 's';
export const extras = { rss_mb: 'peak memory, MB', accuracy: 'test accuracy' };
export const note = 'tfjs-wasm runs on one thread, on 3,072 rows, scaled up.';
export const peers = {
  'hebb': 'train_hebb.mjs',
  'hebb-uint8': 'train_hebb.mjs',
  'torch-eager': 'train_torch.py',
  'jax-scan': 'train_jax.py',
  'jax-step': 'train_jax.py',
  'keras-tf': 'train_keras.py',
  'keras-jax': 'train_keras.py',
  'sklearn': 'train_sklearn.py',
  'tfjs-node': 'train_tfjs.mjs',
  'tfjs-wasm': 'train_tfjs.mjs',
};

let judge;

/** Writes what every peer reads. In a quick run it is a tenth of the rows. */
export function prepare({ work, quick }) {
  const { train, test } = mnist();
  judge = test;
  const rows = quick ? 6_000 : 60_000;
  writeFileSync(join(work, 'x.u8'), train.x.subarray(0, rows * 784));
  writeFileSync(join(work, 'y.u8'), train.y.subarray(0, rows));
  writeFileSync(join(work, 'start.f32'), new Uint8Array(startWeights().buffer));
}

/** Peers that have trained with one batch size do not train with another: peak memory is that of one. */
export const runs = ({ quick }) => (quick ? [32] : [32, 128, 1024]);
export const cases = (_context, batch) => [`batch ${batch}`];

/** A turn is an epoch. */
export const turns = ({ quick }) => ({ rounds: quick ? 1 : 3 });

export const job = (peer, _batch, { quick }) => [peers[peer], ...(peer === 'tfjs-wasm' ? ['--rows', quick ? 512 : 3072] : [])];

/** The test accuracy after as many epochs as there are rounds and the one that warms up, on 2,000 rows. */
export function after(answer, { name, turns: epochs }, { work, quick, turns: { rounds } }) {
  if (quick || name === 'tfjs-wasm' || epochs !== rounds) return;
  answer.accuracy = testAccuracy(readFileSync(join(work, `end-${name}.f32`)), judge);
}

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** What every peer runs in a round: the batch sizes. */
export const runs = ({ quick }) => (quick ? [32] : [32, 128, 1024]);

/** The script of one run of one peer, and its arguments. */
export function job(peer, batch, { quick }) {
  const subset = peer === 'tfjs-wasm' ? ['--rows', quick ? 512 : 3072] : [];
  return [peers[peer], '--batch', batch, '--epochs', quick ? 2 : 4, ...subset];
}

/** The test accuracy of the network that a run left, on 2,000 rows. */
export function after([line], { work, quick }) {
  const end = join(work, 'end.f32');
  if (quick) for (const field of ['median_ms', 'best_ms']) line[field] *= 10;
  if (!quick && !line.rows) line.accuracy = testAccuracy(readFileSync(end), judge);
  rmSync(end, { force: true });
}

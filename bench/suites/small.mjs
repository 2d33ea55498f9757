import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startWeights } from './mnist_case.mjs';
import { mlpModel } from './onnx.mjs';

export const title = 'Small things: microseconds';
export const unit = 'us';
export const note =
  'predict: one row through 784-300-100-10, result read. Steps are captured (hebb), jitted (JAX) or the same as eager; XOR: 2-8-1, four rows.';
export const peers = {
  'hebb': 'small.mjs',
  'torch': 'small.py',
  'jax': 'small.py',
  'onnxruntime-node': 'small.mjs',
  'tfjs-node': 'small.mjs',
  'tfjs-wasm': 'small.mjs',
};

export function prepare({ work }) {
  writeFileSync(join(work, 'start.f32'), new Uint8Array(startWeights().buffer));
  writeFileSync(join(work, 'mlp.onnx'), mlpModel(startWeights(), [784, 300, 100, 10]));
}

const [predict, step, xor] = ['predict one row', 'train step, batch 1', 'XOR step'];
export const turns = ({ quick }) => (quick ? { rounds: 2, seconds: 0.02 } : { rounds: 10, seconds: 0.05, limit: 10 });
export const cases = ({ quick }) => ['add 4x4', 'matmul 4x4', predict, ...(quick ? [step, xor] : [`${step}, eager`, step, `${xor}, eager`, xor])];

/** Of these the times of single calls, of all turns together. */
export const percentiles = { [predict]: { p50: 0.5, p99: 0.99 } };
export const job = (peer) => [peers[peer]];

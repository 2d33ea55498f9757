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

export const job = (peer, _run, { quick }) => [peers[peer], '--seconds', quick ? 0.02 : 0.3];

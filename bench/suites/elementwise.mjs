export const title = 'Element-wise functions and reductions on 10 M floats: milliseconds';
export const unit = 'ms';
export const note =
  'softmax and argmax by rows of 1,000. Into existing buffers (torch, numpy) or recycled ones (hebb, tfjs); JAX makes new ones. tfjs-wasm runs on one thread, numpy as well.';
export const peers = {
  'hebb': 'elementwise.mjs',
  'torch': 'elementwise.py',
  'numpy': 'elementwise.py',
  'jax': 'elementwise.py',
  'tfjs-node': 'elementwise.mjs',
  'tfjs-wasm': 'elementwise.mjs',
};

export const turns = ({ quick }) => (quick ? { rounds: 2, seconds: 0.01 } : { rounds: 8, seconds: 0.04, limit: 10 });
export const cases = () => ['add', 'relu', 'exp', 'tanh', 'sigmoid', 'softmax', 'sum', 'argmax'];
export const job = (peer) => [peers[peer]];

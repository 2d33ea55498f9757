export const title = 'Matrix product in float32, m x k x n: GFLOP/s';
export const unit = 'GFLOP/s';
export const note =
  'N: as stored, row-major; T: stored transposed. Rows named by the network 784-300-100-10: forward, dW = X^T dY (TN), dX = dY W^T (NT).';
export const peers = {
  'hebb': 'gemm.mjs',
  'onednn': 'gemm_blas.py',
  'openblas': 'gemm_blas.py',
  'blis': 'gemm_blas.py',
  'torch': 'gemm.py',
  'numpy': 'gemm.py',
  'jax': 'gemm.py',
  'tfjs-node': 'gemm.mjs',
  'tfjs-wasm': 'gemm.mjs',
};

const square = (size, layout = 'NN') => `${layout} ${size}x${size}x${size}`;
const cases = [
  ...[64, 128, 256, 512].map((size) => square(size)),
  ...[1024, 2048].flatMap((size) => ['NN', 'NT', 'TN'].map((layout) => square(size, layout))),
  ...[32, 128, 1024].map((batch) => `NN ${batch}x784x300`),
  ...[32, 128].flatMap((batch) => [`NN ${batch}x300x100`, `NN ${batch}x100x10`]),
  ...[32, 128, 1024].map((batch) => `TN 784x${batch}x300`),
  ...[32, 128, 1024].map((batch) => `NT ${batch}x300x784`),
];
const few = [square(64), square(256), 'NN 32x784x300', 'TN 784x32x300', 'NT 32x300x784'];

export function job(peer, _run, { quick }) {
  const wanted = quick ? few : cases;
  // tfjs-wasm takes seconds for each of the largest products.
  const names = peer === 'tfjs-wasm' ? wanted.filter((name) => !/1024|2048/.test(name)) : wanted;
  return [peers[peer], '--only', names.join(','), '--seconds', quick ? 0.03 : 0.2];
}

/** GFLOP/s of a case that takes so many milliseconds. */
export function value(name, ms) {
  const work = name.split(' ')[1].split('x').reduce((a, b) => a * b, 2);
  return work / ms / 1e6;
}

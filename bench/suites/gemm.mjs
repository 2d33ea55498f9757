export const title = 'Matrix product, m x k x n: GFLOP/s';
export const unit = 'GFLOP/s';
export const note =
  'float32 where nothing else is said. N: as stored, row-major; T: stored transposed. Rows named by the network 784-300-100-10: forward, dW = X^T dY (TN), dX = dY W^T (NT). fma-peak: the fused multiply-adds that the processor can do, on as many threads; in brackets the share of them that hebb reaches. hebb-avx2: hebb without AVX-512.';
export const peers = {
  'hebb': 'gemm.mjs',
  'hebb-avx2': 'gemm.mjs',
  'fma-peak': 'fma_peak.py',
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
const all = [
  ...[64, 128, 256, 512].map((size) => square(size)),
  ...[1024, 2048].flatMap((size) => ['NN', 'NT', 'TN'].map((layout) => square(size, layout))),
  ...[32, 128, 1024].map((batch) => `NN ${batch}x784x300`),
  ...[32, 128].flatMap((batch) => [`NN ${batch}x300x100`, `NN ${batch}x100x10`]),
  ...[32, 128, 1024].map((batch) => `TN 784x${batch}x300`),
  ...[32, 128, 1024].map((batch) => `NT ${batch}x300x784`),
  ...[64, 256, 512, 1024].map((size) => `${square(size)} float64`),
  ...['NT', 'TN'].map((layout) => `${square(512, layout)} float64`),
  'NN 128x784x300 float64',
];
const few = [square(64), square(256), 'NN 32x784x300', 'TN 784x32x300', `${square(256)} float64`];

export const turns = ({ quick }) => (quick ? { rounds: 2, seconds: 0.01 } : { rounds: 8, seconds: 0.03, limit: 7 });
export const cases = ({ quick }) => (quick ? few : all);
export const job = (peer) => [peers[peer]];

/** GFLOP/s of a case that takes so many milliseconds. */
export function value(name, ms) {
  const work = name.split(' ')[1].split('x').reduce((a, b) => a * b, 2);
  return work / ms / 1e6;
}
